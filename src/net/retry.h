// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <random>

#include "base/time.h"

namespace carbon::net {

/// How long to wait between tries, in real time.
struct RetryPolicy {
  Duration base = std::chrono::milliseconds(800);  ///< shortest delay
  Duration cap = std::chrono::seconds(30);         ///< longest own delay; not below `base`
};

/// Exponential backoff with jitter. Pure: neither sleeps nor reads a clock.
class Backoff {
 public:
  explicit Backoff(RetryPolicy policy = {}) : policy_(policy) {}

  /// The delay before the next try: evenly drawn from [base·2ⁿ, base·2ⁿ⁺¹] after n earlier calls,
  /// at most `cap`, whose lower half is then drawn from; `retry_after` where that is longer.
  Duration Next(std::mt19937_64& random, std::optional<Duration> retry_after = {});

  /// A try succeeded: start again from `base`.
  void Reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  RetryPolicy policy_;
  int failures_ = 0;
};

}  // namespace carbon::net
