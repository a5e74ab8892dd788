// SPDX-License-Identifier: Apache-2.0
#include "grid/weather.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace carbon::grid {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kOldest = std::chrono::hours(24);
constexpr double kFullSun = 1000;  // W/m2
/// 2000-01-01T12:00Z, from which the Almanac counts days.
constexpr Time kAlmanacEpoch{std::chrono::seconds(946'728'000)};

constexpr double Radians(double degrees) { return degrees * std::numbers::pi / 180; }
constexpr double Degrees(double radians) { return radians * 180 / std::numbers::pi; }

/// The mean of what is known; unknown where nothing is.
class KnownMean {
 public:
  void Add(std::optional<double> value) {
    if (value) {
      sum_ += *value;
      ++count_;
    }
  }
  double Get() const { return count_ > 0 ? sum_ / count_ : Series::kUnknown; }

 private:
  double sum_ = 0;
  int count_ = 0;
};

std::optional<double> SolarOf(const PointWeather& told, Time hour) {
  const auto cover = told.cloud.At(hour);
  return cover ? std::optional(ClearSkyIndex(told.point, hour) *
                               CloudFactor(std::min(cover->value(), 1.0)))
               : std::nullopt;
}

std::optional<double> WindOf(const PointWeather& told, Time hour) {
  const auto wind = told.wind.At(hour);
  return wind ? std::optional(WindPower(HubWind(wind->value()))) : std::nullopt;
}

}  // namespace

double SolarElevation(const GeoPoint& point, Time time) {
  const double days = Hours(time - kAlmanacEpoch) / 24;
  const double mean_longitude = 280.460 + 0.9856474 * days;
  const double anomaly = Radians(357.528 + 0.9856003 * days);
  const double longitude =
      Radians(mean_longitude + 1.915 * std::sin(anomaly) + 0.020 * std::sin(2 * anomaly));
  const double obliquity = Radians(23.439 - 4e-7 * days);
  const double declination = std::asin(std::sin(obliquity) * std::sin(longitude));
  const double right_ascension =
      std::atan2(std::cos(obliquity) * std::sin(longitude), std::cos(longitude));
  const double sidereal_hours = 18.697374558 + 24.06570982441908 * days;
  const double hour_angle =
      Radians(std::fmod(sidereal_hours, 24) * 15 + point.longitude) - right_ascension;
  const double latitude = Radians(point.latitude);
  const double sine = std::sin(latitude) * std::sin(declination) +
                      std::cos(latitude) * std::cos(declination) * std::cos(hour_angle);
  return Degrees(std::asin(std::clamp(sine, -1.0, 1.0)));
}

double ClearSkyIrradiance(double elevation_degrees) {
  return std::max(0.0, 910 * std::sin(Radians(elevation_degrees)) - 30);
}

double CloudFactor(double cover) { return 1 - 0.75 * std::pow(cover, 3.4); }

double ClearSkyIndex(const GeoPoint& point, Time hour) {
  constexpr int kParts = 4;
  constexpr Duration kPart = kHour / kParts;
  double sum = 0;
  for (int i = 0; i < kParts; ++i) {
    sum += ClearSkyIrradiance(SolarElevation(point, hour + kPart * i + kPart / 2));
  }
  return sum / kParts / kFullSun;
}

double HubWind(double km_per_hour) {
  constexpr double kHubOverMast = 100.0 / 10;
  return km_per_hour / 3.6 * std::pow(kHubOverMast, 1.0 / 7);
}

double WindPower(double hub_wind) {
  constexpr double kCutIn = 3;
  constexpr double kRated = 12;
  constexpr double kCutOut = 25;
  if (hub_wind < kCutIn || hub_wind > kCutOut) {
    return 0;
  }
  const auto cube = [](double speed) { return speed * speed * speed; };
  const double share = (cube(hub_wind) - cube(kCutIn)) / (cube(kRated) - cube(kCutIn));
  return std::min(share, 1.0);
}

std::optional<Weather> WeatherOver(const std::vector<PointWeather>& points, std::string source,
                                   Time now) {
  Weather weather{
      .source = std::move(source), .told_at = now, .issued_at = now, .solar = {}, .wind = {}};
  const Time start = FloorTo(now, kHour);
  std::vector<double> solar;
  std::vector<double> wind;
  bool any = false;
  for (Time hour = start; hour < start + kWeatherAhead; hour += kHour) {
    KnownMean sun;
    KnownMean air;
    for (const PointWeather& told : points) {
      if (now - told.updated_at <= kOldest) {
        sun.Add(SolarOf(told, hour));
        air.Add(WindOf(told, hour));
      }
    }
    solar.push_back(sun.Get());
    wind.push_back(air.Get());
    any = any || !std::isnan(solar.back()) || !std::isnan(wind.back());
  }
  if (!any) {
    return std::nullopt;
  }
  for (const PointWeather& told : points) {
    if (now - told.updated_at <= kOldest) {
      weather.issued_at = std::min(weather.issued_at, told.updated_at);
    }
  }
  weather.solar = Series(start, kHour, std::move(solar));
  weather.wind = Series(start, kHour, std::move(wind));
  return weather;
}

}  // namespace carbon::grid
