// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace carbon::app {

/// The flags of `carbon-kube simulate` that replay whole clusters, as the user wrote them.
struct ScenarioOptions {
  std::vector<std::string> folders;  ///< none: something else is simulated
  std::string data;                  ///< folder; empty = each scenario's own
  std::string run_json;              ///< file; empty = none
  std::string runs;                  ///< file for what became of each job; empty = none
  std::string output = "table";      ///< "json", "csv"
};

/// Adds --scenario, which takes the place of --jobs and --signal and goes with none of the flags
/// that the command has by then but --output and --runs; --data and --run-json.
std::shared_ptr<ScenarioOptions> AddScenarioFlags(CLI::App& simulate);

/// Replays the scenarios and writes the file of --runs, the result to `out`, and that of
/// --run-json; progress, for what takes more than two seconds, and errors go to `err`, which
/// `terminal` says is one. Returns the exit code: 2 for what the user can mend, with one line that
/// says how and, if it is in a scenario, nothing written.
int RunScenarios(const ScenarioOptions& options, std::ostream& out, std::ostream& err,
                 bool terminal);

}  // namespace carbon::app
