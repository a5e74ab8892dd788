// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"
#include "grid/signal.h"
#include "grid/weather.h"

namespace carbon::grid {

/// A provider's word on the present: the intensity of the step that starts at `at`.
struct Observation {
  Time at;
  Duration step = std::chrono::hours(1);
  GramsPerKwh intensity;
  bool estimated = false;  ///< by the provider's own account

  bool operator==(const Observation&) const = default;
};

/// A provider's word on the future, as of `issued_at`.
struct Forecast {
  Time issued_at;
  Series series;

  bool operator==(const Forecast&) const = default;
};

/// All that one poll of one zone brought; parts that did not come are absent.
struct ZoneReading {
  ZoneId zone;
  SignalKind kind = SignalKind::average_lifecycle;
  std::string source;  ///< provider, for people: "electricity-maps"
  Time fetched_at;
  std::optional<Observation> latest;
  std::optional<Forecast> forecast;
  /// What was observed of late, `latest` included, where the provider tells it.
  std::optional<Series> history;
  /// Of the zone's points, from a service that tells the weather and no intensity.
  std::optional<std::vector<PointWeather>> weather = std::nullopt;
};

}  // namespace carbon::grid
