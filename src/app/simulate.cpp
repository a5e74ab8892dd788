// SPDX-License-Identifier: Apache-2.0
#include "app/simulate.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <ostream>

#include "app/progress.h"
#include "app/simulate_report.h"
#include "base/text.h"
#include "grid/series_csv.h"
#include "net/files.h"
#include "plan/policies.h"
#include "sim/simulate.h"

namespace carbon::app {
namespace {

constexpr size_t kMostSignalBytes = size_t{256} << 20;
constexpr size_t kMostJobBytes = size_t{1} << 30;
constexpr double kMostHours = 100 * 366 * 24;

struct ZoneSignal {
  std::string zone;
  grid::Series series;
};

/// What the user asked for, understood.
struct Plan {
  std::vector<sim::TraceJob> trace;
  std::vector<ZoneSignal> signals;
  std::vector<const plan::Policy*> policies;
  const sim::Rules* rules = nullptr;
  sim::Setting setting;
  Watts per_cpu;
};

template <typename Table>
std::string Names(const Table& table) {
  std::string names;
  for (const auto& entry : table) {
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  return names;
}

Result<std::vector<const plan::Policy*>> ParsePolicies(const std::string& text) {
  std::vector<const plan::Policy*> policies;
  if (text == "all") {
    for (const plan::Policy& policy : plan::kPolicies) {
      policies.push_back(&policy);
    }
    return policies;
  }
  for (const std::string_view name : Split(text, ',')) {
    const plan::Policy* const policy = plan::FindPolicy(Trim(name));
    if (policy == nullptr) {
      return Invalid("there is no policy '" + Printable(name) + "': choose all, or from " +
                     Names(plan::kPolicies));
    }
    if (std::find(policies.begin(), policies.end(), policy) == policies.end()) {
      policies.push_back(policy);
    }
  }
  return policies;
}

Result<ZoneSignal> ReadSignal(const std::string& argument) {
  const size_t equals = argument.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == argument.size()) {
    return Invalid("--signal '" + Printable(argument) + "' is not of the form ZONE=FILE");
  }
  const std::string zone = argument.substr(0, equals);
  if (zone.find_first_of(",\"\n") != std::string::npos) {
    return Invalid("--signal: '" + Printable(zone) + "' cannot be a zone's name");
  }
  const std::string path = argument.substr(equals + 1);
  const auto text = net::ReadFile(path, kMostSignalBytes);
  if (!text) {
    return text.error().In("zone " + zone);
  }
  auto series = grid::ParseSeriesCsv(*text, path);
  if (!series) {
    return series.error();
  }
  return ZoneSignal{zone, *std::move(series)};
}

Result<std::vector<ZoneSignal>> ReadSignals(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return Invalid("give at least one --signal ZONE=FILE");
  }
  std::vector<ZoneSignal> signals;
  for (const std::string& argument : arguments) {
    auto signal = ReadSignal(argument);
    if (!signal) {
      return signal.error();
    }
    for (const ZoneSignal& other : signals) {
      if (other.zone == signal->zone) {
        return Invalid("zone " + signal->zone + " is given twice");
      }
    }
    signals.push_back(*std::move(signal));
  }
  return signals;
}

Result<sim::Setting> ParseSetting(const SimulateOptions& options, const grid::Series& first) {
  sim::Setting setting{.start = first.start(), .window = {}, .longest_wait = {}};
  if (!options.start.empty()) {
    const auto start = ParseTime(options.start);
    if (!start) {
      return start.error().In("--start");
    }
    setting.start = *start;
  }
  setting.window = first.end() - setting.start;
  if (options.hours) {
    if (!std::isfinite(*options.hours) || *options.hours <= 0 || *options.hours > kMostHours) {
      return Invalid("--hours must be more than 0 and at most 100 years");
    }
    setting.window = Duration(std::llround(*options.hours * 3.6e6));
  }
  if (!options.longest_wait.empty()) {
    const auto wait = ParseDuration(options.longest_wait);
    if (!wait) {
      return wait.error().In("--max-wait");
    }
    setting.longest_wait = *wait;
  }
  return setting;
}

Result<std::vector<sim::TraceJob>> ReadJobs(const SimulateOptions& options) {
  if (options.job_unit != "seconds" && options.job_unit != "hours") {
    return Invalid("--job-unit '" + Printable(options.job_unit) + "' is neither seconds nor hours");
  }
  const auto text = net::ReadFile(options.jobs, kMostJobBytes);
  if (!text) {
    return text.error();
  }
  return sim::ParseJobs(*text, options.jobs,
                        options.job_unit == "hours" ? sim::JobUnit::hours : sim::JobUnit::seconds);
}

/// Cheap checks first, so that a typing error does not wait for a large file.
Result<Plan> MakePlan(const SimulateOptions& options) {
  Plan plan;
  auto policies = ParsePolicies(options.policies);
  if (!policies) {
    return policies.error();
  }
  plan.policies = *std::move(policies);
  plan.rules = sim::FindRules(options.rules);
  if (plan.rules == nullptr) {
    return Invalid("there are no rules '" + Printable(options.rules) + "': choose from " +
                   Names(sim::kRules));
  }
  if (!std::isfinite(options.watts_per_cpu) || options.watts_per_cpu <= 0) {
    return Invalid("--watts-per-cpu must be more than 0");
  }
  plan.per_cpu = Watts(options.watts_per_cpu);
  auto signals = ReadSignals(options.signals);
  if (!signals) {
    return signals.error();
  }
  plan.signals = *std::move(signals);
  const auto setting = ParseSetting(options, plan.signals.front().series);
  if (!setting) {
    return setting.error();
  }
  plan.setting = *setting;
  auto trace = ReadJobs(options);
  if (!trace) {
    return trace.error();
  }
  plan.trace = *std::move(trace);
  return plan;
}

/// Runs the policies one after another and remembers how many are behind it.
class Runner {
 public:
  Runner(const Plan& plan, Progress& progress) : plan_(plan), progress_(progress) {
    const bool asked = std::find(plan.policies.begin(), plan.policies.end(),
                                 plan::kPolicies.data()) != plan.policies.end();
    const size_t per_zone = plan.policies.size() + (asked ? 0 : 1);
    total_ = static_cast<double>(plan.signals.size() * per_zone);
  }

  Result<ZoneReport> RunZone(const ZoneSignal& signal) {
    const auto scenario = plan_.rules->prepare(plan_.trace, signal.series, plan_.setting);
    if (!scenario) {
      return scenario.error().In("zone " + signal.zone);
    }
    ZoneReport report{.zone = signal.zone,
                      .submitted = scenario->submitted,
                      .unknown = scenario->unknown,
                      .rejected = scenario->rejected,
                      .run_now = {},
                      .outcomes = {}};
    const auto run_now = Run(*scenario, plan::kPolicies[0], signal.zone);
    if (!run_now) {
      return run_now.error();
    }
    report.run_now = run_now->emitted;
    for (const plan::Policy* policy : plan_.policies) {
      const auto outcome =
          policy == plan::kPolicies.data() ? run_now : Run(*scenario, *policy, signal.zone);
      if (!outcome) {
        return outcome.error();
      }
      report.outcomes.push_back(*outcome);
    }
    return report;
  }

 private:
  Result<sim::Outcome> Run(const sim::Scenario& scenario, const plan::Policy& policy,
                           const std::string& zone) {
    const double before = runs_++;
    return sim::Simulate(scenario, policy, plan_.per_cpu, [&](double share) {
      progress_.Show((before + share) / total_, zone + " " + std::string(policy.name));
    });
  }

  const Plan& plan_;
  Progress& progress_;
  double total_ = 0;
  double runs_ = 0;
};

Result<SimulateReport> MakeReport(const Plan& plan, Progress& progress) {
  SimulateReport report{.rules = plan.rules->name,
                        .start = plan.setting.start,
                        .window = plan.setting.window,
                        .per_cpu = plan.per_cpu,
                        .zones = {}};
  Runner runner(plan, progress);
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
  const auto plan = MakePlan(options);
  if (!plan) {
    return plan.error();
  }
  Progress progress(err, terminal, Stopwatch());
  const auto report = MakeReport(*plan, progress);
  if (!report) {
    return report.error();
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
         "(empty = unknown); jobs are CSV with the columns arrival_time, length and cpus.\n"
         "\n"
         "Example:\n"
         "  carbon-kube simulate --jobs data/jobs/pai_1k.csv.gz \\\n"
         "    --signal CISO=data/carbon/CISO_lifecycle.csv.gz \\\n"
         "    --start 2020-01-01T00:00Z --hours 720\n";
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
  command->add_option("--jobs", options->jobs, "trace of jobs")->required()->type_name("FILE");
  command->add_option("--signal", options->signals, "carbon intensity of a zone; may be repeated")
      ->required()
      ->type_name("ZONE=FILE");
  command->add_option("--start", options->start, "when the trace begins (the signal's first row)")
      ->type_name("TIME");
  command->add_option("--hours", options->hours, "leave out jobs that arrive later (to the end)");
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
  command->footer(Footer());
  command->callback([options, &exit_code] {
    exit_code = RunSimulate(*options, std::cout, std::cerr, ::isatty(STDERR_FILENO) != 0);
  });
  return command;
}

}  // namespace carbon::app
