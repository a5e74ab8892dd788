// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/progress.h"
#include "app/runs_csv.h"
#include "app/scenario_files.h"
#include "app/scenario_report.h"
#include "base/result.h"

namespace carbon::app {

/// Replays scenarios each way, several at once but no more than the machine has cores. Reports come
/// in the order of `loaded` and are what replaying one after another gives. With `runs`, which may
/// be null, it is one after another, so that runs come in order. Fails with the first that fails.
Result<std::vector<ScenarioReport>> SweepScenarios(std::vector<LoadedScenario> loaded,
                                                   Progress& progress, RunsCsv* runs);

}  // namespace carbon::app
