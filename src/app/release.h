// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `release`: lets held pods go at once, without the controller.
CLI::App* AddReleaseCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
