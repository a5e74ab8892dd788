// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_sweep.h"

#include <optional>
#include <utility>
#include <vector>

#include "app/parallel.h"

namespace carbon::app {
namespace {

/// Measures all ways against the first one and the oracle.
void Compare(ScenarioReport& report) {
  std::vector<const sim::FleetOutcome*> outcomes;
  outcomes.reserve(report.ways.size());
  for (const WayReport& way : report.ways) {
    outcomes.push_back(&way.outcome);
  }
  const sim::FleetOracle oracle(report.loaded.scenario, outcomes);
  for (WayReport& way : report.ways) {
    way.saving = sim::SavingOf(oracle, way.outcome, report.ways.front().outcome);
  }
}

/// What nobody reads any more, and what is large.
void Forget(ScenarioReport& report) {
  for (WayReport& way : report.ways) {
    way.outcome.runs = {};
    way.outcome.job_emitted = {};
  }
  report.loaded.scenario.jobs = {};
  for (sim::FleetZone& zone : report.loaded.scenario.zones) {
    zone.signal = {};
    zone.forecasts = {};
  }
}

Result<ScenarioReport> Replay(LoadedScenario loaded, const sim::Progress& progress) {
  ScenarioReport report{.loaded = std::move(loaded), .ways = {}};
  for (const sim::Way way : sim::WaysOf(report.loaded.scenario)) {
    // Starting jobs as they come takes no time that is worth a bar.
    auto outcome = sim::ReplayFleet(report.loaded.scenario, way,
                                    way == sim::Way::run_now ? sim::Progress() : progress);
    if (!outcome) {
      return outcome.error().In(report.loaded.folder);
    }
    report.ways.push_back({.way = way, .outcome = *std::move(outcome), .saving = {}});
  }
  Compare(report);
  Forget(report);
  return report;
}

}  // namespace

Result<std::vector<ScenarioReport>> SweepScenarios(const std::vector<std::string>& folders,
                                                   const std::string& data, Progress& progress) {
  std::vector<LoadedScenario> loaded;
  for (const std::string& folder : folders) {
    auto one = LoadScenario(folder, data);
    if (!one) {
      return one.error();
    }
    loaded.push_back(*std::move(one));
  }
  SharedProgress shared(progress, loaded.size());
  std::vector<std::optional<Result<ScenarioReport>>> replayed(loaded.size());
  ForEachIndex(loaded.size(), loaded.size(), [&](size_t i) {
    replayed[i] =
        Replay(std::move(loaded[i]), [&](double share) { shared.Show(i, share, folders[i]); });
  });
  std::vector<ScenarioReport> reports;
  for (auto& report : replayed) {
    if (!*report) {
      return report->error();
    }
    reports.push_back(**std::move(report));
  }
  return reports;
}

}  // namespace carbon::app
