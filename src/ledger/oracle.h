// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"

namespace carbon::ledger {

/// A start and the mean intensity of the run that begins there.
struct BestStart {
  Time start;
  GramsPerKwh mean;

  bool operator==(const BestStart&) const = default;
};

/// The start in [earliest, latest_start] with the least mean intensity of an uninterrupted run of
/// `length` (> 0), among the runs whose whole signal is known; nothing where there is none.
///
/// Exact to a relative 1e-9, within which the earlier start is taken: the mean is a piecewise
/// linear function of the start, so it is least at one of the ends or where the run's start or end
/// meets a step boundary of the signal. Costs O(steps between earliest and latest_start).
std::optional<BestStart> BestSingleStart(const grid::Series& signal, Time earliest,
                                         Time latest_start, Duration length);

}  // namespace carbon::ledger
