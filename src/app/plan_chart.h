// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/time.h"
#include "grid/series.h"

namespace carbon::app {

/// What a chart is drawn with.
struct ChartStyle {
  size_t width = 80;    ///< columns of the terminal; at least one hour is drawn in a line
  bool blocks = false;  ///< Unicode's ▁ to █; else digits, 1 to 8
};

/// What is drawn: the hours from the one that holds `from` until `to`, at most ten days, and below
/// them the run.
struct ChartSpan {
  Time from;
  Time to;
  Time run_start;
  Time run_end;
};

/// The intensity hour by hour, one column each, from the lowest to the highest that is drawn, with
/// the hours of the run marked by '^' below; a line holds whole days where the width allows one.
/// An hour that is not known is a blank. Ends with a newline; empty where nothing is known.
std::string Chart(const grid::Series& series, const ChartSpan& span, const ChartStyle& style);

}  // namespace carbon::app
