// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "feeds/feed.h"

/// Weather of the United States' National Weather Service (https://api.weather.gov) as values:
/// pure. Bodies may be GeoJSON features (members under `properties`) or ld+json (at the top).
namespace carbon::feeds::nws {

/// A value that holds over [from, to); nothing is unknown.
struct Span {
  Time from;
  Time to;
  std::optional<double> value;

  bool operator==(const Span&) const = default;
};

/// The raw layers of a grid cell. Spans ascend and do not overlap; there may be gaps between them,
/// and a layer may be absent (empty).
struct Gridpoint {
  Time updated_at;
  std::vector<Span> sky_cover;  ///< percent of the sky, 0 to 100
  std::vector<Span> wind;       ///< km/h near the ground
};

/// The time that `text` spans: "start/duration", "start/end" or "duration/end", in ISO 8601. Years
/// and months have no length of their own and are refused, and so is NOW; at most 31 days.
struct Interval {
  Time from;
  Time to;

  bool operator==(const Interval&) const = default;
};
Result<Interval> ParseInterval(std::string_view text);

/// `/points/{latitude},{longitude}`, asked as `asked_url`: the URL of the cell's raw layers. Fails
/// where that is not https on the same host.
Result<std::string> ParsePoint(std::string_view body, std::string_view asked_url);

/// `/gridpoints/{office}/{x},{y}`; not_found where neither layer holds a known value.
Result<Gridpoint> ParseGridpoint(std::string_view body);

/// The wind, km/h, of `/forecast/hourly` (or `/forecast`): "5 mph", the middle of "10 to 15 mph",
/// or {unitCode, value}. not_found where none is known.
Result<std::vector<Span>> ParseHourlyWind(std::string_view body);

/// What an answer with a status other than 200 means.
Failure ClassifyError(int status, std::string_view body);

}  // namespace carbon::feeds::nws
