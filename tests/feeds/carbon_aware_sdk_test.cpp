// SPDX-License-Identifier: Apache-2.0
#include "feeds/carbon_aware_sdk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/fixture.h"

namespace carbon::feeds {
namespace {

using sdk::ParseEmissions;
using sdk::ParseForecast;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

const grid::ZoneId kNorth{"northeurope"};

Time At(const char* text) { return *ParseTime(text); }

// ---- Captured answers

TEST(CarbonAwareSdk, ReadsTheCapturedPoints) {
  const std::string body = Fixture("carbon_aware_sdk", "azure_forecast_PJM_ROANOKE_24h_5min.json");
  const auto latest = ParseEmissions(body);
  ASSERT_TRUE(latest) << latest.error().message;
  EXPECT_EQ(*latest, (grid::Observation{.at = At("2023-03-31T23:55Z"),
                                        .step = minutes(5),
                                        .intensity = GramsPerKwh(561.1282019309839)}));
  const auto forecast = ParseForecast(
      R"([{"generatedAt":"2023-03-31T00:00Z","forecastData":)" + body + "}]", {"eastus"});
  ASSERT_TRUE(forecast) << forecast.error().message;
  ASSERT_EQ(forecast->series.size(), 288U);
  EXPECT_EQ(forecast->series.UnknownSteps(), 0U);
  EXPECT_EQ(forecast->series.step(), minutes(5));
  EXPECT_EQ(forecast->series.Value(0), GramsPerKwh(550.9853294805798));
  EXPECT_EQ(forecast->series.Value(144), GramsPerKwh(555.4492719695203));
  EXPECT_FALSE(ParseForecast(body, {"PJM_ROANOKE"})) << "bare points are no forecast";
}

/// What a captured ConfigMap says of `name`, without quotes.
std::string Said(const std::string& config_map, const std::string& name) {
  const size_t at = config_map.find("  " + name + ": ");
  std::string text = at == std::string::npos ? "" : config_map.substr(at + name.size() + 4);
  text.resize(std::min(text.find('\n'), text.size()));
  std::erase(text, '"');
  return text;
}

TEST(CarbonAwareSdk, ReadsOfTheCapturedPointsWhatTheirOwnerSaidOfThem) {
  const std::string said = Fixture("carbon_aware_sdk", "azure_carbon-intensity-configmap.yaml");
  const auto forecast = ParseForecast(
      R"([{"generatedAt":"2023-03-31T00:00Z","forecastData":)" +
          Fixture("carbon_aware_sdk", "azure_forecast_PJM_ROANOKE_24h_5min.json") + "}]",
      {"westus"});
  ASSERT_TRUE(forecast) << forecast.error().message;
  const grid::Series& series = forecast->series;
  double least = series.Value(0)->value();
  double most = least;
  for (size_t i = 0; i < series.size(); ++i) {
    least = std::min(least, series.Value(i)->value());
    most = std::max(most, series.Value(i)->value());
  }
  EXPECT_EQ(Said(said, "numOfRecords"), std::to_string(series.size()));
  EXPECT_EQ(Said(said, "minForecast"), Fixed(least, 6));
  EXPECT_EQ(Said(said, "maxForecast"), Fixed(most, 6));
  EXPECT_EQ(Said(said, "forecastDateTime"), "2023-03-31 00:00:00 +0000 UTC");
  EXPECT_EQ(series.start(), At("2023-03-31T00:00Z"));
}

// ---- Shapes

TEST(CarbonAwareSdk, ReadsEmissionsInItsTwoForms) {
  const auto now = ParseEmissions(
      R"([{"location":"eastus","time":"2022-05-17T20:40:11.5092741+00:00","rating":60,)"
      R"("duration":"00:05:00"},)"
      R"({"location":"eastus","time":"2022-05-17T22:45:11.5092741+02:00","rating":70,)"
      R"("duration":"00:05:00"},)"
      R"({"location":"eastus","time":"2022-05-17T20:50:11.5092741+00:00","rating":null}])");
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(*now, (grid::Observation{.at = At("2022-05-17T20:45:11.509Z"),
                                     .step = minutes(5),
                                     .intensity = GramsPerKwh(70)}));
  EXPECT_EQ(ParseEmissions(R"([{"time":"2022-05-17T20:45:11Z","rating":70}])")->step, hours(1));
}

std::string Point(const char* time, const std::string& value, const std::string& duration) {
  return R"({"location":"IE","timestamp":")" + std::string(time) + R"(","duration":)" + duration +
         R"(,"value":)" + value + "}";
}

std::string Forecast(const std::string& points, const std::string& optimal = "") {
  return R"([{"generatedAt":"2022-07-19T13:35:00+00:00","location":"northeurope",)" + optimal +
         R"("forecastData":[)" + points + "]}]";
}

TEST(CarbonAwareSdk, ReadsAForecastWhateverTheOptimumIsCalled) {
  const std::string points = Point("2022-07-19T16:00:00+02:00", "532.02293146", "10") + "," +
                             Point("2022-07-19T14:10:00+00:00", "500", "\"00:10:00\"");
  for (const char* optimal :
       {"", R"("optimalDataPoints":[{"value":1}],)", R"("optimalDataPoint":{"value":1},)"}) {
    const auto forecast = ParseForecast(Forecast(points, optimal), kNorth);
    ASSERT_TRUE(forecast) << forecast.error().message;
    EXPECT_EQ(forecast->issued_at, At("2022-07-19T13:35Z"));
    EXPECT_EQ(forecast->series,
              grid::Series(At("2022-07-19T14:00Z"), minutes(10), {532.02293146, 500}));
  }
}

TEST(CarbonAwareSdk, LaysPointsByTheirDistanceWhereWindowsOverlap) {
  const auto overlapping = ParseForecast(
      Forecast(Point("2022-07-19T14:00Z", "1", "10") + "," + Point("2022-07-19T14:05Z", "2", "10")),
      kNorth);
  ASSERT_TRUE(overlapping) << overlapping.error().message;
  EXPECT_EQ(overlapping->series.step(), minutes(5));
  const auto sparse = ParseForecast(
      Forecast(Point("2022-07-19T14:00Z", "1", "5") + "," + Point("2022-07-19T14:10Z", "2", "5")),
      kNorth);
  ASSERT_TRUE(sparse) << sparse.error().message;
  EXPECT_EQ(sparse->series,
            grid::Series(At("2022-07-19T14:00Z"), minutes(5), {1, grid::Series::kUnknown, 2}));
}

TEST(CarbonAwareSdk, TellsAForecastOfThePastWithItsOwnTimes) {
  // Ireland's clocks go back at 01:00Z: 01:55+01:00 and 01:00Z are neighbours.
  const auto forecast = ParseForecast(Forecast(Point("2021-10-31T01:00:00Z", "2", "5") + "," +
                                               Point("2021-10-31T01:55:00+01:00", "1", "5")),
                                      kNorth);
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->series, grid::Series(At("2021-10-31T00:55Z"), minutes(5), {1, 2}));
}

TEST(CarbonAwareSdk, TakesAPointTwiceInAnyOrder) {
  const std::string first = Point("2022-07-19T14:00Z", "1", "5");
  const std::string second = Point("2022-07-19T14:05Z", "2", "5");
  const auto forecast = ParseForecast(Forecast(second + "," + first + "," + second), kNorth);
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->series, grid::Series(At("2022-07-19T14:00Z"), minutes(5), {1, 2}));
}

TEST(CarbonAwareSdk, SaysThatNothingIsKnown) {
  for (const char* body : {"[]", R"([{"time":"2022-05-17T20:45Z","rating":null}])"}) {
    EXPECT_EQ(ParseEmissions(body).error().kind, Error::Kind::not_found) << body;
  }
  for (const std::string& body :
       {std::string("[]"), Forecast(""), Forecast(Point("2022-07-19T14:00Z", "null", "5"))}) {
    EXPECT_EQ(ParseForecast(body, kNorth).error().kind, Error::Kind::not_found) << body;
  }
}

TEST(CarbonAwareSdk, RefusesBadBodiesAndSaysWhy) {
  const char* const at = "2022-07-19T14:00Z";
  const std::vector<std::pair<std::string, const char*>> table = {
      {"", "not a JSON array"},
      {"<html>", "not a JSON array"},
      {"{}", "not a JSON array"},
      {Forecast(Point(at, "1", "5")).substr(0, 90), "not a JSON array"},
      {"[1]", "not the forecast of one location"},
      {"[{},{}]", "not the forecast of one location"},
      {R"([{"location":"IE","forecastData":[]}])", "location is 'IE', not 'northeurope' as asked"},
      {R"([{"forecastData":[]}])", "generatedAt: absent"},
      {R"([{"generatedAt":"2022-07-19T13:35Z"}])", "holds no forecastData"},
      {Forecast("1"), "a point is not an object"},
      {Forecast(R"({"value":1})"), "time: absent"},
      {Forecast(Point("2022-07-19T14:00", "1", "5")), "timestamp: '2022-07-19T14:00' is not"},
      {Forecast(Point(at, "\"1\"", "5")), "value \"1\" is not an intensity"},
      {Forecast(Point(at, "-1", "5")), "value -1 is not an intensity"},
      {Forecast(Point(at, "1e308", "5")), "value 1E308 is not an intensity"},
      {Forecast(Point(at, "NaN", "5")), "not a JSON array"},
      {Forecast(Point(at, "1", "0")), "duration 0 is not from a minute to a day"},
      {Forecast(Point(at, "1", "-5")), "duration -5 is not"},
      {Forecast(Point(at, "1", "9223372036854775807")), "duration 9223372036854775807 is not"},
      {Forecast(Point(at, "1", "5.5")), "duration 5.5E0 is not"},
      {Forecast(Point(at, "1", "\"5\"")), "duration \"5\" is not"},
      {Forecast(Point(at, "1", "\"1.00:00:00\"")), "is not from a minute to a day"},
      {Forecast(Point(at, "1", "\"00:-5:00\"")), "is not from a minute to a day"},
      {Forecast(Point(at, "1", "5") + "," + Point(at, "2", "5")), "two different values"},
      {Forecast(Point(at, "1", "5") + "," + Point("2022-07-19T14:07Z", "2", "5")),
       "off the raster"},
      {Forecast(Point(at, "1", "5") + "," + Point("2032-07-19T14:00Z", "2", "5")),
       "too many steps"},
  };
  for (const auto& [body, why] : table) {
    const auto forecast = ParseForecast(body, kNorth);
    ASSERT_FALSE(forecast) << body;
    EXPECT_EQ(forecast.error().kind, Error::Kind::unavailable) << body;
    EXPECT_THAT(forecast.error().message, HasSubstr(why)) << body;
    EXPECT_FALSE(ParseEmissions(body)) << body;
  }
}

// ---- Protocol

TEST(MakeCarbonAwareSdk, NeedsToKnowWhereTheSdkIs) {
  EXPECT_EQ(MakeCarbonAwareSdk({}).error(),
            Invalid("carbon-aware-sdk needs a base URL: where its web API listens"));
  EXPECT_FALSE(MakeCarbonAwareSdk({.base_url = "sdk:8080"}));
  for (const auto kind : {grid::SignalKind::average_direct, grid::SignalKind::marginal}) {
    EXPECT_TRUE(MakeCarbonAwareSdk({.base_url = "http://sdk:8080", .kind = kind}));
  }
}

TEST(MakeCarbonAwareSdk, AsksForTheLatestAndTheForecast) {
  const auto protocol = *MakeCarbonAwareSdk({.base_url = "http://sdk:8080/"});
  const auto queries = protocol->Queries({"a b"}, nullptr, At("2022-07-19T14:00Z"), "");
  ASSERT_EQ(queries.size(), 2U);
  EXPECT_EQ(queries[0].url, "http://sdk:8080/emissions/bylocation?location=a%20b");
  EXPECT_EQ(queries[1].url, "http://sdk:8080/emissions/forecasts/current?location=a%20b");
  grid::ZoneReading reading;
  ASSERT_TRUE(queries[0].read(R"([{"time":"2022-05-17T20:45:11Z","rating":70}])", reading));
  ASSERT_TRUE(reading.latest);
  EXPECT_EQ(reading.latest->intensity, GramsPerKwh(70));
  EXPECT_FALSE(queries[1].read(Forecast(Point("2022-07-19T14:00Z", "1", "5")), reading));
  const auto north = protocol->Queries(kNorth, nullptr, At("2022-07-19T14:00Z"), "");
  ASSERT_TRUE(north[1].read(Forecast(Point("2022-07-19T14:00Z", "1", "5")), reading));
  EXPECT_TRUE(reading.forecast);
}

}  // namespace
}  // namespace carbon::feeds
