// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "grid/reading.h"
#include "grid/signal.h"
#include "grid/weather.h"

namespace carbon::feeds {

/// What providers have said, in a file: so that a process that starts anew knows what the one
/// before it knew. A SQLite database in write-ahead mode: a process that is killed in the middle of
/// a write loses that write and nothing else. Methods may be called from one thread at a time.
class Archive {
 public:
  /// Opens or creates the file. Unavailable where it cannot be written or is none of ours: it is
  /// left as it is then.
  static Result<std::unique_ptr<Archive>> Open(const std::string& path);
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive();

  /// Keeps what is new in the reading of the provider of that rank.
  Status Keep(const grid::ZoneReading& reading, size_t rank);
  /// Keeps the newest word on each hour's weather, until the hour begins.
  Status KeepWeather(const grid::ZoneId& zone, const grid::Weather& weather);
  /// Hands back what was kept of the zone and kind in the order in which it came, as readings that
  /// hold one observation or one forecast each, with their rank; and the zone's weather in between.
  Status Replay(
      const grid::ZoneId& zone, grid::SignalKind kind,
      const std::function<void(const grid::ZoneReading&, size_t rank)>& take,
      const std::function<void(const grid::Weather&)>& take_weather = [](const grid::Weather&) {});
  /// Forgets observations and weather of five weeks before `now`, and forecasts five days before.
  Status Prune(Time now);

 private:
  struct Database;
  explicit Archive(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

}  // namespace carbon::feeds
