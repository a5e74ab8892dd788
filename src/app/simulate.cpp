// SPDX-License-Identifier: Apache-2.0
#include "app/simulate.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>

#include "app/progress.h"
#include "app/runs_csv.h"
#include "app/scenario_flags.h"
#include "app/simulate_plan.h"
#include "app/simulate_report.h"
#include "base/text.h"
#include "plan/policies.h"
#include "sim/foresight.h"
#include "sim/simulate.h"

namespace carbon::app {
namespace {

constexpr size_t kMostForesight = size_t{2} << 30;  ///< bytes

/// Runs the policies one after another and remembers how many are behind it.
class Runner {
 public:
  /// `runs` may be null.
  Runner(const SimulatePlan& plan, Progress& progress, RunsCsv* runs)
      : plan_(plan), progress_(progress), runs_csv_(runs) {
    // Run-now and the oracle are what others are measured by, whoever asks for them.
    for (const plan::Policy* const policy :
         {plan::kPolicies.data(), plan::FindPolicy(plan::kOracle)}) {
      policies_.push_back(policy);
    }
    for (const plan::Policy* const policy : plan.policies) {
      if (std::find(policies_.begin(), policies_.end(), policy) == policies_.end()) {
        policies_.push_back(policy);
      }
    }
    needs_foresight_ = std::any_of(policies_.begin(), policies_.end(), [](const auto* policy) {
      return plan::PlansByForecast(policy->sight);
    });
    total_ = static_cast<double>(plan.signals.size() * plan.windows *
                                 (policies_.size() + (needs_foresight_ ? 1 : 0)));
  }

  Result<ZoneReport> RunZone(const ZoneSignal& signal) {
    auto scenarios = Prepare(signal);
    if (!scenarios) {
      return scenarios.error().In("zone " + signal.zone);
    }
    std::vector<std::vector<sim::Outcome>> outcomes(policies_.size());
    for (size_t window = 0; window < scenarios->size(); ++window) {
      const sim::Scenario& scenario = (*scenarios)[window];
      for (size_t i = 0; i < policies_.size(); ++i) {
        auto outcome = Run(scenario, *policies_[i], signal.zone, window + 1);
        if (!outcome) {
          return outcome.error();
        }
        outcomes[i].push_back(*outcome);
      }
    }
    return Report(signal.zone, *scenarios, outcomes);
  }

 private:
  /// The trace in each window.
  Result<std::vector<sim::Scenario>> Prepare(const ZoneSignal& signal) {
    std::vector<sim::Scenario> scenarios;
    Time end = plan_.setting.start;
    for (size_t i = 0; i < plan_.windows; ++i) {
      sim::Setting setting = plan_.setting;
      setting.start += plan_.every * static_cast<int64_t>(i);
      auto scenario = plan_.rules->prepare(plan_.trace.jobs, signal.series, setting);
      if (!scenario) {
        return scenario.error();
      }
      end = std::max(end, scenario->End());
      scenarios.push_back(*std::move(scenario));
    }
    if (needs_foresight_) {
      if (const size_t size = sim::Foresight::Size(signal.series.step(), plan_.setting.start, end);
          size > kMostForesight) {
        return Invalid(
            "what is expected from " + FormatTime(plan_.setting.start) + " to " + FormatTime(end) +
            " at each step of " + FormatDuration(signal.series.step()) + " takes " +
            std::to_string(size >> 20) + " MiB, more than 2048: fewer --windows, or longer steps");
      }
      const auto foresight = std::make_shared<const sim::Foresight>(sim::Foresight::Of(
          signal.series, signal.forecasts, plan_.setting.start, end, {}, [&](double share) {
            Show(share * static_cast<double>(plan_.windows), signal.zone, "forecasts");
          }));
      runs_ += static_cast<double>(plan_.windows);
      for (sim::Scenario& scenario : scenarios) {
        scenario.foresight = foresight;
      }
    }
    return scenarios;
  }

  ZoneReport Report(const std::string& zone, const std::vector<sim::Scenario>& scenarios,
                    const std::vector<std::vector<sim::Outcome>>& outcomes) const {
    ZoneReport report{.zone = zone, .run_now = {}, .oracle = {}, .policies = {}};
    for (const sim::Scenario& scenario : scenarios) {
      report.submitted += scenario.submitted;
      report.unknown += scenario.unknown;
      report.rejected += scenario.rejected;
    }
    std::vector<Grams> run_now;
    for (const sim::Outcome& outcome : outcomes[0]) {
      run_now.push_back(outcome.emitted);
    }
    for (const plan::Policy* const policy : plan_.policies) {
      const auto index = static_cast<size_t>(std::find(policies_.begin(), policies_.end(), policy) -
                                             policies_.begin());
      report.policies.push_back(sim::Sweep(outcomes[index], run_now));
    }
    report.run_now = sim::Sweep(outcomes[0], run_now).together.emitted;
    report.oracle = sim::Sweep(outcomes[1], run_now).together.emitted;
    return report;
  }

  Result<sim::Outcome> Run(const sim::Scenario& scenario, const plan::Policy& policy,
                           const std::string& zone, size_t window) {
    const bool asked_for =
        std::find(plan_.policies.begin(), plan_.policies.end(), &policy) != plan_.policies.end();
    sim::OnDone on_done;
    if (runs_csv_ != nullptr && asked_for) {
      on_done = [&](const sim::JobRun& run) {
        runs_csv_->Add(plan_.trace, zone, window, policy.name, run);
      };
    }
    auto outcome = sim::Simulate(
        scenario, policy, plan_.per_cpu, [&](double share) { Show(share, zone, policy.name); },
        on_done);
    ++runs_;
    return outcome;
  }

  void Show(double runs, const std::string& zone, std::string_view what) {
    progress_.Show((runs_ + runs) / total_, zone + " " + std::string(what));
  }

  const SimulatePlan& plan_;
  Progress& progress_;
  RunsCsv* runs_csv_;
  std::vector<const plan::Policy*>
      policies_;  ///< run-now, the oracle, the others that are asked for
  bool needs_foresight_ = false;
  double total_ = 0;
  double runs_ = 0;
};

Result<SimulateReport> MakeReport(const SimulatePlan& plan, Progress& progress, RunsCsv* runs) {
  SimulateReport report{.rules = plan.rules->name,
                        .start = plan.setting.start,
                        .window = plan.setting.window,
                        .windows = plan.windows,
                        .every = plan.every,
                        .per_cpu = plan.per_cpu,
                        .zones = {}};
  Runner runner(plan, progress, runs);
  for (const ZoneSignal& signal : plan.signals) {
    auto zone = runner.RunZone(signal);
    if (!zone) {
      return zone.error();
    }
    report.zones.push_back(*std::move(zone));
  }
  return report;
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
  std::optional<RunsCsv> runs;
  if (!options.runs.empty()) {
    auto opened = RunsCsv::Open(options.runs);
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
    exit_code = scenarios->folders.empty()
                    ? RunSimulate(*options, std::cout, std::cerr, terminal)
                    : RunScenarios(*scenarios, std::cout, std::cerr, terminal);
  });
  return command;
}

}  // namespace carbon::app
