// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "feeds/archive.h"
#include "feeds/feed.h"
#include "feeds/poller.h"
#include "grid/board.h"
#include "grid/outlook.h"
#include "grid/zone_record.h"
#include "net/clock.h"

namespace carbon::feeds {

struct GridWatchOptions {
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  grid::OutlookRules outlook;
  grid::BlendRules blend;
  PollerOptions poller;  ///< of every provider; on_update is called for any
  std::map<grid::ZoneId, grid::YearlyMean> yearly;  ///< of that kind
  /// What was known before the start, for zones of which the archive knows nothing.
  std::vector<grid::ZoneReading> remembered;
};

/// Keeps up with the grid: polls the providers, remembers what they said and learns from it, and
/// tells what is known at a moment. All methods may be called from any thread.
class GridWatch {
 public:
  /// `feeds`: the first choice, and perhaps one that stands in for it; both of options.kind.
  /// `archive` may be null: a restart forgets then. `weather` tells the weather of zones, may be
  /// null, and hinders nothing where it fails. `clock` outlives this.
  GridWatch(std::vector<std::unique_ptr<Feed>> feeds, std::unique_ptr<Archive> archive,
            const net::Clock& clock, GridWatchOptions options,
            std::unique_ptr<Feed> weather = nullptr);
  GridWatch(const GridWatch&) = delete;
  GridWatch& operator=(const GridWatch&) = delete;
  ~GridWatch();

  /// Watches these zones from now on, beginning with what the archive knows of them.
  void AddZones(const std::vector<grid::ZoneId>& zones);
  /// What is known at `now`; calls come with ascending times. Never null.
  std::shared_ptr<const grid::Board> BoardAt(Time now);
  /// What was observed of the zone, as of the last BoardAt(): ZoneRecord::ObservedBetween(). Empty
  /// where nothing was. Waits while a board is being made.
  grid::Series Observed(const grid::ZoneId& zone, Time from, Time to) const;
  grid::SignalKind kind() const { return options_.kind; }
  /// Every zone has been asked for once, or asking is in vain: the first provider refuses all.
  bool Asked() const;
  /// How the reads of the provider of that rank went.
  std::map<grid::ZoneId, ZoneCounts> Counts(size_t rank) const;
  /// How the reads of the weather went; empty where nobody tells it.
  std::map<grid::ZoneId, ZoneCounts> WeatherCounts() const;
  /// Writes to the archive that failed since the start.
  uint64_t ArchiveFailures() const;

 private:
  void TakeNews(size_t rank);
  void TakeWeather(Time now);
  void Recall(grid::ZoneRecord& record);
  void Keep(const grid::ZoneReading& reading, size_t rank);
  void Forget(Time now);
  void SayArchive(const Status& status);

  const GridWatchOptions options_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::unique_ptr<Archive> archive_;
  bool archive_failing_ = false;
  uint64_t archive_failures_ = 0;
  Time pruned_{};
  std::map<grid::ZoneId, grid::ZoneRecord> records_;
  /// When the newest reading that was taken had been fetched, by rank.
  std::array<std::map<grid::ZoneId, Time>, grid::ZoneRecord::kProviders> taken_;
  std::map<grid::ZoneId, Time> weather_taken_;

  // Last: their threads call back.
  std::vector<std::unique_ptr<Poller>> pollers_;
  std::unique_ptr<Poller> weather_;  ///< null: nobody tells it
};

}  // namespace carbon::feeds
