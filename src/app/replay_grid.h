// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace carbon::app {

/// Adds `replay-grid`: a server that speaks Electricity Maps' API from recorded series, until
/// SIGINT or SIGTERM. Its callback sets `exit_code` and writes an error, if any, to stderr.
CLI::App* AddReplayGridCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
