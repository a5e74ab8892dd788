// SPDX-License-Identifier: Apache-2.0
#include "grid/board.h"

#include <cassert>
#include <utility>

namespace carbon::grid {

Board Board::Of(const std::map<ZoneId, ZoneRecord>& records, Time now, const OutlookRules& rules) {
  Board board;
  board.as_of_ = now;
  for (const auto& [zone, record] : records) {
    auto outlook = record.At(now, rules);
    if (outlook) {
      board.zones_.emplace_hint(board.zones_.end(), zone, *std::move(outlook));
    } else {
      board.unknown_.emplace_hint(board.unknown_.end(), zone, outlook.error().message);
    }
  }
  return board;
}

Board Board::Of(const std::vector<ZoneReading>& readings, Time now, const OutlookRules& rules) {
  std::map<ZoneId, ZoneRecord> records;
  for (const ZoneReading& reading : readings) {
    ZoneRecord record(reading.zone, reading.kind);
    [[maybe_unused]] const Status taken = record.Take(reading);
    assert(taken);
    records.insert_or_assign(reading.zone, std::move(record));
  }
  return Of(records, now, rules);
}

const Outlook* Board::Find(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? nullptr : &found->second;
}

std::string Board::WhyUnknown(const ZoneId& zone) const {
  const auto found = unknown_.find(zone);
  return found == unknown_.end() ? "zone " + zone.name + ": no reading yet" : found->second;
}

}  // namespace carbon::grid
