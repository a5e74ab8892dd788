// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "grid/series.h"

/// What the weather lets the sun and the wind generate: from a forecast of cloud and wind at some
/// points to two indices of a zone. Physics with textbook constants, the same everywhere; what it
/// is worth in a zone is learnt by WeatherCorrection.
namespace carbon::grid {

/// A point on the Earth, in degrees; north and east are positive.
struct GeoPoint {
  double latitude = 0;
  double longitude = 0;

  bool operator==(const GeoPoint&) const = default;
};

/// How high the centre of the sun stands over the horizon, in degrees from -90 to 90, without
/// refraction. The Astronomical Almanac's low-precision formulas (as in Michalsky, Solar Energy 40,
/// 1988): within 0.02 degrees from 1950 to 2050.
double SolarElevation(const GeoPoint& point, Time time);

/// Global irradiance on the ground under a clear sky, in W/m2, where the sun stands so high
/// (Kasten and Czeplak, Solar Energy 24, 1980): 0 to 880.
double ClearSkyIrradiance(double elevation_degrees);

/// What is left of the clear sky's irradiance where `cover`, from 0 to 1, of the sky is clouded
/// (the same authors): 1 down to 0.25.
double CloudFactor(double cover);

/// Mean clear-sky irradiance of the hour from `hour` on, as a share of 1000 W/m2.
double ClearSkyIndex(const GeoPoint& point, Time hour);

/// The wind at a turbine's hub, 100 m up, in m/s, where it has `km_per_hour` at 10 m (power law
/// with the exponent 1/7 of flat land).
double HubWind(double km_per_hour);

/// A turbine's output at that wind, in m/s, as a share of its rated power: none below 3, by the
/// cube from there to 12, rated to 25, none above, where it is turned off.
double WindPower(double hub_wind);

/// What a weather service has told of one point.
struct PointWeather {
  GeoPoint point;
  std::string cell;    ///< what the service calls the cell of its grid there; empty: not known yet
  Time cell_asked_at;  ///< when it was asked for that
  Time asked_at;       ///< when it was asked for what follows; epoch: never
  Time updated_at;     ///< when the service made it
  /// Hour by hour; unknown where nothing is told. Neither is an intensity, whatever a Series calls
  /// its values.
  Series cloud;  ///< share of the sky, 0 to 1
  Series wind;   ///< km/h at 10 m

  bool operator==(const PointWeather&) const = default;
};

/// What the weather of a zone is expected to let the sun and the wind generate, in shares of what
/// they could at best, hour by hour. Unknown where no point tells of the cloud, or of the wind.
struct Weather {
  std::string source;  ///< for people: "api.weather.gov"
  Time told_at;        ///< when it was put together; both series start with the hour that holds it
  Time issued_at;      ///< when the oldest forecast in it was made
  Series solar;        ///< 0 to 1
  Series wind;         ///< 0 to 1

  bool operator==(const Weather&) const = default;
};

/// The mean over those points whose forecast is at most a day old at `now`; a point that does not
/// tell of an hour is left out of that hour. Nothing where no point tells anything.
std::optional<Weather> WeatherOver(const std::vector<PointWeather>& points, std::string source,
                                   Time now);

/// How far ahead of `told_at` a Weather tells at most.
constexpr Duration kWeatherAhead = std::chrono::hours(8 * 24);

}  // namespace carbon::grid
