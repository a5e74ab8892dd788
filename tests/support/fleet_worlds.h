// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "sim/fleet_scenario.h"

/// Scenarios for tests of replaying a whole cluster.
namespace carbon::sim {

inline const Time kFleetStart = *ParseTime("2021-07-01T00:00Z");
inline constexpr Duration kOneHour = std::chrono::hours(1);

/// Hourly from kFleetStart on.
inline grid::Series HourlySignal(std::vector<double> values) {
  return {kFleetStart, kOneHour, std::move(values)};
}

/// What a forecaster who is always right says, twice a day for the next two days.
inline std::vector<grid::Forecast> RightForecasts(const grid::Series& signal) {
  std::vector<grid::Forecast> forecasts;
  const Duration every = 12 * kOneHour;
  for (Time issued = signal.start(); issued < signal.end(); issued += every) {
    forecasts.push_back(
        {.issued_at = issued, .series = signal.Between(issued, issued + 4 * every)});
  }
  return forecasts;
}

/// A zone that is dirty by day and clean by night, `days` long, right forecasts included.
inline FleetZone DayAndNight(const std::string& name, double cpus, int days = 5) {
  std::vector<double> values(24 * static_cast<size_t>(days));
  for (size_t hour = 0; hour < values.size(); ++hour) {
    values[hour] = hour % 24 < 12 ? 400 : 100;
  }
  FleetZone zone{.name = name,
                 .signal = HourlySignal(values),
                 .forecasts = {},
                 .cpus = cpus,
                 .per_cpu = Watts(1000)};
  zone.forecasts = RightForecasts(zone.signal);
  return zone;
}

/// Draws scenarios of some days with all that may go wrong.
class FleetDice {
 public:
  explicit FleetDice(uint64_t seed) : random_(seed), seed_(seed) {}

  FleetScenario Scenario() {
    FleetScenario scenario{.start = kFleetStart, .window = kOneHour * Whole(4, 20)};
    const int zones = Whole(1, 3);
    for (int i = 0; i < zones; ++i) {
      scenario.zones.push_back(Zone("Z" + std::to_string(i)));
    }
    for (int jobs = Whole(1, 14); jobs > 0; --jobs) {
      scenario.jobs.push_back(Job(scenario.window));
    }
    if (Chance(0.2)) {
      scenario.jobs_every = scenario.window / 2 + Duration(1);
    }
    if (Chance(0.3)) {
      scenario.longest_wait = kOneHour * Whole(1, 12);
    }
    scenario.planner.patience = plan::GramsPerHour(Chance(0.3) ? Whole(1, 200) : 0);
    if (Chance(0.2)) {
      scenario.planner.threshold = GramsPerKwh(150);
    }
    scenario.latency = Chance(0.3) ? std::chrono::seconds(90) : Duration::zero();
    for (int faults = Whole(0, 4); faults > 0; --faults) {
      scenario.faults.push_back(AFault(scenario));
    }
    scenario.seed = seed_;
    return scenario;
  }

  /// The same, with jobs that can be moved, longer ones, between zones whose days begin at
  /// different hours, and with more evictions.
  FleetScenario MovingScenario() {
    FleetScenario scenario = Scenario();
    for (FleetZone& zone : scenario.zones) {
      zone.signal = Wave(Whole(0, 23));
      zone.forecasts = RightForecasts(zone.signal);
      zone.per_cpu = Watts(100);
    }
    for (TraceJob& job : scenario.jobs) {
      job.length *= 2;
    }
    for (int evictions = Whole(0, 2); evictions > 0; --evictions) {
      Fault fault = AFault(scenario);
      fault.kind = Fault::Kind::eviction;
      scenario.faults.push_back(fault);
    }
    FleetMigration& migration = scenario.migration.emplace();
    migration.downtime = std::chrono::minutes(Whole(0, 20));
    migration.recomputed = std::chrono::minutes(Whole(0, 30));
    migration.checkpoint_per_cpu = KilowattHours(0.001 * Whole(0, 5));
    migration.transfer_per_cpu = KilowattHours(0.001 * Whole(0, 5));
    migration.rules.least_saving = Grams(0.1 * Whole(0, 20));
    migration.rules.standard_errors = 0.5 * Whole(0, 2);
    migration.rules.return_factor = Whole(1, 2);
    migration.rules.least_stay = std::chrono::minutes(Whole(0, 90));
    migration.moves_per_hour = static_cast<size_t>(Whole(0, 4));
    return scenario;
  }

 private:
  int Whole(int least, int most) {
    return least + static_cast<int>(random_() % static_cast<uint64_t>(most - least + 1));
  }
  double Share() { return static_cast<double>(random_() % 1000) / 1000; }
  bool Chance(double share) { return Share() < share; }

  /// Four days with a noise, and here and there nothing known.
  grid::Series Wave(int later_by) {
    std::vector<double> values;
    const double mean = Whole(50, 500);
    for (int hour = 0; hour < 24 * 4; ++hour) {
      const double wave = 1 + 0.6 * std::sin((hour - later_by) / 24.0 * 6.28);
      values.push_back(Chance(0.02) ? grid::Series::kUnknown : mean * wave + Whole(0, 50));
    }
    return HourlySignal(values);
  }

  FleetZone Zone(const std::string& name) {
    FleetZone zone{.name = name,
                   .signal = Wave(0),
                   .forecasts = {},
                   .cpus = Whole(1, 6) + 0.5 * Whole(0, 1),
                   .per_cpu = Watts(10)};
    if (Chance(0.8)) {
      zone.forecasts = RightForecasts(zone.signal);
    }
    return zone;
  }

  TraceJob Job(Duration window) {
    return {.arrival = Duration(static_cast<int64_t>(Share() * 1.1 * Hours(window) * 3.6e6)),
            .length = std::chrono::minutes(Chance(0.05) ? 0 : Whole(1, 600)),
            .cpus = Chance(0.05) ? 100 : 0.1 * Whole(1, 40)};
  }

  Fault AFault(const FleetScenario& scenario) {
    const Time from = kFleetStart + std::chrono::minutes(Whole(0, 60 * 30));
    return {.kind = static_cast<Fault::Kind>(Whole(0, 3)),
            .zone = static_cast<size_t>(Whole(0, static_cast<int>(scenario.zones.size()) - 1)),
            .from = from,
            .to = from + std::chrono::minutes(Whole(1, 60 * 12)),
            .share = Share()};
  }

  std::mt19937_64 random_;
  uint64_t seed_;
};

}  // namespace carbon::sim
