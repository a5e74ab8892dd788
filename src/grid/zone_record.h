// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/blend.h"
#include "grid/outlook.h"
#include "grid/reading.h"
#include "grid/signal.h"
#include "grid/weather.h"
#include "grid/weather_correction.h"

namespace carbon::grid {

/// A yearly mean, for when nothing else is known.
struct YearlyMean {
  GramsPerKwh intensity;
  std::string source;

  bool operator==(const YearlyMean&) const = default;
};

/// All that is known of one zone in one kind of signal: what its providers said last, what has
/// been observed, and what has been learnt of the forecasts. A value; not thread-safe.
class ZoneRecord {
 public:
  /// The first choice and the one that stands in for it.
  static constexpr size_t kProviders = 2;

  ZoneRecord(ZoneId zone, SignalKind kind, BlendRules rules = {});

  const ZoneId& zone() const { return zone_; }
  SignalKind kind() const { return kind_; }

  /// Takes what the provider of that rank (0 or 1) said. Parts that the reading lacks are kept from
  /// earlier ones. What the first provider observes teaches the blend. Invalid where zone or kind
  /// are not the record's: kinds are never mixed.
  Status Take(const ZoneReading& reading, size_t rank = 0);
  /// Takes what the weather is expected to be; what is observed from then on teaches what it means.
  void TakeWeather(const Weather& weather);
  void SetYearlyMean(YearlyMean mean) { yearly_ = std::move(mean); }

  /// What is known at `now`, from the highest rung that holds. Fails, with the reason, where none
  /// does. Times of calls ascend.
  Result<Outlook> At(Time now, const OutlookRules& rules) const;

  /// What the first provider observed: the steps that overlap [from, to), unknown where nothing was
  /// observed; the last five weeks at most (Blend::history()).
  Series ObservedBetween(Time from, Time to) const;

  /// What the provider of that rank said last; null where it never did.
  const ZoneReading* Last(size_t rank = 0) const {
    return readings_[rank] ? &*readings_[rank] : nullptr;
  }

 private:
  void Learn(const ZoneReading& reading);
  void Observe(Time at, GramsPerKwh intensity);
  const BlendedForecast& Made() const;
  Outlook Blank(const ZoneReading& reading, Time now) const;
  std::optional<Outlook> FromFirst(Time now, const OutlookRules& rules) const;
  std::optional<Outlook> FromSecond(Time now, const OutlookRules& rules) const;
  std::optional<Outlook> FromWeather(Time now, const OutlookRules& rules) const;
  std::optional<Outlook> FromClimatology(Time now) const;
  std::optional<Outlook> FromYearlyMean(Time now) const;
  std::string WhyUnknown(Time now, const OutlookRules& rules) const;

  ZoneId zone_;
  SignalKind kind_;
  BlendRules rules_;
  std::array<std::optional<ZoneReading>, kProviders> readings_;
  std::optional<Blend> blend_;
  mutable std::optional<BlendedForecast> made_;  ///< by the blend, once somebody asks
  /// Once there is weather.
  std::optional<WeatherCorrection> correction_;
  std::string weather_source_;
  Time weather_issued_at_;
  std::optional<YearlyMean> yearly_;
};

}  // namespace carbon::grid
