// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "feeds/feed.h"
#include "feeds/protocol.h"

namespace carbon::feeds {

/// What the user says is granted, else what the protocol knows.
RequestQuota QuotaOf(const Protocol& protocol, const FeedSettings& settings);

/// For people: "30 requests per hour".
std::string ToString(const RequestQuota& quota);

/// Keeps requests within what is granted, by whatever calendar `now` is told: starts full, so that
/// all of it may go at once, and refills evenly. Pure; not thread-safe.
class QuotaMeter {
 public:
  /// At least one request is granted.
  explicit QuotaMeter(const RequestQuota& granted);

  /// Takes a request: nothing where it may be sent, else how long it has to wait.
  std::optional<Duration> Take(Time now);

 private:
  int64_t requests_;
  Duration refill_;  ///< of one request
  Time full_at_ = Time::min();
};

}  // namespace carbon::feeds
