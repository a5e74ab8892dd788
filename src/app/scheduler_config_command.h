// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `scheduler-config`: prints the configuration by which a scheduler takes emissions into
/// account.
CLI::App* AddSchedulerConfigCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
