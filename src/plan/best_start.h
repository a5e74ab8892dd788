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

/// The start in [earliest, latest] at which an uninterrupted run of `length` meets the least mean
/// intensity; of equal ones the earliest. Exact: the mean is piecewise linear in the start, so its
/// least value lies at `earliest`, at `latest`, or where the start or the end of the run meets a
/// step of the series. Starts whose run touches an unknown step do not count; nothing where none
/// is left. O(number of steps between `earliest` and `latest`). length > 0, earliest <= latest.
std::optional<Window> BestStart(const grid::Series& series, Time earliest, Time latest,
                                Duration length);

}  // namespace carbon::plan
