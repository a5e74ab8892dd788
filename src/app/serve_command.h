// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `serve`: what is known of some zones, by the Carbon Aware SDK's web API, until SIGINT or
/// SIGTERM. Its callback sets `exit_code` and writes an error, if any, to stderr.
CLI::App* AddServeCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
