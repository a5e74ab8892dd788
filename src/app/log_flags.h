// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace carbon::app {

/// Adds --log-level.
void AddLogFlag(CLI::App& command, std::string& level);

/// From now on the process' log goes to stderr: UTC time, level, text.
void StartLog(const std::string& level);

}  // namespace carbon::app
