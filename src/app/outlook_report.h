// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "base/time.h"
#include "grid/board.h"
#include "grid/signal.h"

namespace carbon::app {

/// For people: per zone where it is from, then a line an hour (or a step, where steps are longer)
/// for `horizon`: expected and bounds in g/kWh, with a bar. Ends with a newline.
std::string OutlookTable(const std::vector<grid::ZoneId>& zones, const grid::Board& board,
                         Duration horizon);
/// [{"zone","kind","source","rung",…,"steps":[{"time","g_per_kwh","p10","p90"}]}], by the zone's
/// own step; a zone that is not known is {"zone","unknown"}.
boost::json::array OutlookRows(const std::vector<grid::ZoneId>& zones, const grid::Board& board,
                               Duration horizon);
/// {"as_of","zones"}, these being OutlookRows().
std::string OutlookJson(const std::vector<grid::ZoneId>& zones, const grid::Board& board,
                        Duration horizon);

}  // namespace carbon::app
