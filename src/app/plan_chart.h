// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "grid/series.h"
#include "plan/policies.h"

namespace carbon::app {

/// What a chart is drawn with.
struct ChartStyle {
  size_t width = 80;    ///< columns of the terminal; at least one hour is drawn in a line
  bool blocks = false;  ///< Unicode's ▁ to █; else digits, 1 to 8
};

/// Runs, and what marks their hours.
struct ChartMark {
  char mark = '^';
  std::string name;  ///< of the runs, for the legend
  std::vector<plan::Segment> runs;
};

/// What is drawn: the hours from the one that holds `from` until `to`, at most ten days, and below
/// them a line for each of the marks.
struct ChartSpan {
  Time from;
  Time to;
  std::vector<ChartMark> marks;
};

/// The intensity hour by hour, one column each, from the lowest to the highest that is drawn, with
/// the hours of the runs marked below; a line holds whole days where the width allows one. An hour
/// that is not known is a blank. Ends with a newline; empty where nothing is known.
std::string Chart(const grid::Series& series, const ChartSpan& span, const ChartStyle& style);

}  // namespace carbon::app
