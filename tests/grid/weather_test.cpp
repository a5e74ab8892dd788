// SPDX-License-Identifier: Apache-2.0
#include "grid/weather.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace carbon::grid {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr GeoPoint kGreenwich{.latitude = 51.48, .longitude = 0};
constexpr GeoPoint kMojave{.latitude = 34.85, .longitude = -118.3};

Time At(const char* text) { return *ParseTime(text); }

/// When the sun stands highest on the UTC day of `midnight`.
Time HighestOf(const GeoPoint& point, Time midnight) {
  Time highest = midnight;
  for (Time time = midnight; time < midnight + days(1); time += seconds(10)) {
    if (SolarElevation(point, time) > SolarElevation(point, highest)) {
      highest = time;
    }
  }
  return highest;
}

double MinutesAfterNoon(Time time) { return Hours(time - FloorTo(time, days(1))) * 60 - 12 * 60; }

// ---- The sun

TEST(SolarElevation, IsThatOfThePublishedExample) {
  // Reda and Andreas, Solar Position Algorithm (NREL/TP-560-34302), table A5.1: e0 = 39.872046.
  EXPECT_NEAR(SolarElevation({39.742476, -105.1786}, At("2003-10-17T19:30:30Z")), 39.872, 0.02);
}

TEST(SolarElevation, IsTheColatitudeAtNoonOfAnEquinox) {
  // The equinox of March 2022 was on the 20th at 15:33 UTC, noon in Greenwich at 12:07.
  for (const double latitude : {-60.0, -23.0, 0.0, 34.85, 51.48, 80.0}) {
    EXPECT_NEAR(SolarElevation({latitude, 0}, At("2022-03-20T12:07:30Z")), 90 - std::abs(latitude),
                0.1)
        << latitude;
  }
}

TEST(SolarElevation, IsZeroAQuarterOfADayFromNoonOfAnEquinox) {
  EXPECT_NEAR(SolarElevation({45, 0}, At("2022-03-20T06:07:30Z")), 0, 0.15);
  EXPECT_NEAR(SolarElevation({45, 0}, At("2022-03-20T18:07:30Z")), 0, 0.15);
}

TEST(SolarElevation, IsHighestOverTheTropicAtTheSolstice) {
  // 23.44 degrees: the obliquity of the ecliptic.
  EXPECT_NEAR(SolarElevation({23.44, 0}, HighestOf({23.44, 0}, At("2022-06-21T00:00Z"))), 90, 0.05);
  EXPECT_NEAR(SolarElevation({60, 0}, HighestOf({60, 0}, At("2022-12-21T00:00Z"))), 6.56, 0.03);
  EXPECT_NEAR(SolarElevation({-60, 0}, HighestOf({-60, 0}, At("2022-12-21T00:00Z"))), 53.44, 0.03);
}

TEST(SolarElevation, StaysAboveTheHorizonOfAPolarSummer) {
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_GT(SolarElevation({70, 25}, At("2022-06-21T00:00Z") + hours(hour)), 3.4) << hour;
    EXPECT_LT(SolarElevation({70, 25}, At("2022-12-21T00:00Z") + hours(hour)), -3.4) << hour;
  }
}

TEST(SolarElevation, FollowsTheEquationOfTime) {
  // Minutes by which the sun is late: the extremes of the year, and a day near which it is on time.
  EXPECT_NEAR(MinutesAfterNoon(HighestOf(kGreenwich, At("2022-02-11T00:00Z"))), 14.2, 0.5);
  EXPECT_NEAR(MinutesAfterNoon(HighestOf(kGreenwich, At("2022-11-03T00:00Z"))), -16.4, 0.5);
  EXPECT_NEAR(MinutesAfterNoon(HighestOf(kGreenwich, At("2022-04-15T00:00Z"))), 0, 0.5);
}

TEST(SolarElevation, IsEarlierInTheEast) {
  const Time noon = HighestOf({40, 0}, At("2022-05-01T00:00Z"));
  EXPECT_NEAR(Hours(noon - HighestOf({40, 60}, At("2022-05-01T00:00Z"))), 4, 0.01);
  EXPECT_NEAR(Hours(HighestOf({40, -120}, At("2022-05-01T00:00Z")) - noon), 8, 0.01);
}

TEST(ClearSky, GivesWhatKastenAndCzeplakGive) {
  EXPECT_DOUBLE_EQ(ClearSkyIrradiance(90), 880);
  EXPECT_NEAR(ClearSkyIrradiance(30), 425, 1e-9);
  EXPECT_EQ(ClearSkyIrradiance(1), 0);
  EXPECT_EQ(ClearSkyIrradiance(-40), 0);
  EXPECT_EQ(CloudFactor(0), 1);
  EXPECT_NEAR(CloudFactor(0.5), 0.92895, 1e-5);
  EXPECT_DOUBLE_EQ(CloudFactor(1), 0.25);
}

TEST(ClearSky, IsTheMeanOfItsHour) {
  double sum = 0;
  for (int minute = 0; minute < 60; ++minute) {
    const Time time = At("2022-07-01T14:00Z") + minutes(minute) + seconds(30);
    sum += ClearSkyIrradiance(SolarElevation(kMojave, time)) / 60'000;
  }
  EXPECT_NEAR(ClearSkyIndex(kMojave, At("2022-07-01T14:00Z")), sum, 1e-3);
  EXPECT_EQ(ClearSkyIndex(kMojave, At("2022-07-01T08:00Z")), 0) << "it is night there";
}

// ---- The wind

TEST(Wind, IsStrongerAtTheHub) {
  EXPECT_NEAR(HubWind(36), 13.895, 1e-3) << "10 m/s times the seventh root of ten";
  EXPECT_EQ(HubWind(0), 0);
}

TEST(Wind, DrivesATurbineBetweenItsLimits) {
  for (const auto& [speed, share] : std::vector<std::pair<double, double>>{{0, 0},
                                                                           {2.99, 0},
                                                                           {3, 0},
                                                                           {7.5, 394.875 / 1701},
                                                                           {12, 1},
                                                                           {25, 1},
                                                                           {25.01, 0},
                                                                           {60, 0}}) {
    EXPECT_NEAR(WindPower(speed), share, 1e-12) << speed;
  }
}

// ---- Of points, a zone

const Time kNoon = At("2022-07-01T20:10:00Z");
const Time kHour = At("2022-07-01T20:00:00Z");

PointWeather Told(std::vector<double> cloud, std::vector<double> wind) {
  return {.point = kMojave,
          .cell = "/gridpoints/LOX/1,2",
          .cell_asked_at = kNoon,
          .asked_at = kNoon,
          .updated_at = kNoon - hours(2),
          .cloud = Series(kHour, hours(1), std::move(cloud)),
          .wind = Series(kHour, hours(1), std::move(wind))};
}

TEST(WeatherOver, TellsWhatSunAndWindCanDo) {
  const auto weather = WeatherOver({Told({0, 1}, {36, 0})}, "a service", kNoon);
  ASSERT_TRUE(weather);
  EXPECT_EQ(weather->source, "a service");
  EXPECT_EQ(weather->told_at, kNoon);
  EXPECT_EQ(weather->issued_at, kNoon - hours(2));
  EXPECT_EQ(weather->solar.start(), kHour);
  EXPECT_NEAR(weather->solar.Value(0)->value(), ClearSkyIndex(kMojave, kHour), 1e-12);
  EXPECT_NEAR(weather->solar.Value(1)->value(), ClearSkyIndex(kMojave, kHour + hours(1)) / 4,
              1e-12);
  EXPECT_DOUBLE_EQ(weather->wind.Value(0)->value(), 1);
  EXPECT_DOUBLE_EQ(weather->wind.Value(1)->value(), 0);
  EXPECT_FALSE(weather->solar.Value(2)) << "nobody tells of it";
}

TEST(WeatherOver, LeavesOutAPointThatDoesNotTell) {
  const double unknown = Series::kUnknown;
  const auto weather = WeatherOver(
      {Told({0, unknown, unknown}, {}), Told({1, 1, unknown}, {unknown, 36})}, "a service", kNoon);
  ASSERT_TRUE(weather);
  const double clear = ClearSkyIndex(kMojave, kHour);
  EXPECT_NEAR(weather->solar.Value(0)->value(), (clear + clear / 4) / 2, 1e-12);
  EXPECT_NEAR(weather->solar.Value(1)->value(), ClearSkyIndex(kMojave, kHour + hours(1)) / 4,
              1e-12);
  EXPECT_FALSE(weather->solar.Value(2)) << "unknown is not dark";
  EXPECT_FALSE(weather->wind.Value(0)) << "unknown is not calm";
  EXPECT_DOUBLE_EQ(weather->wind.Value(1)->value(), 1);
}

TEST(WeatherOver, LeavesOutAForecastThatIsOlderThanADay) {
  PointWeather old = Told({0}, {36});
  old.updated_at = kNoon - hours(25);
  const auto weather = WeatherOver({old, Told({1}, {0})}, "a service", kNoon);
  ASSERT_TRUE(weather);
  EXPECT_DOUBLE_EQ(weather->wind.Value(0)->value(), 0);
  EXPECT_EQ(weather->issued_at, kNoon - hours(2));
  EXPECT_FALSE(WeatherOver({old}, "a service", kNoon));
}

TEST(WeatherOver, IsNothingWhereNothingIsTold) {
  EXPECT_FALSE(WeatherOver({}, "a service", kNoon));
  EXPECT_FALSE(WeatherOver({Told({}, {})}, "a service", kNoon));
  EXPECT_FALSE(WeatherOver({PointWeather{.point = kMojave}}, "a service", kNoon));
}

}  // namespace
}  // namespace carbon::grid
