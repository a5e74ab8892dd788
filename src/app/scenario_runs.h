// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "app/runs_csv.h"
#include "app/scenario_report.h"

namespace carbon::app {

/// Of AddFleetRuns().
inline constexpr std::string_view kFleetRunColumns =
    "scenario,way,id,template,arrival,latest_start,cpus,zone,start,end,delay_seconds,ended,"
    "work_lost,grams";

/// What became of a scenario's jobs, one way: a row for each run, by start, then one for each job
/// that never ran. Rejected jobs have none. `way` is one of FleetOutcome whose runs are there.
void AddFleetRuns(const LoadedScenario& loaded, const WayReport& way, RunsCsv& runs);

}  // namespace carbon::app
