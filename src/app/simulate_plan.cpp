// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_plan.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "app/csv_field.h"
#include "app/trace_files.h"
#include "base/text.h"
#include "grid/series_csv.h"
#include "net/files.h"

namespace carbon::app {
namespace {

constexpr size_t kMostSignalBytes = size_t{256} << 20;
constexpr double kMostHours = 100 * 366 * 24;
constexpr size_t kMostWindows = 10'000;
constexpr Duration kLeastStep = std::chrono::minutes(1);

template <typename Table>
std::string Names(const Table& table) {
  std::string names;
  for (const auto& entry : table) {
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  return names;
}

/// "all" leaves out those that plan by forecasts where there are none.
Result<std::vector<const plan::Policy*>> ParsePolicies(const std::string& text, bool forecasts) {
  std::vector<const plan::Policy*> policies;
  if (text == "all") {
    for (const plan::Policy& policy : plan::kPolicies) {
      if (forecasts || !plan::PlansByForecast(policy.sight)) {
        policies.push_back(&policy);
      }
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

/// What "ZONE=FILE" names.
struct ZoneFile {
  std::string zone;
  std::string path;
};

Result<ZoneFile> ParseZoneFile(const std::string& flag, const std::string& argument) {
  const size_t equals = argument.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == argument.size()) {
    return Invalid(flag + " '" + Printable(argument) + "' is not of the form ZONE=FILE");
  }
  const std::string zone = argument.substr(0, equals);
  if (!IsPlainField(zone)) {
    return Invalid(flag + ": '" + Printable(zone) + "' cannot be a zone's name");
  }
  return ZoneFile{zone, argument.substr(equals + 1)};
}

Result<std::string> ReadText(const ZoneFile& file) {
  const auto text = net::ReadFile(file.path, kMostSignalBytes);
  return text ? text : text.error().In("zone " + file.zone);
}

Result<ZoneSignal> ReadSignal(const std::string& argument) {
  const auto file = ParseZoneFile("--signal", argument);
  if (!file) {
    return file.error();
  }
  const auto text = ReadText(*file);
  if (!text) {
    return text.error();
  }
  auto series = grid::ParseSeriesCsv(*text, file->path);
  if (!series) {
    return series.error();
  }
  return ZoneSignal{file->zone, *std::move(series), {}};
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

/// Gives each zone the forecasts of its name.
Status ReadForecasts(const std::vector<std::string>& arguments, std::vector<ZoneSignal>& signals) {
  for (const std::string& argument : arguments) {
    const auto file = ParseZoneFile("--forecast", argument);
    if (!file) {
      return file.error();
    }
    const auto signal = std::find_if(signals.begin(), signals.end(), [&](const ZoneSignal& each) {
      return each.zone == file->zone;
    });
    if (signal == signals.end()) {
      return Invalid("--forecast: zone " + file->zone + " has no --signal");
    }
    if (!signal->forecasts.empty()) {
      return Invalid("--forecast: zone " + file->zone + " is given twice");
    }
    const auto text = ReadText(*file);
    if (!text) {
      return text.error();
    }
    auto forecasts = grid::ParseForecastCsv(*text, file->path);
    if (!forecasts) {
      return forecasts.error();
    }
    signal->forecasts = *std::move(forecasts);
  }
  return {};
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

Status ParseWindows(const SimulateOptions& options, SimulatePlan& plan) {
  plan.windows = options.windows;
  plan.every = plan.setting.window;
  if (plan.windows < 1 || plan.windows > kMostWindows) {
    return Invalid("--windows must be at least 1 and at most " + std::to_string(kMostWindows));
  }
  if (!options.every.empty()) {
    const auto every = ParseDuration(options.every);
    if (!every || *every <= Duration::zero()) {
      return every ? Invalid("--every: must be longer than 0s") : every.error().In("--every");
    }
    plan.every = *every;
  }
  if (plan.windows > 1 && !options.hours) {
    return Invalid("--windows: how long is each? Say it with --hours");
  }
  if (plan.windows > 1 && plan.every < plan.setting.window) {
    return Invalid("--every: windows that overlap are no samples of their own: at least --hours");
  }
  return {};
}

/// Who plans by what is expected counts hours of a day in steps.
Status CheckSteps(const SimulatePlan& plan) {
  const bool expects =
      std::any_of(plan.policies.begin(), plan.policies.end(),
                  [](const plan::Policy* policy) { return plan::PlansByForecast(policy->sight); });
  for (const ZoneSignal& signal : plan.signals) {
    const Duration step = signal.series.step();
    const bool fits = step >= kLeastStep && std::chrono::hours(1) % step == Duration::zero() &&
                      signal.series.start().time_since_epoch() % step == Duration::zero();
    if (expects && !fits) {
      return Invalid("zone " + signal.zone + " has steps of " + FormatDuration(step) + " from " +
                     FormatTime(signal.series.start()) +
                     ": plan-once, rolling and rolling-learnt need steps from 1m to 1h that divide "
                     "an hour and begin with it");
    }
  }
  return {};
}

Result<sim::Trace> ReadJobs(const SimulateOptions& options) {
  if (options.job_unit != "seconds" && options.job_unit != "hours") {
    return Invalid("--job-unit '" + Printable(options.job_unit) + "' is neither seconds nor hours");
  }
  return ReadTrace(options.jobs,
                   options.job_unit == "hours" ? sim::JobUnit::hours : sim::JobUnit::seconds);
}

}  // namespace

Result<SimulatePlan> MakeSimulatePlan(const SimulateOptions& options) {
  SimulatePlan plan;
  auto policies = ParsePolicies(options.policies, !options.forecasts.empty());
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
  if (const Status read = ReadForecasts(options.forecasts, plan.signals); !read) {
    return read.error();
  }
  if (const Status fits = CheckSteps(plan); !fits) {
    return fits.error();
  }
  const auto setting = ParseSetting(options, plan.signals.front().series);
  if (!setting) {
    return setting.error();
  }
  plan.setting = *setting;
  if (const Status parsed = ParseWindows(options, plan); !parsed) {
    return parsed.error();
  }
  auto trace = ReadJobs(options);
  if (!trace) {
    return trace.error();
  }
  plan.trace = *std::move(trace);
  return plan;
}

}  // namespace carbon::app
