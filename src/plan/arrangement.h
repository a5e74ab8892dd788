// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "plan/elastic.h"
#include "plan/known_places.h"

namespace carbon::plan {

/// What each pause of a job costs beside the wait.
struct PauseCost {
  KilowattHours energy;  ///< >= 0: of the checkpoint, written as the pause begins
  /// >= 0: how long it runs before it is where it was: restart and recompute. It does so at the end
  /// of the pause, which is no shorter.
  Duration delay{};

  bool operator==(const PauseCost&) const = default;
  bool IsFree() const { return energy == KilowattHours(0) && delay == Duration::zero(); }
};

/// A stretch of a job with one number of workers.
struct ArrangedRun {
  Time start;
  Duration length;
  Duration delay;  ///< of `length`, what it takes after a pause to be where it was
  size_t workers;
  GramsPerKwh intensity;  ///< expected mean
  Grams emissions;        ///< checkpoints not included

  Time end() const { return start + length; }
  bool operator==(const ArrangedRun&) const = default;
};

/// One way to run a job that can pause or scale, in one place.
struct Arrangement {
  std::string region;
  std::string zone;
  std::vector<ArrangedRun> runs;  ///< ascending, not overlapping; between them no worker runs
  size_t pauses = 0;
  Grams emissions;  ///< expected, of runs and checkpoints
  Grams of_pauses;  ///< of `emissions`, what the pauses cost

  Time start() const { return runs.front().start; }
  Time end() const { return runs.back().end(); }
  size_t MostWorkers() const;
  bool operator==(const Arrangement&) const = default;
};

/// `runs` (not empty) at a place whose one worker draws the place's power, each pause between them
/// at its cost: a run after a pause starts by the delay earlier. Nothing where a pause is shorter
/// than the delay, or the intensity is not known while it runs.
std::optional<Arrangement> Arrange(const KnownPlace& at, const std::vector<ElasticRun>& runs,
                                   const PauseCost& pause);

/// One run from `start` on at a mean intensity that is known otherwise.
Arrangement ArrangeAt(const KnownPlace& at, const ElasticRun& run, GramsPerKwh intensity);

}  // namespace carbon::plan
