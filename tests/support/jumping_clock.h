// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "net/clock.h"

namespace carbon::net {

/// Jumps over every sleep and remembers it. For one thread.
class JumpingClock final : public Clock {
 public:
  Time Now() const override { return now_; }
  bool SleepUntil(Time when, std::stop_token stop) const override {
    if (when > now_) {
      naps_.push_back(when - now_);
      now_ = when;
    }
    return !stop.stop_requested();
  }
  Duration Real(Duration duration) const override { return duration; }
  Time FromReal(Time real) const override { return real; }

  const std::vector<Duration>& naps() const { return naps_; }
  void Advance(Duration by) { now_ += by; }

 private:
  mutable Time now_ = *ParseTime("2021-07-01T00:00:00Z");
  mutable std::vector<Duration> naps_;
};

}  // namespace carbon::net
