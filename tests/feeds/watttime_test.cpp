// SPDX-License-Identifier: Apache-2.0
#include "feeds/watttime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "feeds/fixture.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::Not;
using watttime::ParseForecast;
using watttime::ParseHistorical;
using watttime::ParseToken;

constexpr double kPound = 0.45359237;
const grid::ZoneId kNorth{"CAISO_NORTH"};

Time At(const char* text) { return *ParseTime(text); }

std::string Captured(const std::string& name) { return Fixture("watttime", "aiowatttime_" + name); }

/// The same answer, as if its values were pounds per MWh.
std::string InPounds(const std::string& body) {
  json::value answer = json::parse(body);
  answer.at("meta").as_object()["units"] = "lbs_co2_per_mwh";
  return json::serialize(answer);
}

// ---- Captured answers

TEST(WattTime, ReadsTheCapturedHistory) {
  const auto series = ParseHistorical(Captured("historical_emissions_response.json"), kNorth);
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_EQ(*series,
            grid::Series(At("2022-07-15T00:00Z"), minutes(5), {870 * kPound, 860 * kPound}));
}

TEST(WattTime, TakesNoPercentileForAnIntensity) {
  const std::string body = Captured("realtime_emissions_response.json");
  ASSERT_THAT(body, HasSubstr("percentile"));
  for (const auto& error :
       {ParseForecast(body, {"PSCO"}).error(), ParseHistorical(body, {"PSCO"}).error()}) {
    EXPECT_EQ(error.message, "the answer's units is 'percentile', not 'lbs_co2_per_mwh' as asked");
  }
  const auto series = ParseHistorical(InPounds(body), {"PSCO"});
  ASSERT_TRUE(series) << "it is the unit alone that keeps it out";
  EXPECT_EQ(*series, grid::Series(At("2024-06-18T18:40Z"), minutes(5), {96 * kPound}));
}

TEST(WattTime, ReadsAForecastOfTheCapturedListAsItWasWhenItWasIssued) {
  auto list = json::parse(Captured("forecasted_emissions_response.json")).as_object();
  ASSERT_EQ(list.at("data").as_array().size(), 1U);
  const json::object issued = list.at("data").at(0).as_object();
  list["data"] = issued.at("forecast");
  list["meta"].as_object()["generated_at"] = issued.at("generated_at");
  const auto outlook = ParseForecast(json::serialize(list), kNorth);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->forecast.issued_at, At("2022-07-15T00:00Z"));
  EXPECT_EQ(outlook->forecast.series, grid::Series(At("2022-07-15T00:00Z"), minutes(5),
                                                   {870 * kPound, 870 * kPound, 870 * kPound}));
  EXPECT_EQ(outlook->latest, (grid::Observation{.at = At("2022-07-15T00:00Z"),
                                                .step = minutes(5),
                                                .intensity = GramsPerKwh(870 * kPound)}));
}

TEST(WattTime, RefusesCapturedAnswersOfOtherKinds) {
  const std::vector<std::pair<const char*, const char*>> table = {
      // Forecasts as they were issued in the past: lists of lists.
      {"forecasted_emissions_response.json", "point_time: absent"},
      {"grid_region_response.json", "holds no meta"},
      {"coordinates_not_found_response.json", "holds no meta"},
      {"invalid_scope_response.json", "holds no meta"},
      {"new_user_fail_response.json", "holds no meta"},
      {"password_reset_fail_response.json", "holds no meta"},
      {"403_forbidden_response.html", "not a JSON object"},
  };
  for (const auto& [file, why] : table) {
    const std::string body = Captured(file);
    ASSERT_FALSE(body.empty()) << file;
    EXPECT_THAT(ParseForecast(body, kNorth).error().message, HasSubstr(why)) << file;
    EXPECT_THAT(ParseHistorical(body, kNorth).error().message, HasSubstr(why)) << file;
    EXPECT_FALSE(ParseToken(body)) << file;
  }
}

// ---- Shapes

std::string Point(const char* time, const std::string& value) {
  return R"({"point_time":")" + std::string(time) + R"(","value":)" + value + "}";
}

const std::string kMeta =
    R"("region":"CAISO_NORTH","signal_type":"co2_moer","units":"lbs_co2_per_mwh",)"
    R"("generated_at":"2026-03-08T09:55:00+00:00")";

std::string Body(const std::string& points, const std::string& meta = kMeta) {
  return R"({"data":[)" + points + R"(],"meta":{)" + meta + "}}";
}

TEST(WattTime, ReadsAForecastWhoseFirstPointIsThePresent) {
  const auto outlook = ParseForecast(
      Body(Point("2026-03-08T09:55:00Z", "870") + "," +
               Point("2026-03-08T10:00:00+00:00", "860.5") + "," +
               Point("2026-03-08T10:10:00+00:00", "850"),
           kMeta + R"(,"data_point_period_seconds":300,"warnings":["a",{"type":"b"}])"),
      kNorth);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->latest, (grid::Observation{.at = At("2026-03-08T09:55Z"),
                                                .step = minutes(5),
                                                .intensity = GramsPerKwh(870 * kPound)}));
  EXPECT_EQ(outlook->forecast.issued_at, At("2026-03-08T09:55Z"));
  EXPECT_EQ(outlook->forecast.series,
            grid::Series(At("2026-03-08T09:55Z"), minutes(5),
                         {870 * kPound, 860.5 * kPound, grid::Series::kUnknown, 850 * kPound}));
}

TEST(WattTime, ReadsPointsInAnyOrderAndTwiceAcrossAChangeOfClocks) {
  // California's clocks go forward at 10:00Z: 01:55-08:00 and 03:00-07:00 are neighbours.
  const std::string early = Point("2026-03-08T01:55:00-08:00", "1");
  const std::string late = Point("2026-03-08T03:00:00-07:00", "2");
  const auto outlook = ParseForecast(Body(late + "," + early + "," + late), kNorth);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->forecast.series,
            grid::Series(At("2026-03-08T09:55Z"), minutes(5), {1 * kPound, 2 * kPound}));
}

TEST(WattTime, KnowsNoPresentWhereTheFirstValueIsNull) {
  const auto outlook = ParseForecast(
      Body(Point("2026-03-08T09:55:00Z", "null") + "," + Point("2026-03-08T10:00:00Z", "1")),
      kNorth);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_FALSE(outlook->latest);
  EXPECT_EQ(outlook->forecast.series.UnknownSteps(), 1U);
}

TEST(WattTime, SaysThatNothingIsKnown) {
  for (const std::string& points : {std::string(), Point("2026-03-08T09:55:00Z", "null")}) {
    const auto outlook = ParseForecast(Body(points), kNorth);
    ASSERT_FALSE(outlook);
    EXPECT_EQ(outlook.error().kind, Error::Kind::not_found);
  }
}

TEST(WattTime, RefusesBadBodiesAndSaysWhy) {
  const char* const at = "2026-03-08T09:55:00Z";
  const std::string good = Point(at, "1");
  const std::vector<std::pair<std::string, const char*>> table = {
      {"", "not a JSON object"},
      {"<html><body>502 Bad Gateway</body></html>", "starts with '<html>"},
      {Body(good).substr(0, 60), "not a JSON object"},
      {std::string(100'000, '['), "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"data":[]})", "holds no meta"},
      {R"({"meta":{)" + kMeta + "}}", "holds no data"},
      {Body("1"), "a point is not an object"},
      {Body(Point("2026-03-08T09:55:00", "1")), "point_time: '2026-03-08T09:55:00' is not"},
      {Body(R"({"point_time":1772963700,"value":1})"), "point_time: absent"},
      {Body(Point(at, "NaN")), "not a JSON object"},
      {Body(Point(at, "1e308")), "value 1E308 is not an intensity"},
      {Body(Point(at, "-1")), "value -1 is not an intensity"},
      {Body(Point(at, "\"870\"")), "is not an intensity"},
      {Body(good + "," + Point(at, "2")), "two different values for 2026-03-08T09:55:00Z"},
      {Body(good + "," + Point("2026-03-08T09:55:30Z", "1")), "less than a minute apart"},
      {Body(good + "," + Point("2036-03-08T09:55:00Z", "1"),
            kMeta + R"(,"data_point_period_seconds":300)"),
       "too many steps"},
      {Body(good + "," + Point("2026-03-08T09:58:00Z", "1"),
            kMeta + R"(,"data_point_period_seconds":300)"),
       "off the raster of 5m"},
      {Body(good, kMeta + R"(,"data_point_period_seconds":0)"), "data_point_period_seconds 0"},
      {Body(good, kMeta + R"(,"data_point_period_seconds":"300")"), "data_point_period_seconds"},
      {Body(good, R"("region":"CAISO_NORTH","signal_type":"co2_moer")"), "does not say its units"},
      {Body(good, R"("signal_type":"co2_moer","units":"lbs_co2_per_mwh")"),
       "does not say its region"},
      {Body(good, R"("region":"PJM_DC","signal_type":"co2_moer","units":"lbs_co2_per_mwh")"),
       "region is 'PJM_DC', not 'CAISO_NORTH' as asked"},
      {Body(good, R"("region":"CAISO_NORTH","signal_type":"co2_aoer","units":"lbs_co2_per_mwh")"),
       "signal_type is 'co2_aoer', not 'co2_moer' as asked"},
      {Body(good, R"("region":"CAISO_NORTH","signal_type":"health_damage","units":"usd_per_mwh")"),
       "signal_type is 'health_damage'"},
      {Body(good, R"("region":"CAISO_NORTH","signal_type":"co2_moer","units":"lbs_co2_per_mwh")"),
       "generated_at: absent"},
  };
  for (const auto& [body, why] : table) {
    const auto outlook = ParseForecast(body, kNorth);
    ASSERT_FALSE(outlook) << body.substr(0, 200);
    EXPECT_EQ(outlook.error().kind, Error::Kind::unavailable);
    EXPECT_THAT(outlook.error().message, HasSubstr(why)) << body.substr(0, 200);
  }
}

TEST(WattTime, TellsAForecastOfThePastWithItsOwnTimes) {
  const auto outlook = ParseForecast(
      Body(Point("1999-01-01T00:00:00Z", "1"),
           R"("region":"CAISO_NORTH","signal_type":"co2_moer","units":"lbs_co2_per_mwh",)"
           R"("generated_at":"1999-01-01T00:00:00Z")"),
      kNorth);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->forecast.issued_at, At("1999-01-01T00:00Z"));
  EXPECT_EQ(outlook->latest->at, At("1999-01-01T00:00Z"));
}

TEST(WattTime, ReadsATokenAndNothingElse) {
  EXPECT_EQ(*ParseToken(R"({"token":"abc.def"})"), "abc.def");
  for (const char* body : {"", "<html>", "{}", R"({"token":""})", R"({"token":1})",
                           R"({"token":"a\r\nb"})", R"({"token":"geheim")"}) {
    const auto token = ParseToken(body);
    ASSERT_FALSE(token) << body;
    EXPECT_THAT(token.error().message, Not(HasSubstr("geheim")));
  }
}

TEST(WattTime, ReadsTheRegionOfAPlace) {
  EXPECT_EQ(*watttime::ParseRegion(Captured("grid_region_response.json")), grid::ZoneId{"PSCO"});
  const std::vector<std::pair<std::string, const char*>> table = {
      {Captured("coordinates_not_found_response.json"), "the answer names no region"},
      {R"({"region":"PSCO"})", "the answer does not say its signal_type"},
      {R"({"region":"PSCO","signal_type":"health_damage"})", "signal_type is 'health_damage'"},
      {R"({"region":"","signal_type":"co2_moer"})", "the answer names no region"},
      {R"({"region":"A\nB","signal_type":"co2_moer"})", "the answer names no region"},
      {R"({"region":7,"signal_type":"co2_moer"})", "the answer names no region"},
      {"<html>", "not a JSON object"},
  };
  for (const auto& [body, why] : table) {
    const auto region = watttime::ParseRegion(body);
    ASSERT_FALSE(region) << body;
    EXPECT_THAT(region.error().message, HasSubstr(why));
  }
}

// ---- Protocol

FeedSettings Settings() {
  return {.token = "ann:pa:ss word", .kind = grid::SignalKind::marginal, .horizon_hours = 24};
}

TEST(MakeWattTime, RefusesWrongSettings) {
  auto settings = Settings();
  EXPECT_TRUE(MakeWattTime(settings));
  settings.kind = grid::SignalKind::average_lifecycle;
  EXPECT_EQ(MakeWattTime(settings).error(),
            Invalid("watttime has no average-lifecycle signal; use marginal, or another provider"));
  for (const char* token : {"", "secret", ":secret"}) {
    settings = Settings();
    settings.token = token;
    EXPECT_EQ(MakeWattTime(settings).error(),
              Invalid("watttime needs a token of the form user:password"));
  }
  settings = Settings();
  settings.horizon_hours = 73;
  EXPECT_EQ(MakeWattTime(settings).error(), Invalid("watttime forecasts 1 to 72 hours, not 73"));
  settings = Settings();
  settings.base_url = "ftp://x";
  EXPECT_THAT(MakeWattTime(settings).error().message, HasSubstr("does not start with https://"));
}

TEST(MakeWattTime, LogsInAndAsksForOneForecast) {
  const auto protocol = *MakeWattTime(Settings());
  const auto login = protocol->LoginRequest();
  ASSERT_TRUE(login);
  EXPECT_EQ(login->url, "https://api.watttime.org/login");
  ASSERT_EQ(login->headers.size(), 1U);
  EXPECT_EQ(login->headers[0].name, "Authorization");
  EXPECT_EQ(login->headers[0].value, "Basic YW5uOnBhOnNzIHdvcmQ=");
  EXPECT_LT(login->valid_for, minutes(30));
  const auto queries = protocol->Queries(kNorth, nullptr, At("2026-03-08T09:56Z"), "t0ken");
  ASSERT_EQ(queries.size(), 1U);
  EXPECT_EQ(queries[0].url,
            "https://api.watttime.org/v3/forecast?region=CAISO_NORTH&signal_type=co2_moer"
            "&horizon_hours=24");
  ASSERT_EQ(queries[0].headers.size(), 1U);
  EXPECT_EQ(queries[0].headers[0].value, "Bearer t0ken");
}

TEST(MakeWattTime, AsksForARegionByPosition) {
  const auto protocol = *MakeWattTime(Settings());
  const auto query =
      protocol->Locate({"aws", "us-west-2", grid::Position{45.8399, -119.7006}}, "t0ken");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->url,
            "https://api.watttime.org/v3/region-from-loc?latitude=45.8399&longitude=-119.7006"
            "&signal_type=co2_moer");
  EXPECT_EQ(query->headers.at(0).value, "Bearer t0ken");
  grid::ZoneReading reading;
  ASSERT_TRUE(query->read(Captured("grid_region_response.json"), reading));
  EXPECT_EQ(reading.zone.name, "PSCO");
  const auto nowhere = protocol->Locate({"own", "cellar", {}}, "t0ken");
  EXPECT_EQ(nowhere.error(),
            (Error{Error::Kind::not_found,
                   "WattTime is asked by position, and that of region cellar is not known"}));
}

TEST(MakeWattTime, AsksAgainOnceThePresentIsPast) {
  const auto protocol = *MakeWattTime(Settings());
  const auto queries = protocol->Queries(kNorth, nullptr, At("2026-03-08T09:56Z"), "");
  grid::ZoneReading held{.zone = kNorth};
  EXPECT_FALSE(queries[0].read("{}", held));
  ASSERT_TRUE(queries[0].read(
      Body(Point("2026-03-08T09:55:00Z", "1") + "," + Point("2026-03-08T10:00:00Z", "2")), held));
  ASSERT_TRUE(held.latest && held.forecast);
  EXPECT_TRUE(protocol->Queries(kNorth, &held, At("2026-03-08T09:59Z"), "").empty());
  EXPECT_EQ(protocol->Queries(kNorth, &held, At("2026-03-08T10:00Z"), "").size(), 1U);
}

}  // namespace
}  // namespace carbon::feeds
