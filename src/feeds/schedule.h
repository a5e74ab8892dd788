// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "base/time.h"
#include "feeds/feed.h"
#include "net/retry.h"

namespace carbon::feeds {

/// When zones are read; all times are the clock's, which may run faster than real time.
struct PollRules {
  Duration period = std::chrono::minutes(5);
  Duration longest_backoff = std::chrono::minutes(30);
  Duration denied_for = std::chrono::hours(1);
};

/// Decides which zones are due. A zone is read at once, then whenever the calendar reaches a
/// multiple of the period. A zone that fails is read again after the period, doubled with each
/// further failure up to the longest back-off, with jitter, and not before the provider's
/// Retry-After; a denied one after `denied_for`. A failure of the provider pauses all zones by the
/// same rules. Nothing piles up: what was missed is not made up for. Not thread-safe.
class PollSchedule {
 public:
  PollSchedule(size_t zones, const PollRules& rules, uint64_t seed);

  /// Zones (by number) to read now: those that failed last come last. Empty during a pause; after
  /// one in random order, so that a small quota reaches all zones in the long run.
  std::vector<size_t> Due(Time now);
  /// When Due() will next hold something; a period from `now` where there are no zones.
  Time NextDue(Time now) const;
  bool Paused(Time now) const { return now < paused_until_; }
  bool Failing(size_t zone) const { return zones_[zone].backoff.failures() > 0; }
  Time DueAt(size_t zone) const { return zones_[zone].due; }

  /// What came of reading `zone`, known at `now`.
  void Record(size_t zone, const Answer& answer, Time now);

 private:
  struct Zone {
    Time due = Time::min();
    net::Backoff backoff;
  };

  Duration Delay(net::Backoff& backoff, const Failure& failure);

  PollRules rules_;
  std::vector<Zone> zones_;
  net::Backoff provider_;
  Time paused_until_ = Time::min();
  std::mt19937_64 random_;
};

}  // namespace carbon::feeds
