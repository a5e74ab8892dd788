// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"

namespace carbon::plan {

/// One uninterrupted run: when it starts and the mean intensity while it lasts.
struct Window {
  Time start;
  GramsPerKwh mean;

  bool operator==(const Window&) const = default;
};

/// The start in [earliest, latest] at which an uninterrupted run of `length` (> 0) meets the least
/// mean intensity, among the runs whose whole signal is known; nothing where there is none. An hour
/// of waiting since `earliest` counts as much as `wait_per_hour` more of it, >= 0.
///
/// Exact to a relative 1e-9, within which the earlier start is taken: the mean is a piecewise
/// linear function of the start, so it is least at one of the ends or where the run's start or end
/// meets a step boundary of the series. Costs O(steps between earliest and latest). On a forecast
/// it is the plan of one job; on what came true it is the oracle.
std::optional<Window> BestStart(const grid::Series& series, Time earliest, Time latest,
                                Duration length, GramsPerKwh wait_per_hour = GramsPerKwh(0));

}  // namespace carbon::plan
