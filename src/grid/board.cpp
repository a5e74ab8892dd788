// SPDX-License-Identifier: Apache-2.0
#include "grid/board.h"

#include <utility>

namespace carbon::grid {

Board Board::Of(const std::vector<ZoneReading>& readings, Time now, const OutlookRules& rules) {
  Board board;
  board.as_of_ = now;
  for (const ZoneReading& reading : readings) {
    board.zones_.erase(reading.zone);
    board.unknown_.erase(reading.zone);
    auto outlook = MakeOutlook(reading, now, rules);
    if (outlook) {
      board.zones_.insert_or_assign(reading.zone, *std::move(outlook));
    } else {
      board.unknown_.insert_or_assign(reading.zone, outlook.error().message);
    }
  }
  return board;
}

const Outlook* Board::Find(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? nullptr : &found->second;
}

}  // namespace carbon::grid
