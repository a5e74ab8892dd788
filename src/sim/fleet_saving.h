// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/fleet_oracle.h"
#include "sim/fleet_replay.h"

namespace carbon::sim {

/// What replaying one way saved against another, and what is left of that to an oracle, by the jobs
/// whose emissions are known in both.
struct FleetSaving {
  std::optional<double> share;       ///< of what `run_now` emits; nothing where that is nothing
  std::vector<double> weekly_share;  ///< the same of the jobs that arrive in each whole week
  size_t compared = 0;               ///< jobs

  Grams bound;   ///< no way emits less for these jobs: FleetOracle
  Grams regret;  ///< what was emitted beyond `bound`, >= 0 up to rounding
  /// The share that was saved of what `run_now` emits beyond `bound`, <= 1; nothing where that is
  /// nothing. As no plan need attain the bound, it is a share of no more than could be saved.
  std::optional<double> kept;
  std::vector<double> weekly_kept;  ///< as weekly_share
};
/// `oracle` is of `scenario`, and made of both outcomes.
FleetSaving SavingOf(const FleetOracle& oracle, const FleetOutcome& outcome,
                     const FleetOutcome& run_now);

}  // namespace carbon::sim
