// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace carbon {

/// Parses arguments in the order in which a shell passes them.
inline void ParseInOrder(CLI::App& app, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  app.parse(std::move(arguments));
}

/// Runs the command that `add` adds, as main.cpp does, and returns its exit code.
inline int RunCommand(CLI::App* (*add)(CLI::App&, int&), std::vector<std::string> arguments) {
  CLI::App app("carbon-kube");
  int exit_code = -1;
  const CLI::App* command = add(app, exit_code);
  arguments.insert(arguments.begin(), command->get_name());
  try {
    ParseInOrder(app, std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}

}  // namespace carbon
