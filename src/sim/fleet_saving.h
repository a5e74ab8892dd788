// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/fleet_replay.h"

namespace carbon::sim {

/// What replaying one way saved against another, by the jobs whose emissions are known in both.
struct FleetSaving {
  std::optional<double> share;       ///< of what `run_now` emits; nothing where that is nothing
  std::vector<double> weekly_share;  ///< the same of the jobs that arrive in each whole week
  size_t compared = 0;               ///< jobs
};
FleetSaving SavingOf(const FleetScenario& scenario, const FleetOutcome& outcome,
                     const FleetOutcome& run_now);

}  // namespace carbon::sim
