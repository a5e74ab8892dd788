// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"

namespace carbon::plan {

/// A stage of a job: tasks that may run at once, when all of its parents are done.
struct Stage {
  double task_seconds = 0;        ///< of all its tasks together; > 0
  uint32_t tasks = 1;             ///< >= 1
  std::vector<uint32_t> parents;  ///< by their place among the job's stages
};

/// When a stage runs, since the job's start, and how far it can be moved.
struct StageTimes {
  Duration start{};   ///< the earliest: when the last of its parents is done
  Duration length{};  ///< > 0
  /// How much later it can start without lengthening the job, if all others but those that wait for
  /// it stay; >= 0, and 0 on the critical path.
  Duration slack{};
  /// The longest path through it as a share of the critical one: in (0, 1], 1 on the critical path.
  double importance = 0;
};

struct JobTimes {
  Duration length{};  ///< of the critical path, which is the longest one
  std::vector<StageTimes> stages;
};

/// The critical path method (J. E. Kelley, M. R. Walker, "Critical-Path Planning and Scheduling",
/// 1959) on a job whose stages have `slots` cores each, however many run at once. A stage takes as
/// many waves of its mean task as its tasks need, at least a millisecond. Invalid, with the stage's
/// place, where a parent does not exist, stages wait for each other in a circle, a number is out of
/// range or the job would take more than a century.
Result<JobTimes> TimesOf(std::span<const Stage> stages, uint32_t slots);

/// Stages moved to cleaner times, without lengthening the job.
struct ShiftedStages {
  std::vector<Duration> starts;  ///< since the job's start
  Grams unshifted;               ///< with every stage as early as it can
  Grams shifted;                 ///< <= unshifted
};

/// Moves stages within their slack to where the signal is cleanest for them, those first whose work
/// times slack is greatest, again and again as long as one moves: a stage that went later gives its
/// parents room. The job starts at `start`, every parent is done before its children start, and the
/// last stage is done when it was. Each busy core draws `per_core`. Invalid as TimesOf() is, and
/// where the signal is unknown anywhere in the job.
Result<ShiftedStages> ShiftStages(const grid::Series& signal, Time start,
                                  std::span<const Stage> stages, uint32_t slots, Watts per_core);

}  // namespace carbon::plan
