// SPDX-License-Identifier: Apache-2.0
#include "app/parse.h"

#include <algorithm>
#include <iostream>
#include <string>

#include "base/text.h"

namespace carbon::app {
namespace {

/// The command that was chosen: "carbon-kube why", or the program alone.
std::string Chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return app.get_name() + (commands.empty() ? "" : " " + commands.front()->get_name());
}

/// What is wrong, in one line. CLI11 says that a command is missing also where an unknown one, or
/// an unknown option, stands in its place.
std::string Explain(const CLI::App& app, const CLI::ParseError& error, int argc,
                    const char* const* argv) {
  const bool lacks_command = app.get_subcommands().empty() && argc > 1;
  if (lacks_command && error.get_name() == "RequiredError" && argv[1][0] != '\0') {
    const std::string what = argv[1][0] == '-' ? "option" : "command";
    return "there is no " + what + " '" + Printable(argv[1]) + "'";
  }
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::optional<int> Parse(CLI::App& app, int argc, const char* const* argv) {
  constexpr int kUsage = 2;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return app.exit(error);
    }
    std::cerr << Chosen(app) << ": " << Explain(app, error, argc, argv) << "; see --help\n";
    return kUsage;
  }
  return std::nullopt;
}

}  // namespace carbon::app
