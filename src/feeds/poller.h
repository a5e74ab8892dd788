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
  std::vector<grid::ZoneId> zones;  ///< to start with, in any order; one that stands twice is one
  PollRules rules;
  uint64_t seed = 1;       ///< of the jitter: give every process another
  size_t concurrency = 4;  ///< zones read at once, each on a thread; at least one
  /// Both are called from the poller's threads, one call at a time, without a lock that a method
  /// of the poller takes; they must not block, and may be empty.
  std::function<void()> on_update;                 ///< Latest() has changed
  std::function<void(const PollEvent&)> on_event;  ///< once per change, not per poll
};

/// How reads of one zone went since the start.
struct ZoneCounts {
  uint64_t complete = 0;                   ///< all that was asked for came
  uint64_t partial = 0;                    ///< a part of it came
  uint64_t failed = 0;                     ///< nothing came
  uint64_t unchanged = 0;                  ///< the provider knew nothing newer yet
  std::map<Error::Kind, uint64_t> errors;  ///< of partial and failed reads
  std::optional<Time> last_reading;        ///< when something came last
  std::string last_error;                  ///< empty where what came last was complete

  uint64_t Reads() const { return complete + partial + failed + unchanged; }
};

/// Reads all zones on schedule, several at a time, and keeps the last good reading of each. A zone
/// that takes its time delays no other, as long as fewer than `concurrency` do. The parts of a
/// reading that did not come, or were of the past when they came, are kept from earlier reads, for
/// a day after those. All methods may be called from any thread; the destructor stops at once.
class Poller {
 public:
  /// Starts reading. `clock` outlives the poller.
  Poller(std::unique_ptr<Feed> feed, const net::Clock& clock, PollerOptions options);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  /// Reads these zones as well from now on; those it reads already stay as they are.
  void AddZones(const std::vector<grid::ZoneId>& zones);

  /// The last good readings, ordered by zone; never null. Zones that never came are absent.
  std::shared_ptr<const Readings> Latest() const;
  /// What is counted in Reads() is told by a later Latest().
  std::map<grid::ZoneId, ZoneCounts> Counts() const;
  /// The provider as a whole fails: a refused token, a spent quota.
  bool ProviderFailing() const;

 private:
  enum class Health { unread, complete, partial, failing, denied };

  struct Zone {
    grid::ZoneId id;
    std::shared_ptr<const grid::ZoneReading> reading = nullptr;  ///< null until one came
    Time latest_came = {};
    Time forecast_came = {};
    Health health = Health::unread;
    ZoneCounts counts = {};
  };

  void Work();
  /// Takes in what the read of zone `number` brought.
  void Finish(size_t number, Answer answer);
  /// Says what has happened since it was called last.
  void Speak();
  /// Lets every sleeper look again what is due.
  void Wake();

  // With mutex_ held.
  void Add(const std::vector<grid::ZoneId>& zones);
  void Keep(Zone& zone, grid::ZoneReading fresh);
  static void Count(ZoneCounts& counts, const Answer& answer);
  void Tell(size_t number, const Answer& answer, Time now);
  void TellOfProvider(const Answer& answer, Time now);
  void Emit(bool warning, std::string text);

  const std::unique_ptr<Feed> feed_;
  const net::Clock& clock_;
  const PollerOptions options_;
  std::stop_source stop_;
  std::mutex speaking_;  ///< keeps calls of the options' functions apart and in order

  mutable std::mutex mutex_;  ///< guards what follows; not held while a zone is read
  PollSchedule schedule_;
  std::vector<Zone> zones_;                 ///< by the schedule's numbers
  std::map<grid::ZoneId, size_t> numbers_;  ///< of zones_
  bool provider_failing_ = false;
  std::stop_source wake_;  ///< ends the sleeps that have begun since it was made
  std::vector<PollEvent> unsaid_;
  bool news_ = false;  ///< that on_update has not heard of
  mutable std::shared_ptr<const Readings> published_ = std::make_shared<const Readings>();
  mutable bool outdated_ = false;  ///< published_, which is made anew when somebody asks

  std::vector<std::jthread> threads_;  ///< last: they use all of the above
};

}  // namespace carbon::feeds
