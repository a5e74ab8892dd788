// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `controller`: holds and releases managed pods until SIGINT or SIGTERM.
CLI::App* AddControllerCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
