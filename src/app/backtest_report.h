// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "grid/backtest.h"
#include "grid/signal.h"

namespace carbon::app {

/// How well one zone was forecast.
struct ZoneBacktest {
  grid::ZoneId zone;
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  Duration step{};
  Time from;
  Time to;
  size_t summed_steps = 0;          ///< of the horizons that `together` sums up
  std::vector<grid::Skill> skills;  ///< [i]: i + 1 steps ahead
};

/// For people: per zone a table by horizon. Ends with a newline.
std::string BacktestTable(const std::vector<ZoneBacktest>& zones);
/// {"zones":[{"zone","kind","from","to","together":{…},"horizons":[{"hours","mae":{…},…}]}]}
std::string BacktestJson(const std::vector<ZoneBacktest>& zones);

}  // namespace carbon::app
