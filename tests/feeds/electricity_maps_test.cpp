// SPDX-License-Identifier: Apache-2.0
#include "feeds/electricity_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feeds/fixture.h"

namespace carbon::feeds {
namespace {

using grid::SignalKind;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

constexpr auto kLifecycle = SignalKind::average_lifecycle;
constexpr auto kDirect = SignalKind::average_direct;
const grid::ZoneId kGermany{"DE"};

Time At(const char* text) { return *ParseTime(text); }

// ---- Captured answers

struct LatestFixture {
  const char* file;
  const char* zone;
  SignalKind kind;
  const char* at;
  double intensity;
  bool estimated;
};

TEST(ParseLatest, ReadsEveryCapturedAnswer) {
  const std::vector<LatestFixture> table = {
      {"aioelectricitymaps_latest_carbon_intensity.json", "US-CAR-DUK", kLifecycle,
       "2024-03-06T19:00:00Z", 216, true},
      {"green-elephpant_latest_DE.json", "DE", kLifecycle, "2024-03-01T23:00:00Z", 428, true},
      {"zeus_latest_direct_MISO.json", "US-MIDW-MISO", kDirect, "2024-09-27T00:00:00Z", 506, true},
      {"aioelectricitymaps_carbon_intensity_history.json", "DE", kLifecycle, "2024-03-06T19:00:00Z",
       689, true},
      {"zeus_history_US-MIDW-MISO.json", "US-MIDW-MISO", kLifecycle, "2024-12-01T05:00:00Z", 494,
       true},
      {"if-electricitymaps_past-range-response.json", "DK-DK2", kLifecycle, "2024-03-18T03:00:00Z",
       167, false},
  };
  for (const auto& row : table) {
    const auto latest = ParseLatest(Fixture(row.file), {row.zone}, row.kind);
    ASSERT_TRUE(latest) << row.file << ": " << latest.error().message;
    EXPECT_EQ(*latest, (grid::Observation{.at = At(row.at),
                                          .step = hours(1),
                                          .intensity = GramsPerKwh(row.intensity),
                                          .estimated = row.estimated}))
        << row.file;
  }
}

TEST(ParseForecast, ReadsTheCapturedAnswer) {
  const auto forecast =
      ParseForecast(Fixture("green-elephpant_forecast_DE_48h.json"), kGermany, kLifecycle);
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->issued_at, At("2023-05-02T19:52:09.141Z"));
  EXPECT_EQ(forecast->series.start(), At("2023-05-02T20:00:00Z"));
  EXPECT_EQ(forecast->series.step(), hours(1));
  ASSERT_EQ(forecast->series.size(), 48U);
  EXPECT_EQ(forecast->series.UnknownSteps(), 0U);
  EXPECT_EQ(forecast->series.Value(0), GramsPerKwh(557));
  EXPECT_EQ(forecast->series.Value(14), GramsPerKwh(323));
  EXPECT_EQ(forecast->series.Value(47), GramsPerKwh(590));
}

TEST(ParseLatest, RefusesCapturedAnswersThatHoldNoIntensity) {
  const std::vector<std::pair<const char*, const char*>> table = {
      {"aioelectricitymaps_latest_power_breakdown.json", "holds no known value"},
      {"aioelectricitymaps_no-data-response.json", "names no zone"},
      {"aioelectricitymaps_response.json", "names no zone"},
      {"aioelectricitymaps_unknown-response.json", "names no zone"},
      {"aioelectricitymaps_zones.json", "names no zone"},
      {"zeus_error_no_recent_data.json", "names no zone"},
      {"green-elephpant_forecast_DE_48h.json", "datetime: "},
  };
  for (const auto& [file, why] : table) {
    const auto latest = ParseLatest(Fixture(file), kGermany, kLifecycle);
    ASSERT_FALSE(latest) << file;
    EXPECT_THAT(latest.error().message, HasSubstr(why)) << file;
    EXPECT_FALSE(ParseForecast(Fixture(file), {"FR"}, kLifecycle)) << file;
  }
}

// ---- Shapes

TEST(ParseLatest, ReadsBothVersionsAlike) {
  const auto v3 = ParseLatest(
      R"({"zone":"DE","carbonIntensity":75,"datetime":"2026-08-22T17:00:00.000Z",
          "emissionFactorType":"direct","isEstimated":true})",
      kGermany, kDirect);
  const auto v4 = ParseLatest(
      R"({"zone":"DE","carbonIntensity":75.0,"datetime":"2026-08-22T19:00:00.000+02:00",
          "emissionFactorType":"direct","flowTraced":true,"isEstimated":true,
          "estimationMethod":"FORECASTS_HIERARCHY","temporalGranularity":"hourly"})",
      kGermany, kDirect);
  const auto rows = ParseLatest(
      R"({"zone":"DE","data":[{"carbonIntensity":75,"datetime":"2026-08-22T17:00:00Z",
          "isEstimated":true},{"carbonIntensity":80,"datetime":"2026-08-22T16:00:00Z"},
          {"carbonIntensity":null,"datetime":"2026-08-22T18:00:00Z"}]})",
      kGermany, kDirect);
  ASSERT_TRUE(v3) << v3.error().message;
  ASSERT_TRUE(v4) << v4.error().message;
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*v3, *v4);
  EXPECT_EQ(*v3, *rows);
}

TEST(ParseLatest, TakesTheStepFromTheGranularity) {
  const std::string head =
      R"({"zone":"DE","carbonIntensity":75,"datetime":"2026-08-22T17:05:00Z",)";
  EXPECT_EQ(ParseLatest(head + R"("temporalGranularity":"5_minutes"})", kGermany, kDirect)->step,
            minutes(5));
  EXPECT_EQ(ParseLatest(head + R"("temporalGranularity":"15_minutes"})", kGermany, kDirect)->step,
            minutes(15));
  EXPECT_FALSE(ParseLatest(head + R"("temporalGranularity":"daily"})", kGermany, kDirect));
  EXPECT_FALSE(ParseLatest(head + R"("temporalGranularity":60})", kGermany, kDirect));
}

std::string ForecastOf(const std::string& rows, const char* name = "forecast") {
  return R"({"zone":"DE",")" + std::string(name) + R"(":[)" + rows +
         R"(],"updatedAt":"2026-08-22T17:01:00.000Z"})";
}

std::string Row(const char* time, const char* value) {
  return R"({"carbonIntensity":)" + std::string(value) + R"(,"datetime":")" + time + R"("})";
}

TEST(ParseForecast, LaysRowsInAnyOrderOnARaster) {
  // The clocks of Berlin go back at 01:00Z: 02:00+02:00 and 02:00+01:00 are an hour apart.
  const std::string rows =
      Row("2026-10-25T02:00:00+01:00", "3") + "," + Row("2026-10-25T02:00:00+02:00", "2") + "," +
      Row("2026-10-25T04:00:00+01:00", "5.5") + "," + Row("2026-10-24T23:00:00Z", "1") + "," +
      Row("2026-10-25T01:00:00.000Z", "3");
  for (const char* name : {"forecast", "data"}) {
    const auto forecast = ParseForecast(ForecastOf(rows, name), kGermany, kLifecycle);
    ASSERT_TRUE(forecast) << forecast.error().message;
    EXPECT_EQ(forecast->issued_at, At("2026-08-22T17:01:00Z"));
    EXPECT_EQ(forecast->series, grid::Series(At("2026-10-24T23:00:00Z"), hours(1),
                                             {1, 2, 3, grid::Series::kUnknown, 5.5}));
  }
}

TEST(ParseForecast, KeepsNullUnknown) {
  const auto forecast = ParseForecast(
      ForecastOf(Row("2026-08-22T17:00Z", "1") + "," + Row("2026-08-22T18:00Z", "null") +
                 R"(,{"datetime":"2026-08-22T19:00Z"})"),
      kGermany, kLifecycle);
  ASSERT_TRUE(forecast) << forecast.error().message;
  EXPECT_EQ(forecast->series.size(), 3U);
  EXPECT_EQ(forecast->series.UnknownSteps(), 2U);
}

TEST(ParseForecast, SaysThatNothingIsKnown) {
  for (const std::string& rows : {std::string(), Row("2026-08-22T17:00Z", "null")}) {
    const auto forecast = ParseForecast(ForecastOf(rows), kGermany, kLifecycle);
    ASSERT_FALSE(forecast);
    EXPECT_EQ(forecast.error().kind, Error::Kind::not_found);
  }
  EXPECT_EQ(ParseLatest(R"({"zone":"DE","carbonIntensity":null,"datetime":"2026-08-22T17:00Z"})",
                        kGermany, kLifecycle)
                .error()
                .kind,
            Error::Kind::not_found);
}

// ---- Bad bodies

struct Bad {
  std::string body;
  const char* why;
};

TEST(ParseLatest, RefusesBadBodiesAndSaysWhy) {
  const auto latest = [](const std::string& value) {
    return R"({"zone":"DE","carbonIntensity":)" + value +
           R"(,"datetime":"2026-08-22T17:00:00.000Z"})";
  };
  const std::vector<Bad> table = {
      {"", "not a JSON object"},
      {"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "starts with '<!DOCTYPE html>"},
      {R"({"zone":"DE","carbonIntensity":21)", "not a JSON object"},
      {"null", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"{}", "names no zone"},
      {std::string(100'000, '['), "not a JSON object"},
      {latest("NaN"), "not a JSON object"},
      {latest("1e308"), "not an intensity from 0 to 10000"},
      {latest("1e999"), "1"},
      {latest("10001"), "carbonIntensity 10001 is not"},
      {latest("-1"), "carbonIntensity -1 is not"},
      {latest("18446744073709551615"), "not an intensity from 0 to 10000"},
      {latest("\"216\""), "not an intensity from 0 to 10000"},
      {latest("true"), "not an intensity from 0 to 10000"},
      {latest("{}"), "not an intensity from 0 to 10000"},
      {R"({"zone":"FR","carbonIntensity":1,"datetime":"2026-08-22T17:00Z"})",
       "zone is 'FR', not 'DE' as asked"},
      {R"({"zone":null,"carbonIntensity":1,"datetime":"2026-08-22T17:00Z"})",
       "zone is not a text, not 'DE' as asked"},
      {R"({"zone":"DE","carbonIntensity":1,"datetime":"2026-08-22T17:00Z",)"
       R"("emissionFactorType":"direct"})",
       "emissionFactorType is 'direct', not 'lifecycle' as asked"},
      {R"({"zone":"DE","carbonIntensity":1})", "datetime: absent"},
      {R"({"zone":"DE","carbonIntensity":1,"datetime":1787418000})", "datetime: absent"},
      {R"({"zone":"DE","carbonIntensity":1,"datetime":"2026-08-22T17:00:00"})",
       "datetime: '2026-08-22T17:00:00' is not an RFC 3339 time"},
      {R"({"zone":"DE","data":[{"zone":"FR","carbonIntensity":1,"datetime":"2026-08-22T17:00Z"}]})",
       "zone is 'FR'"},
      {R"({"zone":"DE","data":[1]})", "a row is not an object"},
  };
  for (const Bad& bad : table) {
    const auto result = ParseLatest(bad.body, kGermany, kLifecycle);
    ASSERT_FALSE(result) << bad.body.substr(0, 100);
    EXPECT_EQ(result.error().kind, Error::Kind::unavailable) << bad.body.substr(0, 100);
    EXPECT_THAT(result.error().message, HasSubstr(bad.why));
    EXPECT_FALSE(ParseForecast(bad.body, kGermany, kLifecycle));
  }
}

TEST(ParseForecast, RefusesBadRowsAndSaysWhy) {
  const std::string first = Row("2026-08-22T17:00Z", "1") + ",";
  const std::vector<Bad> table = {
      {ForecastOf(first + Row("2026-08-22T17:00Z", "2")),
       "two different values for 2026-08-22T17:00:00Z"},
      {ForecastOf(first + Row("2026-08-22T18:00Z", "1e308")), "2026-08-22T18:00:00Z: carbonInt"},
      {ForecastOf(first + Row("2026-08-22T17:00:01Z", "1")), "less than a minute apart"},
      {ForecastOf(first + Row("2026-08-22T18:00Z", "1") + "," + Row("2026-08-22T19:30Z", "1")),
       "2026-08-22T19:30:00Z is off the raster of 1h"},
      {ForecastOf(first + Row("2026-08-22T18:00Z", "1") + "," + Row("9999-08-22T18:00Z", "1")),
       "too many steps"},
      {R"({"zone":"DE","forecast":[]})", "updatedAt: absent"},
      {R"({"zone":"DE","forecast":{},"updatedAt":"2026-08-22T17:01Z"})", "holds no forecast"},
      {R"({"zone":"DE","history":[],"updatedAt":"2026-08-22T17:01Z"})", "holds no forecast"},
      {R"({"zone":"DE","emissionFactorType":"direct","forecast":[],)"
       R"("updatedAt":"2026-08-22T17:01Z"})",
       "emissionFactorType is 'direct'"},
  };
  for (const Bad& bad : table) {
    const auto result = ParseForecast(bad.body, kGermany, kLifecycle);
    ASSERT_FALSE(result) << bad.body;
    EXPECT_THAT(result.error().message, HasSubstr(bad.why)) << bad.body;
  }
}

// ---- Errors

struct ErrorRow {
  int status;
  std::string body;
  Error::Kind kind;
  Failure::Scope scope;
  const char* message;
};

TEST(ParseZone, ReadsTheZoneForWhichAnAnswerSpeaks) {
  EXPECT_EQ(*ParseZone(Fixture("green-elephpant_latest_DE.json")), grid::ZoneId{"DE"});
  EXPECT_EQ(*ParseZone(Fixture("zeus_history_US-MIDW-MISO.json")), grid::ZoneId{"US-MIDW-MISO"});
  for (const char* body : {"", "<html>", "[]", "{}", R"({"zone":null})", R"({"zone":""})",
                           R"({"zone":7})", R"({"zone":"DE FR"})", R"({"zone":"DE\n"})"}) {
    EXPECT_FALSE(ParseZone(body)) << body;
  }
  EXPECT_FALSE(ParseZone(R"({"zone":")" + std::string(64, 'A') + "\"}"));
}

TEST(RefusedZone, IsTheOneThatTheRefusalNames) {
  const std::string plan =
      R"({"error":"Request unauthorized for zoneKey=PT,requestType=past,dataType=power-breakdown.",)"
      R"("message":"You do not have access"})";
  EXPECT_EQ(RefusedZone(401, plan), grid::ZoneId{"PT"});
  EXPECT_EQ(RefusedZone(200, plan), std::nullopt);
  EXPECT_EQ(RefusedZone(401, R"({"error":"Invalid auth-token"})"), std::nullopt);
  EXPECT_EQ(RefusedZone(401, "unauthorized for zoneKey=,requestType=past"), std::nullopt);
  EXPECT_EQ(RefusedZone(401, "unauthorized for zoneKey=<b>,requestType=past"), std::nullopt);
}

TEST(ClassifyError, TellsTheProvidersErrorsApart) {
  using Kind = Error::Kind;
  using Scope = Failure::Scope;
  const char* const plan = "the token's plan does not include this zone and endpoint (HTTP 401)";
  const std::vector<ErrorRow> table = {
      {401, R"({"error":"Invalid auth-token"})", Kind::denied, Scope::provider,
       "the token was refused (HTTP 401): check the token of Electricity Maps"},
      {401,
       R"({"error":"Request unauthorized for zoneKey=PT,requestType=past,dataType=power-breakdown.",)"
       R"("message":"You do not have access to this specific endpoint for this specific zone. )"
       R"(Please visit https://help.electricitymaps.com if this is a mistake"})",
       Kind::denied, Scope::zone, plan},
      {401, R"({"error":"Token unauthorized for zoneKey=PT"})", Kind::denied, Scope::zone, plan},
      {401, R"({"error":"Endpoint not available"})", Kind::denied, Scope::zone, plan},
      {404, Fixture("zeus_error_no_recent_data.json"), Kind::not_found, Scope::zone,
       "no recent data for the zone (HTTP 404)"},
      {404, "<html>nginx</html>", Kind::not_found, Scope::zone,
       "HTTP 404: no reason given; check the base URL"},
      {400, R"({"error":"Missing arguments \"node\""})", Kind::invalid, Scope::zone,
       R"(the request was refused, HTTP 400: 'Missing arguments "node"')"},
      {400, R"({"error":"Missing or invalid date parameter \"start\""})", Kind::invalid,
       Scope::zone,
       R"(the request was refused, HTTP 400: 'Missing or invalid date parameter "start"')"},
      {403, "", Kind::denied, Scope::zone,
       "the token's plan does not include this zone and endpoint (HTTP 403)"},
      {429, "", Kind::unavailable, Scope::provider,
       "too many requests for the token's plan (HTTP 429)"},
      {500, "", Kind::unavailable, Scope::zone, "HTTP 500: no reason given"},
      {502, "<html><body>502 Bad Gateway</body></html>", Kind::unavailable, Scope::zone,
       "HTTP 502: no reason given"},
      {503, R"({"error":"down"})", Kind::unavailable, Scope::zone, "HTTP 503: 'down'"},
      {301, "", Kind::unavailable, Scope::zone, "HTTP 301, a redirection; check the base URL"},
      {408, "", Kind::unavailable, Scope::zone, "HTTP 408: no reason given"},
      {204, "", Kind::unavailable, Scope::zone, "HTTP 204: no reason given"},
  };
  for (const ErrorRow& row : table) {
    const Failure failure = ClassifyError(row.status, row.body);
    EXPECT_EQ(failure.error, (Error{row.kind, row.message})) << row.status << " " << row.body;
    EXPECT_EQ(failure.scope, row.scope) << row.status << " " << row.body;
    EXPECT_FALSE(failure.retry_after);
  }
}

}  // namespace
}  // namespace carbon::feeds
