// SPDX-License-Identifier: Apache-2.0
#include "net/clock.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <string>

#include "base/text.h"

namespace carbon::net {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// Wall clocks are set now and then: no sleep trusts one for longer than this.
constexpr Duration kLongestNap = std::chrono::seconds(1);
/// Keeps a far `when` from overflowing the arithmetic.
constexpr Duration kHorizon = std::chrono::hours(24 * 365 * 200);

Time MachineNow() { return std::chrono::floor<Duration>(system_clock::now()); }

/// False when `stop` was requested before `nap` was over.
bool Nap(Duration nap, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock lock(mutex);
  nobody.wait_for(lock, stop, nap, [] { return false; });
  return !stop.stop_requested();
}

/// A clock whose time passes in step with real time, however it is read.
class RunningClock : public Clock {
 public:
  bool SleepUntil(Time when, std::stop_token stop) const override {
    when = std::min(when, Time(kHorizon));
    while (true) {
      const Time now = Now();
      if (now >= when) {
        return true;
      }
      // One millisecond at least, so that a fast clock does not spin on a rounded-down rest.
      const Duration rest = std::max(Real(when - now), Duration(1));
      if (!Nap(std::min(rest, kLongestNap), stop)) {
        return Now() >= when;
      }
    }
  }
};

class RealClock final : public RunningClock {
 public:
  Time Now() const override { return MachineNow(); }
  Duration Real(Duration duration) const override { return duration; }
  Time FromReal(Time real) const override { return real; }
};

class MonotonicClock final : public RunningClock {
 public:
  Time Now() const override {
    return origin_ + std::chrono::floor<Duration>(steady_clock::now() - start_);
  }
  Duration Real(Duration duration) const override { return duration; }
  Time FromReal(Time real) const override { return real; }

 private:
  const Time origin_ = MachineNow();
  const steady_clock::time_point start_ = steady_clock::now();
};

class ScaledClock final : public RunningClock {
 public:
  ScaledClock(Time origin, Time real_origin, double speed)
      : origin_(origin), real_origin_(real_origin), speed_(speed) {}

  Time Now() const override { return FromReal(MachineNow()); }
  Duration Real(Duration duration) const override { return Scale(duration, 1.0 / speed_); }
  Time FromReal(Time real) const override { return origin_ + Scale(real - real_origin_, speed_); }

 private:
  static Duration Scale(Duration duration, double factor) {
    const double most = static_cast<double>(kHorizon.count());
    const double scaled = static_cast<double>(duration.count()) * factor;
    return Duration(std::llround(std::clamp(scaled, -most, most)));
  }

  Time origin_;
  Time real_origin_;
  double speed_;
};

}  // namespace

std::unique_ptr<Clock> MakeRealClock() { return std::make_unique<RealClock>(); }

std::unique_ptr<Clock> MakeMonotonicClock() { return std::make_unique<MonotonicClock>(); }

std::unique_ptr<Clock> MakeScaledClock(Time origin, Time real_origin, double speed) {
  return std::make_unique<ScaledClock>(origin, real_origin, speed);
}

Result<std::unique_ptr<Clock>> ParseClock(std::string_view text) {
  if (text == "real") {
    return MakeRealClock();
  }
  const size_t at = text.find('@');
  const size_t times = text.rfind('x');
  if (at == std::string_view::npos || times == std::string_view::npos || times < at) {
    return Invalid("clock '" + Printable(text) +
                   "' is neither 'real' nor ORIGIN@REAL_ORIGINxSPEED, such as "
                   "2021-08-01T00:00:00Z@2026-11-24T21:00:00Zx720");
  }
  const auto origin = ParseTime(text.substr(0, at));
  if (!origin) {
    return origin.error().In("clock origin");
  }
  const auto real_origin = ParseTime(text.substr(at + 1, times - at - 1));
  if (!real_origin) {
    return real_origin.error().In("real origin of the clock");
  }
  constexpr double kFastest = 1e6;
  const auto speed = ParseDouble(text.substr(times + 1));
  if (!speed || *speed <= 0 || *speed > kFastest) {
    return Invalid("clock speed '" + Printable(text.substr(times + 1)) +
                   "' is not a number above 0 and up to 1000000");
  }
  return MakeScaledClock(*origin, *real_origin, *speed);
}

}  // namespace carbon::net
