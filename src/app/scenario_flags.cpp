// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_flags.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <set>

#include "app/progress.h"
#include "app/scenario_report.h"
#include "app/scenario_sweep.h"
#include "base/text.h"
#include "net/files.h"

namespace carbon::app {
namespace {

Status CheckFolders(const std::vector<std::string>& folders) {
  std::set<std::string> seen;
  for (const std::string& folder : folders) {
    if (folder.empty() || folder.find_first_of(",\"\n") != std::string::npos) {
      return Invalid("--scenario: '" + Printable(folder) + "' cannot be a scenario's folder");
    }
    if (!seen.insert(folder).second) {
      return Invalid("--scenario: '" + Printable(folder) + "' is given twice");
    }
  }
  return {};
}

Status Run(const ScenarioOptions& options, std::ostream& out, std::ostream& err, bool terminal) {
  const ScenarioFormat* const format = FindScenarioFormat(options.output);
  if (format == nullptr) {
    return Invalid("--output '" + Printable(options.output) + "' is not table, json or csv");
  }
  if (const Status ok = CheckFolders(options.folders); !ok) {
    return ok;
  }
  Progress progress(err, terminal, Stopwatch());
  const auto reports = SweepScenarios(options.folders, options.data, progress);
  if (!reports) {
    return reports.error();
  }
  if (!options.run_json.empty()) {
    const Status written = net::WriteFileAtomic(options.run_json, RunJson(*reports));
    if (!written) {
      return written.error().In("--run-json");
    }
  }
  out << format->write(*reports) << std::flush;
  return out ? Status() : Unavailable("cannot write the result");
}

}  // namespace

std::shared_ptr<ScenarioOptions> AddScenarioFlags(CLI::App& simulate) {
  auto options = std::make_shared<ScenarioOptions>();
  const auto others = simulate.get_options();
  CLI::Option* const scenario =
      simulate
          .add_option("--scenario", options->folders,
                      "replay a whole cluster under the controller's planner instead, as "
                      "DIR/scenario.json says; may be repeated")
          ->type_name("DIR")
          ->allow_extra_args(false);
  for (CLI::Option* const other : others) {
    if (other != simulate.get_help_ptr() && !other->check_name("--output")) {
      scenario->excludes(other);
    }
  }
  for (const char* const name : {"--jobs", "--signal"}) {
    CLI::Option* const required = simulate.get_option(name);
    scenario->each([required](const std::string&) { required->required(false); });
  }
  simulate.add_option("--data", options->data, "where a scenario's files lie (its own folder)")
      ->type_name("DIR")
      ->needs(scenario);
  simulate
      .add_option("--run-json", options->run_json,
                  "also write what repeats the scenarios: versions, hashes, settings, results")
      ->type_name("FILE")
      ->needs(scenario);
  return options;
}

int RunScenarios(const ScenarioOptions& options, std::ostream& out, std::ostream& err,
                 bool terminal) {
  const Status status = Run(options, out, err, terminal);
  if (!status) {
    err << "carbon-kube simulate: " << status.error().message << '\n';
    return ExitCode(status.error().kind);
  }
  return 0;
}

}  // namespace carbon::app
