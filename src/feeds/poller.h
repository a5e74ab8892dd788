// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "feeds/feed.h"
#include "feeds/schedule.h"
#include "grid/reading.h"
#include "net/clock.h"

namespace carbon::feeds {

using Readings = std::vector<grid::ZoneReading>;

/// A line for the log: a warning where a zone or the provider gets worse, else good news.
struct PollEvent {
  bool warning = false;
  std::string text;
};

struct PollerOptions {
  std::vector<grid::ZoneId> zones;  ///< in any order; one that stands twice is read once
  PollRules rules;
  uint64_t seed = 1;  ///< of the jitter: give every process another
  /// Both are called from the poller's thread, without a lock held; they may be empty.
  std::function<void()> on_update;                 ///< Latest() has changed
  std::function<void(const PollEvent&)> on_event;  ///< once per change, not per poll
};

/// How reads of one zone went since the start.
struct ZoneCounts {
  uint64_t complete = 0;                   ///< present and future came
  uint64_t partial = 0;                    ///< one of the two came
  uint64_t failed = 0;                     ///< nothing came
  uint64_t unchanged = 0;                  ///< the provider knew nothing newer yet
  std::map<Error::Kind, uint64_t> errors;  ///< of partial and failed reads
  std::optional<Time> last_reading;        ///< when something came last
  std::string last_error;                  ///< empty where the last read was complete
};

/// Reads all zones on schedule, on a thread of its own, and keeps the last good reading of each.
/// The parts of a reading that did not come are kept from earlier reads, for a day after they
/// came. Latest() and Counts() may be called from any thread; the destructor stops at once.
class Poller {
 public:
  /// Starts reading. `clock` outlives the poller.
  Poller(std::unique_ptr<Feed> feed, const net::Clock& clock, PollerOptions options);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  /// The last good readings, ordered by zone; never null. Zones that never came are absent.
  std::shared_ptr<const Readings> Latest() const;
  std::map<grid::ZoneId, ZoneCounts> Counts() const;

 private:
  enum class Health { unread, complete, partial, failing, denied };

  struct Zone {
    std::optional<grid::ZoneReading> reading;
    Time latest_came;
    Time forecast_came;
    Health health = Health::unread;
  };

  void Run(const std::stop_token& stop);
  void ReadDue(const std::stop_token& stop);
  /// True where there is something new to publish.
  bool ReadZone(size_t index, const std::stop_token& stop);
  void Keep(Zone& zone, grid::ZoneReading fresh) const;
  void Count(size_t index, const Answer& answer);
  void Tell(size_t index, const Answer& answer, Time now);
  void TellOfProvider(const Answer& answer, Time now);
  void Emit(bool warning, std::string text) const;
  void Publish();

  const std::unique_ptr<Feed> feed_;
  const net::Clock& clock_;
  const PollerOptions options_;
  const std::vector<grid::ZoneId> names_;  ///< sorted, each once
  PollSchedule schedule_;
  std::vector<Zone> zones_;
  bool provider_failing_ = false;

  mutable std::mutex mutex_;  ///< guards what follows
  std::shared_ptr<const Readings> published_ = std::make_shared<const Readings>();
  std::map<grid::ZoneId, ZoneCounts> counts_;

  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace carbon::feeds
