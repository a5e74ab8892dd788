// SPDX-License-Identifier: Apache-2.0
#include "app/simulate.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>

#include "app/progress.h"
#include "app/runs_csv.h"
#include "app/scenario_flags.h"
#include "app/simulate_plan.h"
#include "app/simulate_report.h"
#include "app/simulate_sweep.h"
#include "base/text.h"
#include "plan/policies.h"
#include "sim/simulate.h"

namespace carbon::app {
namespace {

Result<SimulateReport> MakeReport(const SimulatePlan& plan, Progress& progress, RunsCsv* runs) {
  SimulateReport report{.rules = plan.rules->name,
                        .start = plan.setting.start,
                        .window = plan.setting.window,
                        .windows = plan.windows,
                        .every = plan.every,
                        .per_cpu = plan.per_cpu,
                        .zones = {}};
  auto zones = SweepZones(plan, progress, runs);
  if (!zones) {
    return zones.error();
  }
  report.zones = *std::move(zones);
  return report;
}

std::vector<std::string> InputsOf(const SimulateOptions& options) {
  std::vector<std::string> inputs = options.jobs;
  for (const auto* const zone_files : {&options.signals, &options.forecasts}) {
    for (const std::string& argument : *zone_files) {
      inputs.push_back(argument.substr(argument.find('=') + 1));
    }
  }
  return inputs;
}

Status Run(const SimulateOptions& options, std::ostream& out, std::ostream& err, bool terminal) {
  const ReportFormat* const format = FindReportFormat(options.output);
  if (format == nullptr) {
    return Invalid("--output '" + Printable(options.output) + "' is not table, json or csv");
  }
  const auto plan = MakeSimulatePlan(options);
  if (!plan) {
    return plan.error();
  }
  if (const Status ok = CheckOutput("--runs", options.runs, InputsOf(options)); !ok) {
    return ok;
  }
  std::optional<RunsCsv> runs;
  if (!options.runs.empty()) {
    auto opened = RunsCsv::Open(options.runs, kJobColumns);
    if (!opened) {
      return opened.error();
    }
    runs.emplace(*std::move(opened));
  }
  Progress progress(err, terminal, Stopwatch());
  const auto report = MakeReport(*plan, progress, runs ? &*runs : nullptr);
  if (!report) {
    return report.error();
  }
  if (const Status closed = runs ? runs->Close() : Status(); !closed) {
    return closed;
  }
  out << format->write(*report) << std::flush;
  return out ? Status() : Unavailable("cannot write the result");
}

std::string Footer() {
  std::string text = "Policies:\n";
  for (const plan::Policy& policy : plan::kPolicies) {
    text += "  " + std::string(policy.name) + ": " + std::string(policy.description) + "\n";
  }
  text += "Rules:\n";
  for (const sim::Rules& rules : sim::kRules) {
    text += "  " + std::string(rules.name) + ": " + std::string(rules.description) + "\n";
  }
  return text +
         "Files may be gzipped. A signal is CSV with the columns time (RFC 3339) and g_per_kwh\n"
         "(empty = unknown), forecasts have issued_at before them; jobs are CSV with the columns\n"
         "arrival_time, length and cpus, and template and id, which may be left out.\n"
         "\n"
         "Example:\n"
         "  carbon-kube simulate --jobs data/jobs/pai_1k.csv.gz \\\n"
         "    --signal CISO=data/carbon/CISO_lifecycle.csv.gz \\\n"
         "    --start 2020-01-01T00:00Z --hours 720\n"
         "Example: what is left of that under forecasts as they were issued, in four months\n"
         "  carbon-kube simulate --jobs data/jobs/pai_1k.csv.gz --policy plan-once,rolling,oracle "
         "\\\n"
         "    --signal CISO=data/carbon/CISO_lifecycle.csv.gz \\\n"
         "    --forecast CISO=data/carbon/CISO_forecast_lifecycle.csv.gz \\\n"
         "    --start 2021-07-15T00:00Z --hours 720 --windows 4 --every 40d\n"
         "Example: a cluster in three zones under the controller's own planner\n"
         "  carbon-kube simulate --scenario data/scenarios/three-zones --data data\n";
}

}  // namespace

int RunSimulate(const SimulateOptions& options, std::ostream& out, std::ostream& err,
                bool terminal) {
  const Status status = Run(options, out, err, terminal);
  if (!status) {
    err << "carbon-kube simulate: " << status.error().message << '\n';
    return ExitCode(status.error().kind);
  }
  return 0;
}

CLI::App* AddSimulateCommand(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* const command = app.add_subcommand(
      "simulate", "Replay a trace of jobs on recorded grids: what would each policy emit?");
  command
      ->add_option("--jobs", options->jobs,
                   "trace of jobs, or event logs of Spark, each of which is a job; may be repeated")
      ->required()
      ->type_name("FILE");
  command->add_option("--signal", options->signals, "carbon intensity of a zone; may be repeated")
      ->required()
      ->type_name("ZONE=FILE");
  command->add_option("--start", options->start, "when the trace begins (the signal's first row)")
      ->type_name("TIME");
  command->add_option("--hours", options->hours, "leave out jobs that arrive later (to the end)");
  command
      ->add_option("--forecast", options->forecasts,
                   "forecasts of a zone as they were issued, for plan-once and rolling; may be "
                   "repeated")
      ->type_name("ZONE=FILE");
  command->add_option("--windows", options->windows, "repeat the trace in so many windows (1)");
  command->add_option("--every", options->every, "from a window's start to the next (--hours)")
      ->type_name("DURATION");
  command->add_option("--policy", options->policies, "all, or names separated by commas (all)")
      ->type_name("NAMES");
  command->add_option("--rules", options->rules, "plain or gaia (plain)")->type_name("NAME");
  command
      ->add_option("--max-wait", options->longest_wait,
                   "how long any job may wait (6h for jobs under 2h, else 24h)")
      ->type_name("DURATION");
  command->add_option("--job-unit", options->job_unit, "seconds or hours (seconds)")
      ->type_name("UNIT");
  command->add_option("--watts-per-cpu", options->watts_per_cpu, "mean power of a CPU (1000)")
      ->type_name("W");
  command->add_option("-o,--output", options->output, "table, json or csv (table)")
      ->type_name("FORMAT");
  command->add_option("--runs", options->runs, "also write what became of each job, as CSV")
      ->type_name("FILE");
  command->footer(Footer());
  const auto scenarios = AddScenarioFlags(*command);
  command->callback([options, scenarios, &exit_code] {
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    scenarios->output = options->output;
    scenarios->runs = options->runs;
    exit_code = scenarios->folders.empty()
                    ? RunSimulate(*options, std::cout, std::cerr, terminal)
                    : RunScenarios(*scenarios, std::cout, std::cerr, terminal);
  });
  return command;
}

}  // namespace carbon::app
