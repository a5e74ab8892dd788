// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"
#include "grid/signal.h"

namespace carbon::grid {

/// How near the source a value is, nearest first; published beside every value.
enum class Rung {
  fresh,             ///< observed now, or said by a poll within OutlookRules::fresh_for
  cached,            ///< the last good poll, up to OutlookRules::cached_for old
  earlier_forecast,  ///< a forecast that was issued before that and still speaks of now
  second_provider,   ///< another provider of the same kind, whose last poll is not older than that
  weather_climatology,  ///< climatology, corrected by what the weather is expected to be
  climatology,          ///< what is usual at this hour and weekday, by the last four weeks
  static_factor,        ///< a yearly mean
};
/// "fresh", "cached", "earlier-forecast", "second-provider", "weather-climatology", "climatology",
/// "static-factor".
std::string_view ToString(Rung rung);
std::optional<Rung> ParseRung(std::string_view text);

struct OutlookRules {
  Duration fresh_for = std::chrono::minutes(15);
  Duration cached_for = std::chrono::hours(24);
};

/// What one zone's intensity is now and is expected to be: all that a decision may use.
struct Outlook {
  ZoneId zone;
  SignalKind kind = SignalKind::average_lifecycle;
  std::string source;  ///< who said it: a provider, or where a factor is from
  Rung rung = Rung::fresh;
  bool estimated = false;  ///< not measured: by the provider's own account, or because it is ours
  Time fetched_at;         ///< when the source was last heard
  Time issued_at;  ///< of the forecast; equals the observation's time where there is no forecast
  GramsPerKwh now;
  Series expected;  ///< from the step that holds the asked-for time on
  /// What one in ten values is expected to fall below, and above; on the raster of `expected`,
  /// unknown where the forecast has no record yet.
  Series p10;
  Series p90;
};

}  // namespace carbon::grid
