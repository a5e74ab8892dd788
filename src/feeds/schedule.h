// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "base/time.h"
#include "feeds/feed.h"
#include "net/retry.h"

namespace carbon::feeds {

/// When zones are read; all times are the clock's, which may run faster than real time.
struct PollRules {
  Duration period = std::chrono::minutes(5);
  /// A failed read is made up for soon, and a provider that is back is noticed within a period.
  Duration first_retry = std::chrono::seconds(30);
  Duration longest_backoff = std::chrono::minutes(5);
  Duration denied_for = std::chrono::hours(1);
};

/// Decides which zone is read when, for any number of readers. A zone is read at once, then
/// whenever the calendar reaches a multiple of the period. A zone that fails is read again after
/// the first retry's delay, doubled with each further failure up to the longest back-off, with
/// jitter, and not before the provider's Retry-After; a denied one after `denied_for`. A failure of
/// the provider pauses all zones by the same rules; after it one zone at a time is read until the
/// provider answers. Nothing piles up: what was missed is not made up for. Pure; not thread-safe.
class PollSchedule {
 public:
  PollSchedule(const PollRules& rules, uint64_t seed);

  /// One more zone, due at once. Zones are numbered from 0 on.
  void Add();
  /// The zone to read now, which then is under way until it is recorded. Zones that failed last
  /// come last; else the one that waits longest is first, so that a small quota reaches all of
  /// them in the long run.
  std::optional<size_t> Take(Time now);
  /// When Take() may next give a zone if nothing is recorded before; after `now`, unless a zone
  /// can be taken now.
  Time NextDue(Time now) const;
  bool Paused(Time now) const { return now < paused_until_; }
  Time PausedUntil() const { return paused_until_; }
  /// The provider as a whole failed last.
  bool ProviderFailing() const { return provider_.failures() > 0; }
  Time DueAt(size_t zone) const { return zones_[zone].due; }

  /// What came of reading `zone`, known at `now`. An answer that says nothing is due changes
  /// nothing but when the zone is read next.
  void Record(size_t zone, const Answer& answer, Time now);

 private:
  struct Zone {
    Time due = Time::min();
    bool under_way = false;
    net::Backoff backoff;
  };

  /// A provider that fails is asked by one reader at a time.
  bool MustWait() const { return ProviderFailing() && under_way_ > 0; }
  void Pause(const Failure& failure, Time now);
  Duration Delay(net::Backoff& backoff, const Failure& failure);

  PollRules rules_;
  std::vector<Zone> zones_;
  size_t under_way_ = 0;
  net::Backoff provider_;
  Time paused_until_ = Time::min();
  std::mt19937_64 random_;
};

}  // namespace carbon::feeds
