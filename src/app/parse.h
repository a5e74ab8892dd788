// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

namespace carbon::app {

/// Parses the command line and runs the chosen command's callback. The exit code where that ends
/// it: 0 after help or version; 2 after wrong usage, which is told in one line on stderr.
std::optional<int> Parse(CLI::App& app, int argc, const char* const* argv);

}  // namespace carbon::app
