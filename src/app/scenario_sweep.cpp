// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_sweep.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/parallel.h"
#include "app/scenario_runs.h"

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
  report.loaded.templates = {};
  report.loaded.job_ids = {};
  for (sim::FleetZone& zone : report.loaded.scenario.zones) {
    zone.signal = {};
    zone.forecasts = {};
  }
}

Result<ScenarioReport> Replay(LoadedScenario loaded, const sim::Progress& progress, RunsCsv* runs) {
  ScenarioReport report{.loaded = std::move(loaded), .ways = {}};
  for (const sim::Way way : sim::WaysOf(report.loaded.scenario)) {
    // Starting jobs as they come takes no time that is worth a bar.
    auto outcome = sim::ReplayFleet(report.loaded.scenario, way,
                                    way == sim::Way::run_now ? sim::Progress() : progress);
    if (!outcome) {
      return outcome.error().In(report.loaded.folder);
    }
    report.ways.push_back({.way = way, .outcome = *std::move(outcome), .saving = {}});
    if (runs != nullptr) {
      AddFleetRuns(report.loaded, report.ways.back(), *runs);
    }
  }
  Compare(report);
  Forget(report);
  return report;
}

}  // namespace

Result<std::vector<ScenarioReport>> SweepScenarios(std::vector<LoadedScenario> loaded,
                                                   Progress& progress, RunsCsv* runs) {
  SharedProgress shared(progress, loaded.size());
  std::vector<std::optional<Result<ScenarioReport>>> replayed(loaded.size());
  ForEachIndex(loaded.size(), runs == nullptr ? loaded.size() : 1, [&](size_t i) {
    const std::string folder = loaded[i].folder;
    replayed[i] =
        Replay(std::move(loaded[i]), [&](double share) { shared.Show(i, share, folder); }, runs);
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
