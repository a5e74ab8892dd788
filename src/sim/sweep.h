// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/simulate.h"

namespace carbon::sim {

/// What a policy made of several windows of one zone.
struct Swept {
  /// Sums over all windows; the means are over all runs and jobs, of the 95th percentiles and the
  /// peaks it is the window with the largest.
  Outcome together;
  /// Share of run-now's emissions, of each window in which a job was done.
  std::vector<double> saved;
};

/// `outcomes` of one policy and run-now's emissions, both by window; at least one. A window in
/// which run-now emits nothing saves nothing.
Swept Sweep(std::span<const Outcome> outcomes, std::span<const Grams> run_now);

/// A mean, and how far from it the mean of all that could have been drawn lies with 95 %.
struct Interval {
  double mean = 0;
  std::optional<double> half;  ///< nothing for a single value
};
/// Student's t on values that are taken for independent; of none the mean is 0.
Interval MeanOf(std::span<const double> values);

}  // namespace carbon::sim
