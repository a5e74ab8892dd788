// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/progress.h"
#include "app/scenario_report.h"
#include "base/result.h"

namespace carbon::app {

/// Reads every scenario, then replays them each way, several at once but no more than the machine
/// has cores. Reports come in the order of `folders` and are what replaying one after another
/// gives. Fails with the first folder that fails.
Result<std::vector<ScenarioReport>> SweepScenarios(const std::vector<std::string>& folders,
                                                   const std::string& data, Progress& progress);

}  // namespace carbon::app
