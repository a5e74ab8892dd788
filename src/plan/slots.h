// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "plan/policies.h"

namespace carbon::plan {

/// Time cut into slots of equal length; room is counted by whole slots.
struct Slots {
  Time start;
  Duration length = std::chrono::hours(1);  ///< > 0
  size_t count = 0;

  Time TimeOf(size_t slot) const { return start + length * static_cast<int64_t>(slot); }
  Time end() const { return TimeOf(count); }

  /// Slots from `first` on, `last` not among them.
  struct Range {
    size_t first;
    size_t last;
  };
  /// Those that a run touches which lies within [start, end()].
  Range TouchedBy(const Segment& run) const {
    return {static_cast<size_t>((run.start - start) / length),
            static_cast<size_t>((run.end() - start + length - Duration(1)) / length)};
  }
  /// The number of the first slot that begins at `at` or later, and at most the one after the last.
  size_t From(Time at) const;
  /// Those that lie at least in part between `from`, which is not before `start`, and `to`.
  Range Between(Time from, Time to) const;
  /// The part of a slot; more than 1 if it is longer.
  double Share(Duration part) const {
    return static_cast<double>(part.count()) / static_cast<double>(length.count());
  }
};

/// Which starts of a run of some length are to be looked at to find the cheapest: the earliest, the
/// latest, and those where it begins or ends with a slot. The same wherever it runs.
struct Starts {
  /// A run, and where in the slots it begins and ends.
  struct Run {
    Time start;
    Slots::Range touched;
    size_t end;      ///< the slot in which it ends; the one after its last if it ends with a slot
    double skipped;  ///< share of its first slot that is over when it begins
    double ended;    ///< share of the slot `end` that it still runs in
  };

  Starts(const Slots& slots, Duration length, Time earliest, Time latest_start);

  /// Nothing where it would not lie within the slots, or the latest is before the earliest.
  std::optional<Run> earliest;
  std::optional<Run> latest;
  /// Begins with the slot.
  Slots::Range aligned{0, 0};
  /// Begins in the slot before, and ends with a slot.
  Slots::Range ending{0, 0};
  /// In which runs of these two kinds begin.
  Slots::Range begins{0, 0};
  size_t whole;    ///< slots that the run lasts
  double part;     ///< of a slot, what is left of the run
  size_t touched;  ///< slots by a run that begins or ends with one
};

}  // namespace carbon::plan
