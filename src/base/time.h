// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace carbon {

/// All lengths of time; milliseconds, so that a clock that runs a thousand times faster still
/// tells events apart.
using Duration = std::chrono::milliseconds;

/// A point in time, UTC, without leap seconds (Unix time).
using Time = std::chrono::sys_time<Duration>;

/// Reads RFC 3339 ("2021-07-01T00:00:00Z", "…T02:00:00.5+02:00"); seconds may be left out
/// ("2021-07-01T00:00Z") and 'T' may be a blank. An offset is required: a time without one is an
/// error. Years 1970 to 9999; the fraction beyond milliseconds is cut off.
Result<Time> ParseTime(std::string_view text);

/// "2021-07-01T00:00:00Z"; with ".250" before the Z where the milliseconds are not zero.
std::string FormatTime(Time time);

/// For people: "03:00" on the same UTC day as `now`, else "Jul 02 03:00".
std::string FormatClock(Time time, Time now);

/// No length of time that anybody tells us is longer: 100 years.
inline constexpr Duration kLongestDuration = std::chrono::days(100 * 366);

/// Reads Go's form: "90s", "1h30m", "250ms", "1.5h", also "2d" for days. Not negative; at most
/// kLongestDuration.
Result<Duration> ParseDuration(std::string_view text);

/// Go's form, largest unit first: "1h30m", "45s", "0s".
std::string FormatDuration(Duration duration);

/// The same of the nearest whole second.
std::string FormatInSeconds(Duration duration);

/// The last multiple of `step` since 1970 that is not after `time`. `step` > 0.
Time FloorTo(Time time, Duration step);
/// The first multiple of `step` since 1970 that is not before `time`. `step` > 0.
Time CeilTo(Time time, Duration step);

/// A duration as a number of hours.
constexpr double Hours(Duration duration) {
  return std::chrono::duration<double, std::ratio<3600>>(duration).count();
}

}  // namespace carbon
