// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/scenario_files.h"
#include "sim/fleet_replay.h"
#include "sim/fleet_saving.h"

namespace carbon::app {

/// What became of a scenario, one way.
struct WayReport {
  sim::Way way = sim::Way::run_now;
  sim::FleetOutcome outcome;
  sim::FleetSaving saving;  ///< against run-now
};

/// What became of a scenario, each way.
struct ScenarioReport {
  LoadedScenario loaded;
  std::vector<WayReport> ways;  ///< the first one is run-now
};

/// A way to write the reports of several scenarios; each ends with a newline.
struct ScenarioFormat {
  std::string_view name;
  std::string (*write)(const std::vector<ScenarioReport>&);
};

/// The format of that name ("table", "json", "csv"), or null.
const ScenarioFormat* FindScenarioFormat(std::string_view name);

/// All that is needed to repeat the replays and to see that nothing has changed: the version of
/// this program, and of each scenario its input files, its settings as they were understood and its
/// result. The same input gives the same bytes.
std::string RunJson(const std::vector<ScenarioReport>& reports);

}  // namespace carbon::app
