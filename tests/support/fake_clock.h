// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <iterator>
#include <mutex>
#include <set>

#include "net/clock.h"

namespace carbon::net {

/// Time moves only when the test says so.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Time start) : now_(start) {}

  Time Now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  bool SleepUntil(Time when, std::stop_token stop) const override {
    std::unique_lock lock(mutex_);
    const auto self = wakeups_.insert(when);
    changed_.notify_all();
    const bool due = changed_.wait(lock, stop, [&] { return now_ >= when; });
    wakeups_.erase(self);
    return due;
  }

  Duration Real(Duration duration) const override { return duration; }
  Time FromReal(Time real) const override { return real; }

  void Advance(Duration by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    changed_.notify_all();
  }

  /// Returns once `n` threads sleep past Now(): each has done its due work and come back.
  void AwaitIdle(std::ptrdiff_t n) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return std::distance(wakeups_.upper_bound(now_), wakeups_.end()) >= n; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  mutable std::multiset<Time> wakeups_;
  Time now_;
};

}  // namespace carbon::net
