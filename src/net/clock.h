// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace carbon::net {

/// The only source of time. Schedules, signals and deadlines are told by Now(), which may run on
/// another calendar and faster than real time; timeouts of the network are real time and belong to
/// the network code. All methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual Time Now() const = 0;
  /// Sleeps until Now() >= `when`. False when `stop` was requested first.
  virtual bool SleepUntil(Time when, std::stop_token stop) const = 0;
  /// How much real time `duration` of this clock takes.
  virtual Duration Real(Duration duration) const = 0;
  /// What this clock shows, or showed, when the machine's clock showed `real`: brings the API
  /// server's timestamps onto this calendar.
  virtual Time FromReal(Time real) const = 0;
};

/// The machine's clock.
std::unique_ptr<Clock> MakeRealClock();

/// Shows the machine's time when made and runs in real time from there, whatever is done to the
/// machine's clock: for the network's pauses, leases and ages.
std::unique_ptr<Clock> MakeMonotonicClock();

/// A clock that showed `origin` when the machine's clock showed `real_origin` and runs `speed`
/// times as fast since then. Several processes with the same numbers agree on the time.
/// `speed` > 0.
std::unique_ptr<Clock> MakeScaledClock(Time origin, Time real_origin, double speed);

/// Reads the --clock flag: "real", or "ORIGIN@REAL_ORIGINxSPEED", for example
/// "2021-08-01T00:00:00Z@2026-11-24T21:00:00Zx720".
Result<std::unique_ptr<Clock>> ParseClock(std::string_view text);

}  // namespace carbon::net
