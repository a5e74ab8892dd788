// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_flags.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>
#include <set>
#include <utility>

#include "app/csv_field.h"
#include "app/progress.h"
#include "app/runs_csv.h"
#include "app/scenario_files.h"
#include "app/scenario_report.h"
#include "app/scenario_runs.h"
#include "app/scenario_sweep.h"
#include "base/text.h"
#include "net/files.h"

namespace carbon::app {
namespace {

Status CheckFolders(const std::vector<std::string>& folders) {
  std::set<std::string> seen;
  for (const std::string& folder : folders) {
    if (folder.empty() || !IsPlainField(folder)) {
      return Invalid("--scenario: '" + Printable(folder) + "' cannot be a scenario's folder");
    }
    std::error_code failed;
    const auto path = std::filesystem::weakly_canonical(folder, failed);
    if (!seen.insert(failed ? folder : path.string()).second) {
      return Invalid("--scenario: '" + Printable(folder) + "' is given twice");
    }
  }
  return {};
}

Result<std::vector<LoadedScenario>> Load(const ScenarioOptions& options) {
  std::vector<LoadedScenario> loaded;
  for (const std::string& folder : options.folders) {
    auto one = LoadScenario(folder, options.data);
    if (!one) {
      return one.error();
    }
    loaded.push_back(*std::move(one));
  }
  return loaded;
}

Status CheckOutputs(const ScenarioOptions& options, const std::vector<LoadedScenario>& loaded) {
  std::vector<std::string> inputs;
  for (const LoadedScenario& one : loaded) {
    for (const InputFile& input : one.inputs) {
      inputs.push_back(input.path);
    }
  }
  if (const Status ok = CheckOutput("--run-json", options.run_json, inputs); !ok) {
    return ok;
  }
  if (!options.runs.empty() && options.runs == options.run_json) {
    return Invalid("--runs and --run-json: " + Printable(options.runs) + " cannot be both");
  }
  return CheckOutput("--runs", options.runs, inputs);
}

Result<std::vector<ScenarioReport>> Replay(std::vector<LoadedScenario> loaded,
                                           const std::string& runs_file, Progress& progress) {
  if (runs_file.empty()) {
    return SweepScenarios(std::move(loaded), progress, nullptr);
  }
  auto runs = RunsCsv::Open(runs_file, kFleetRunColumns);
  if (!runs) {
    return runs.error();
  }
  auto reports = SweepScenarios(std::move(loaded), progress, &*runs);
  if (const Status closed = runs->Close(); reports && !closed) {
    return closed.error();
  }
  return reports;
}

Status Run(const ScenarioOptions& options, std::ostream& out, std::ostream& err, bool terminal) {
  const ScenarioFormat* const format = FindScenarioFormat(options.output);
  if (format == nullptr) {
    return Invalid("--output '" + Printable(options.output) + "' is not table, json or csv");
  }
  if (const Status ok = CheckFolders(options.folders); !ok) {
    return ok;
  }
  auto loaded = Load(options);
  if (!loaded) {
    return loaded.error();
  }
  if (const Status ok = CheckOutputs(options, *loaded); !ok) {
    return ok;
  }
  Progress progress(err, terminal, Stopwatch());
  const auto reports = Replay(*std::move(loaded), options.runs, progress);
  if (!reports) {
    return reports.error();
  }
  out << format->write(*reports) << std::flush;
  if (!options.run_json.empty()) {
    const Status written = net::WriteFileAtomic(options.run_json, RunJson(*reports));
    if (!written) {
      return written.error().In("--run-json");
    }
  }
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
    if (other != simulate.get_help_ptr() && !other->check_name("--output") &&
        !other->check_name("--runs")) {
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
