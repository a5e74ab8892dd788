// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace carbon::app {

/// The flags of `carbon-kube simulate`, as the user wrote them.
struct SimulateOptions {
  std::vector<std::string> jobs;       ///< paths
  std::string job_unit = "seconds";    ///< or "hours"
  std::vector<std::string> signals;    ///< "ZONE=FILE"
  std::vector<std::string> forecasts;  ///< "ZONE=FILE"
  std::string start;                   ///< RFC 3339; empty = the first signal's first row
  std::optional<double> hours;         ///< nothing = to the first signal's end
  size_t windows = 1;                  ///< of so many hours
  std::string every;                   ///< a duration between their starts; empty = end to end
  std::string policies = "all";        ///< or names, separated by commas
  std::string rules = "plain";
  std::string longest_wait;  ///< a duration; empty = by class
  double watts_per_cpu = 1000;
  std::string output = "table";  ///< "json", "csv"
  std::string runs;              ///< path for what became of each job; empty = none
};

/// Replays the jobs on every signal under every policy and writes the result to `out`, and what
/// became of each job to the file `runs`, if there is one; progress,
/// for runs of more than two seconds, and errors go to `err`, which `terminal` says is one. Returns
/// the exit code: 2 for what the user can mend, with one line that says how.
int RunSimulate(const SimulateOptions& options, std::ostream& out, std::ostream& err,
                bool terminal);

/// Adds the command to `app`; when it is chosen, runs it on the standard streams and sets
/// `exit_code`, which outlives `app`.
CLI::App* AddSimulateCommand(CLI::App& app, int& exit_code);

}  // namespace carbon::app
