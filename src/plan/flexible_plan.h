// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/board.h"
#include "plan/arrangement.h"
#include "plan/job.h"
#include "plan/planner.h"

namespace carbon::plan {

/// How a job may be run besides in one piece by one worker, which takes the mean of Job::length and
/// draws the power of its place.
struct Flexibility {
  std::optional<PauseCost> pause;  ///< nothing: it cannot pause
  /// Work per hour by one worker, by two, … : as many as may run, in any unit.
  std::vector<double> work_per_hour = {1};
};

/// The most workers that are planned.
inline constexpr size_t kMostWorkers = 100;

/// Invalid, saying why, where a cost is negative or the curve of work is empty, longer than
/// kMostWorkers or not concave (CheckConcave).
Status CheckFlexibility(const Flexibility& flexibility);

struct FlexiblePlan {
  Arrangement chosen;
  std::vector<Arrangement> alternatives;  ///< at most three, best first, `chosen` not among them
  /// Of running at once, as the mean over all places: by as few workers as end in time.
  Grams run_now;
  /// How long after the latest end it ends, where all its workers at once are too slow.
  std::optional<Duration> late;

  Grams Saving() const { return run_now - chosen.emissions; }
};

/// The place, the widths and the pauses by which a job is expected to emit least; nothing where the
/// signal is unknown everywhere it may run. Pure; the same input gives the same plan.
///
/// In each place these are tried: at once; one start by each number of workers (BestStart); pauses
/// with each number of workers (CheapestWithPauses); numbers that change without a pause, between
/// any two steps of the signal; and numbers that change with pauses (CheapestWidths). Each is exact
/// in its own kind, as its function says. The best of them is not the best of all there is where
/// pauses cost something and the width changes as well: pauses are then found as if they were free,
/// and paid for. A change of width costs nothing.
///
/// Promises, for a job that takes its mean length: it ends by Job::latest_start + that length
/// wherever some number of workers can, and by LatestStartOf() + that length, less
/// Parameters::start_margin, where it is not run at once. It is not expected to emit more than
/// running at once in the best place. Kinds of signal are never mixed, and unknown zones not
/// planned with (KnownPlacesOf). The job waits, pauses or scales only for what saves enough by
/// `parameters`, whose patience counts the hours by which the work is done later on average, and a
/// simpler way is left only for one that saves Parameters::min_saving more.
std::optional<FlexiblePlan> PlanFlexible(const Job& job, const Flexibility& flexibility,
                                         const grid::Board& board, Time now,
                                         const Parameters& parameters);

}  // namespace carbon::plan
