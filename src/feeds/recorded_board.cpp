// SPDX-License-Identifier: Apache-2.0
#include "feeds/recorded_board.h"

#include <algorithm>
#include <map>
#include <string>

#include "grid/zone_record.h"

namespace carbon::feeds {
namespace {

/// More than a blend remembers.
constexpr Duration kHeard = std::chrono::hours(8 * 7 * 24);

/// What a poll in step `index` would have brought that no poll before it did.
grid::ZoneReading ReadingAt(const Recording& recording, size_t index, size_t& heard, Time now) {
  const grid::Series& actual = recording.actual;
  const Time begin = actual.TimeOf(index);
  const Time polled = std::min(begin + actual.step() - Duration(1), now);
  grid::ZoneReading reading{.zone = recording.zone,
                            .kind = recording.kind,
                            .source = "recording",
                            .fetched_at = polled,
                            .latest = {},
                            .forecast = {},
                            .history = {}};
  if (const auto value = actual.Value(index)) {
    reading.latest = grid::Observation{.at = begin, .step = actual.step(), .intensity = *value};
  }
  const auto& forecasts = recording.forecasts;
  for (; heard < forecasts.size() && forecasts[heard].issued_at <= polled; ++heard) {
    reading.forecast = forecasts[heard];
  }
  return reading;
}

grid::ZoneRecord RecordOf(const Recording& recording, Time now) {
  const grid::Series& actual = recording.actual;
  grid::ZoneRecord record(recording.zone, recording.kind);
  const auto begin = std::max(actual.start(), now - kHeard);
  const auto& forecasts = recording.forecasts;
  auto heard = static_cast<size_t>(std::partition_point(forecasts.begin(), forecasts.end(),
                                                        [&](const grid::Forecast& forecast) {
                                                          return forecast.issued_at < begin;
                                                        }) -
                                   forecasts.begin());
  auto index = static_cast<size_t>((begin - actual.start()) / actual.step());
  for (; index < actual.size() && actual.TimeOf(index) <= now; ++index) {
    (void)record.Take(ReadingAt(recording, index, heard, now));
  }
  return record;
}

}  // namespace

std::shared_ptr<const grid::Board> RecordedBoard(const std::vector<Recording>& recordings,
                                                 Time now) {
  std::map<grid::ZoneId, grid::ZoneRecord> records;
  for (const Recording& recording : recordings) {
    if (!records.contains(recording.zone)) {
      records.emplace(recording.zone, RecordOf(recording, now));
    }
  }
  return std::make_shared<const grid::Board>(grid::Board::Of(records, now, {}));
}

}  // namespace carbon::feeds
