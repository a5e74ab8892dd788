// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.h"
#include "sim/fleet_replay.h"

namespace carbon::sim {

/// Enters a run that has ended, and what it emitted: from when it began to work to its end, and its
/// overhead.
void BookRun(const FleetScenario& scenario, const FleetJob& job, FleetRun& run,
             FleetOutcome& outcome);

/// Of hours that jobs waited.
void BookWaits(std::vector<double> waits, FleetOutcome& outcome);

/// That every job and every run came to one end, that jobs which are done did all their work, and
/// that no zone ran more than it has room for; internal otherwise.
Status AuditFleet(const FleetScenario& scenario, const std::vector<FleetJob>& jobs, Way way,
                  const FleetOutcome& outcome);

}  // namespace carbon::sim
