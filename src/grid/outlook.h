// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/reading.h"
#include "grid/series.h"
#include "grid/signal.h"

namespace carbon::grid {

/// How near the source a value is; published beside every value.
enum class Rung {
  fresh,   ///< polled within OutlookRules::fresh_for
  cached,  ///< the last good poll, up to OutlookRules::cached_for old
};
std::string_view ToString(Rung rung);

struct OutlookRules {
  Duration fresh_for = std::chrono::minutes(15);
  Duration cached_for = std::chrono::hours(24);
  /// What is left per hour of the last forecast error. On Jul-Dec 2021 in five zones, 0.95 kept
  /// more of the saving that hindsight allows than 0.85 or 0.9 did, by up to 3 points.
  double error_decay_per_hour = 0.95;
};

/// What one zone's intensity is now and is expected to be: all that a decision may use.
struct Outlook {
  ZoneId zone;
  SignalKind kind = SignalKind::average_lifecycle;
  std::string source;
  Rung rung = Rung::fresh;
  Time fetched_at;
  Time issued_at;  ///< of the forecast; equals the observation's time where there is no forecast
  GramsPerKwh now;
  Series expected;  ///< from the step that holds the asked-for time on
};

/// Combines the last observation and the last forecast of a zone into what is expected from `now`
/// on: the present from the observation, the future from the forecast plus the last known forecast
/// error, fading by the hour. Fails, with the reason, where the present is unknown: no reading,
/// too old a reading, or one that says nothing about `now`.
Result<Outlook> MakeOutlook(const ZoneReading& reading, Time now, const OutlookRules& rules);

}  // namespace carbon::grid
