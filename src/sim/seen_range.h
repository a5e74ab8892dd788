// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "grid/series.h"
#include "plan/policies.h"

namespace carbon::sim {

/// The range in which a signal has been of late, at any moment. Immutable; O(steps) to make, O(1)
/// to ask.
class SeenRange {
 public:
  /// `back` is cut to whole steps; > 0.
  SeenRange(const grid::Series& signal, Duration back);

  /// Of the known steps within `back` before the step that holds `now`; nothing where there are
  /// none. After the signal's end it is that of its end.
  std::optional<plan::IntensityRange> Before(Time now) const;

 private:
  Time start_;
  Duration step_;
  std::vector<std::optional<plan::IntensityRange>> ranges_;  ///< before each step, and at the end
};

}  // namespace carbon::sim
