// SPDX-License-Identifier: Apache-2.0
#include "grid/outlook.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace carbon::grid {
namespace {

/// By how much the forecast missed the last observation, or 0 where that cannot be told.
double LastError(const ZoneReading& reading) {
  if (!reading.latest || !reading.forecast) {
    return 0;
  }
  const auto predicted = reading.forecast->series.At(reading.latest->at);
  return predicted ? reading.latest->intensity.value() - predicted->value() : 0;
}

/// The forecast from the step that holds `now` on, plus the fading error.
Series Corrected(const ZoneReading& reading, Time now, double decay_per_hour) {
  const Series& forecast = reading.forecast->series;
  const Time first = std::max(FloorTo(now, forecast.step()), forecast.start());
  const Series ahead = forecast.Between(first, forecast.end());
  const double error = LastError(reading);
  std::vector<double> values;
  values.reserve(ahead.size());
  for (size_t i = 0; i < ahead.size(); ++i) {
    const auto predicted = ahead.Value(i);
    double left = 0;
    if (error != 0) {
      left = error * std::pow(decay_per_hour, Hours(ahead.TimeOf(i) - reading.latest->at));
    }
    values.push_back(predicted ? std::max(0.0, predicted->value() + left) : Series::kUnknown);
  }
  return {ahead.start(), ahead.step(), std::move(values)};
}

/// The observation, if it speaks of `now`.
std::optional<GramsPerKwh> ObservedNow(const ZoneReading& reading, Time now) {
  const auto& latest = reading.latest;
  if (latest && latest->at <= now && now < latest->at + latest->step) {
    return latest->intensity;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Rung rung) { return rung == Rung::fresh ? "fresh" : "cached"; }

Result<Outlook> MakeOutlook(const ZoneReading& reading, Time now, const OutlookRules& rules) {
  const auto unknown = [&](const std::string& why) {
    return Unavailable("zone " + reading.zone.name + ": " + why);
  };
  const Duration age = now - reading.fetched_at;
  if (age > rules.cached_for) {
    return unknown("the last reading is " + FormatDuration(age) + " old");
  }
  Outlook outlook{.zone = reading.zone,
                  .kind = reading.kind,
                  .source = reading.source,
                  .rung = age <= rules.fresh_for ? Rung::fresh : Rung::cached,
                  .fetched_at = reading.fetched_at,
                  .issued_at = reading.fetched_at,
                  .now = {},
                  .expected = {}};
  const auto observed = ObservedNow(reading, now);
  if (reading.forecast) {
    outlook.issued_at = reading.forecast->issued_at;
    outlook.expected = Corrected(reading, now, rules.error_decay_per_hour);
  } else if (observed) {
    outlook.issued_at = reading.latest->at;
    outlook.expected = Series(reading.latest->at, reading.latest->step, {observed->value()});
  }
  const auto present = observed ? observed : outlook.expected.At(now);
  if (!present) {
    return unknown("neither the observation nor the forecast speaks of " + FormatTime(now));
  }
  outlook.now = *present;
  return outlook;
}

}  // namespace carbon::grid
