// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_scenario.h"

#include <algorithm>
#include <cmath>

#include "sim/scenario.h"

namespace carbon::sim {
namespace {

constexpr Duration kLeastStep = std::chrono::minutes(1);
constexpr double kLeastRoom = 0.001;
constexpr double kMillicores = 1000;
constexpr double kRounding = 1e-6;  ///< of a thousandth: what a product of doubles may be off by

Status CheckSignal(const FleetScenario& scenario, const grid::Series& signal) {
  const Duration step = signal.step();
  if (step < kLeastStep || std::chrono::hours(1) % step != Duration::zero() ||
      signal.start().time_since_epoch() % step != Duration::zero()) {
    return Invalid("the signal has steps of " + FormatDuration(step) + " from " +
                   FormatTime(signal.start()) +
                   ": the planner needs steps from 1m to 1h that divide an hour and begin with it");
  }
  return CheckSetting(signal, {.start = scenario.start, .window = scenario.window});
}

Status CheckFault(const FleetScenario& scenario, const Fault& fault) {
  if (fault.zone >= scenario.zones.size()) {
    return Invalid("a fault is in a zone that there is not");
  }
  if (fault.kind == Fault::Kind::eviction) {
    return fault.share >= 0 && fault.share <= 1 ? Status() : Invalid("a share is not in [0, 1]");
  }
  return fault.from < fault.to ? Status() : Invalid("a fault ends before it begins");
}

Status CheckMigration(const FleetMigration& migration) {
  const plan::MigrationRules& rules = migration.rules;
  const bool costs = migration.downtime >= Duration::zero() &&
                     migration.recomputed >= Duration::zero() &&
                     migration.checkpoint_per_cpu >= KilowattHours(0) &&
                     migration.transfer_per_cpu >= KilowattHours(0);
  const bool rule = rules.least_saving >= Grams(0) && rules.most_late > 0 && rules.most_late <= 1 &&
                    rules.standard_errors >= 0 && rules.return_factor >= 1 &&
                    rules.least_stay >= Duration::zero();
  return costs && rule ? Status() : Invalid("a number of the migration is out of its range");
}

}  // namespace

Status CheckFleet(const FleetScenario& scenario) {
  if (scenario.zones.empty()) {
    return Invalid("there is no zone");
  }
  for (const FleetZone& zone : scenario.zones) {
    if (const Status ok = CheckSignal(scenario, zone.signal); !ok) {
      return ok.error().In("zone " + zone.name);
    }
    const bool usable = zone.cpus >= kLeastRoom && zone.per_cpu > Watts(0);
    if (!usable) {
      return Invalid("zone " + zone.name + ": needs 0.001 CPUs or more, and power of more than 0");
    }
  }
  if (scenario.tick <= Duration::zero() || scenario.latency < Duration::zero() ||
      scenario.jobs_every.value_or(Duration(1)) <= Duration::zero()) {
    return Invalid("a tick, a latency or a period of the jobs is not positive");
  }
  if (scenario.migration) {
    if (const Status ok = CheckMigration(*scenario.migration); !ok) {
      return ok;
    }
  }
  for (const Fault& fault : scenario.faults) {
    if (const Status ok = CheckFault(scenario, fault); !ok) {
      return ok;
    }
  }
  return {};
}

int64_t RoomOf(const FleetZone& zone) {
  return static_cast<int64_t>(std::floor(zone.cpus * kMillicores + kRounding));
}

FleetJobs JobsOf(const FleetScenario& scenario) {
  int64_t widest = 0;
  for (const FleetZone& zone : scenario.zones) {
    widest = std::max(widest, RoomOf(zone));
  }
  FleetJobs placed;
  const Duration every = scenario.jobs_every.value_or(scenario.window);
  for (Duration begin{}; begin < scenario.window; begin += every) {
    for (size_t i = 0; i < scenario.jobs.size(); ++i) {
      const TraceJob& job = scenario.jobs[i];
      ++placed.submitted;
      const Duration arrival = begin + job.arrival;
      const double millicores = std::ceil(job.cpus * kMillicores - kRounding);
      if (millicores > static_cast<double>(widest) || job.length <= Duration::zero() ||
          arrival >= scenario.window) {
        ++placed.rejected;
        continue;
      }
      const Duration wait =
          scenario.longest_wait.value_or(job.length < kShorterIsShort ? kShortWait : kLongWait);
      placed.jobs.push_back({.arrival = scenario.start + arrival,
                             .length = job.length,
                             .cpus = job.cpus,
                             .millicores = std::max<int64_t>(static_cast<int64_t>(millicores), 1),
                             .latest_start = scenario.start + arrival + wait,
                             .trace_index = i});
    }
  }
  std::stable_sort(placed.jobs.begin(), placed.jobs.end(),
                   [](const FleetJob& a, const FleetJob& b) { return a.arrival < b.arrival; });
  return placed;
}

}  // namespace carbon::sim
