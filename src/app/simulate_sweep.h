// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/progress.h"
#include "app/runs_csv.h"
#include "app/simulate_plan.h"
#include "app/simulate_report.h"
#include "base/result.h"

namespace carbon::app {

/// Replays the plan's policies in all windows of all zones, several at once but no more than the
/// machine has cores. The reports, in the order of the zones, are what replaying one after another
/// gives. With `runs`, which may be null, it is one after another, so that jobs come in order.
/// Holds the jobs of no more windows at once than are being replayed. Fails with the first zone,
/// window and policy that fails.
Result<std::vector<ZoneReport>> SweepZones(const SimulatePlan& plan, Progress& progress,
                                           RunsCsv* runs);

}  // namespace carbon::app
