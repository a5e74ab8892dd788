// SPDX-License-Identifier: Apache-2.0
#include "feeds/recorded_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "feeds/electricity_maps.h"
#include "feeds/fixture.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;
using grid::Series;
using grid::SignalKind;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

const Time kMidnight = *ParseTime("2021-08-01T00:00:00Z");
const Time kNow = kMidnight + hours(30) + minutes(20);  // 2021-08-02T06:20

/// Hour i of `n`: first + i.
std::vector<double> Rising(double first, int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) {
    values.push_back(first + i);
  }
  return values;
}

/// DE from kMidnight on, 200 hours of 100.4, 101.4, …; hour 40 is unknown. Forecasts of 96 hours
/// each midnight: 1000.6 + day × 100, … SE: direct only, no forecasts.
RecordedGrid Grid(const std::string& token = "") {
  auto actual = Rising(100.4, 200);
  actual[40] = Series::kUnknown;
  std::vector<grid::Forecast> issues;
  for (int day = 0; day < 8; ++day) {
    const Time issued = kMidnight + hours(24 * day);
    issues.push_back({issued, Series(issued, hours(1), Rising(1000.6 + 100 * day, 96))});
  }
  const Series series(kMidnight, hours(1), actual);
  return RecordedGrid({{{"DE"}, SignalKind::average_lifecycle, series, issues},
                       {{"SE"}, SignalKind::average_direct, series, {}}},
                      token);
}

net::ServerRequest Get(const std::string& target) {
  auto request = net::ParseTarget(target);
  request->method = "GET";
  return *request;
}

net::HttpResponse Ask(const std::string& target, Time now = kNow) {
  return Grid().Answer(Get(target), now);
}

/// The body of an answer with status 200.
json::value Body(const std::string& target, Time now = kNow) {
  const auto response = Ask(target, now);
  EXPECT_EQ(response.status, 200) << target << ": " << response.body;
  EXPECT_EQ(response.headers.at("content-type"), "application/json; charset=utf-8");
  return json::parse(response.body);
}

std::vector<std::string> Keys(const json::value& value) {
  std::vector<std::string> keys;
  for (const auto& member : value.as_object()) {
    keys.emplace_back(member.key().data(), member.key().size());
  }
  return keys;
}

// ---- Shapes, against answers captured from the service

TEST(RecordedGrid, SpeaksOfTheRunningHourLikeTheService) {
  EXPECT_EQ(Ask("/v3/carbon-intensity/latest?zone=DE").body,
            R"({"zone":"DE","carbonIntensity":130,"datetime":"2021-08-02T06:00:00.000Z",)"
            R"("updatedAt":"2021-08-02T06:00:00.000Z","createdAt":"2021-07-30T06:00:00.000Z",)"
            R"("emissionFactorType":"lifecycle","isEstimated":false,"estimationMethod":null})");
  EXPECT_EQ(Keys(Body("/v3/carbon-intensity/latest?zone=DE")),
            Keys(json::parse(Fixture("green-elephpant_latest_DE.json"))));
}

TEST(RecordedGrid, AddsWhatVersion4Adds) {
  EXPECT_EQ(Ask("/v4/carbon-intensity/latest?zone=SE&emissionFactorType=direct").body,
            R"({"zone":"SE","carbonIntensity":130,"datetime":"2021-08-02T06:00:00.000Z",)"
            R"("updatedAt":"2021-08-02T06:00:00.000Z","createdAt":"2021-07-30T06:00:00.000Z",)"
            R"("emissionFactorType":"direct","flowTraced":true,"isEstimated":false,)"
            R"("estimationMethod":null,"temporalGranularity":"hourly"})");
}

TEST(RecordedGrid, ForecastsAsOfTheNewestIssue) {
  for (const char* version : {"/v3", "/v4"}) {
    const auto body =
        Body(std::string(version) + "/carbon-intensity/forecast?zone=DE&horizonHours=72");
    EXPECT_EQ(Keys(body), Keys(json::parse(Fixture("green-elephpant_forecast_DE_48h.json"))));
    EXPECT_EQ(body.at("updatedAt"), "2021-08-02T00:00:00.000Z");
    const auto& rows = body.at("forecast").as_array();
    ASSERT_EQ(rows.size(), 73U);
    EXPECT_EQ(json::serialize(rows.front()),
              R"({"carbonIntensity":1107,"datetime":"2021-08-02T06:00:00.000Z"})");
    EXPECT_EQ(json::serialize(rows.back()),
              R"({"carbonIntensity":1179,"datetime":"2021-08-05T06:00:00.000Z"})");
  }
}

TEST(RecordedGrid, ForecastsOneRowMoreThanTheHorizon) {
  const std::vector<std::pair<const char*, size_t>> table = {{"", 25},
                                                             {"&horizonHours=6", 7},
                                                             {"&horizonHours=24", 25},
                                                             {"&horizonHours=48", 49},
                                                             {"&horizonHours=72", 73}};
  for (const auto& [query, rows] : table) {
    const auto body = Body(std::string("/v3/carbon-intensity/forecast?zone=DE") + query);
    EXPECT_EQ(body.at("forecast").as_array().size(), rows) << query;
  }
  // Three days after the last issue 24 of its hours are left, and nothing after the fourth.
  const std::string target = "/v3/carbon-intensity/forecast?zone=DE&horizonHours=72";
  EXPECT_EQ(Body(target, kMidnight + hours(24 * 10)).at("forecast").as_array().size(), 24U);
  EXPECT_EQ(Ask(target, kMidnight + hours(24 * 11)).status, 404);
}

TEST(RecordedGrid, NeverTellsAnIssueBeforeItsTime) {
  const std::string target = "/v3/carbon-intensity/forecast?zone=DE";
  EXPECT_EQ(Body(target, kMidnight + hours(24) - Duration(1)).at("updatedAt"),
            "2021-08-01T00:00:00.000Z");
  EXPECT_EQ(Body(target, kMidnight + hours(24)).at("updatedAt"), "2021-08-02T00:00:00.000Z");
  EXPECT_EQ(Ask(target, kMidnight - Duration(1)).status, 404);
}

TEST(RecordedGrid, GoesBackADay) {
  const auto v3 = Body("/v3/carbon-intensity/history?zone=DE");
  EXPECT_EQ(Keys(v3), (std::vector<std::string>{"zone", "history"}));
  const auto& rows = v3.at("history").as_array();
  ASSERT_EQ(rows.size(), 24U);
  EXPECT_EQ(rows.front().at("datetime"), "2021-08-01T07:00:00.000Z");
  EXPECT_EQ(rows.front().at("carbonIntensity"), 107);
  EXPECT_EQ(rows.back().at("datetime"), "2021-08-02T06:00:00.000Z");
  EXPECT_EQ(Keys(rows.front()),
            Keys(json::parse(Fixture("aioelectricitymaps_carbon_intensity_history.json"))
                     .at("history")
                     .at(0)));
  EXPECT_EQ(Keys(Body("/v4/carbon-intensity/history?zone=DE")),
            (std::vector<std::string>{"zone", "data"}));
  // What is not recorded is null.
  const auto with_gap =
      Body("/v3/carbon-intensity/history?zone=DE", kMidnight + hours(41)).at("history");
  EXPECT_TRUE(with_gap.at(22).at("carbonIntensity").is_null());
  EXPECT_EQ(with_gap.at(23).at("carbonIntensity"), 141);
}

TEST(RecordedGrid, TellsThePast) {
  EXPECT_EQ(
      Body("/v3/carbon-intensity/past?zone=DE&datetime=2021-08-01T03:40:00Z").at("carbonIntensity"),
      103);
  const auto range = Body(
      "/v3/carbon-intensity/"
      "past-range?zone=DE&start=2021-08-01T02:00:00Z&end=2021-08-01T04:00:00Z");
  EXPECT_EQ(Keys(range), Keys(json::parse(Fixture("if-electricitymaps_past-range-response.json"))));
  const auto& rows = range.at("data").as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("carbonIntensity"), 102);
  EXPECT_EQ(rows[1].at("carbonIntensity"), 103);
}

TEST(RecordedGrid, DoesNotTellTheFuture) {
  EXPECT_EQ(Ask("/v3/carbon-intensity/past?zone=DE&datetime=2021-08-02T07:00:00Z").status, 404);
  const auto range = Body(
      "/v4/carbon-intensity/"
      "past-range?zone=DE&start=2021-08-02T05:00:00Z&end=2021-08-03T00:00:00Z");
  EXPECT_EQ(range.at("data").as_array().size(), 2U);
}

TEST(RecordedGrid, OffersFinerRows) {
  const auto latest =
      Body("/v4/carbon-intensity/latest?zone=DE&temporalGranularity=5_minutes", kNow);
  EXPECT_EQ(latest.at("datetime"), "2021-08-02T06:20:00.000Z");
  EXPECT_EQ(latest.at("temporalGranularity"), "5_minutes");
  EXPECT_EQ(latest.at("carbonIntensity"), 130);
}

TEST(RecordedGrid, AveragesAFinerRecording) {
  const RecordedGrid grid({{{"DE"},
                            SignalKind::average_lifecycle,
                            Series(kMidnight, minutes(30), {100, 201, 300, Series::kUnknown}),
                            {}}},
                          "");
  const auto request = Get("/v3/carbon-intensity/latest?zone=DE");
  EXPECT_THAT(grid.Answer(request, kMidnight).body, HasSubstr("\"carbonIntensity\":151,"));
  EXPECT_EQ(grid.Answer(request, kMidnight + hours(1)).status, 404);
}

TEST(RecordedGrid, ListsZones) {
  EXPECT_EQ(Ask("/v3/zones").body, R"({"DE":{"zoneName":"Germany"},"SE":{"zoneName":"Sweden"}})");
  auto request = Get("/v3/zones");
  request.headers["auth-token"] = "secret";
  const auto v3 = json::parse(Grid("secret").Answer(request, kNow).body);
  EXPECT_EQ(json::serialize(v3.at("DE")),
            R"({"zoneName":"Germany","access":["carbon-intensity/latest",)"
            R"("carbon-intensity/history","carbon-intensity/past","carbon-intensity/past-range",)"
            R"("carbon-intensity/forecast"]})");
  request.path = "/v4/zones";
  EXPECT_EQ(Keys(json::parse(Grid("secret").Answer(request, kNow).body).at("SE")),
            (std::vector<std::string>{"zoneName", "countryName", "zoneKey", "countryCode",
                                      "subZoneKeys", "isCommerciallyAvailable", "access"}));
  request.headers["auth-token"] = "wrong";
  EXPECT_EQ(Grid("secret").Answer(request, kNow).status, 401);
}

TEST(RecordedGrid, NamesTheRecordedZonesAsTheServiceDoes) {
  const RecordedGrid grid({{{"US-CAL-CISO"}, SignalKind::average_lifecycle, Series(), {}},
                           {{"US-MIDA-PJM"}, SignalKind::average_lifecycle, Series(), {}},
                           {{"US-NW-BPAT"}, SignalKind::average_lifecycle, Series(), {}},
                           {{"DE"}, SignalKind::average_lifecycle, Series(), {}},
                           {{"SE"}, SignalKind::average_lifecycle, Series(), {}}},
                          "");
  const auto real = json::parse(Fixture("aioelectricitymaps_zones.json"));
  const auto ours = json::parse(grid.Answer(Get("/v3/zones"), kNow).body);
  ASSERT_EQ(ours.as_object().size(), 5U);
  for (const auto& zone : ours.as_object()) {
    EXPECT_EQ(zone.value(), real.at(zone.key()));
  }
}

// ---- Errors

struct ErrorRow {
  const char* target;
  int status;
  std::string body;
};

TEST(RecordedGrid, RefusesLikeTheService) {
  const std::string missing = R"({"error":"Missing arguments \"node\""})";
  const std::string no_data = R"({"error":"No recent data for zone \"DE\""})";
  const std::string start = R"({"error":"Missing or invalid date parameter \"start\""})";
  const std::string end = R"({"error":"Missing or invalid date parameter \"end\""})";
  const std::string tail =
      R"(","message":"You do not have access to this specific endpoint for this specific zone. )"
      R"(Please visit https://help.electricitymaps.com if this is a mistake"})";
  const std::string head = R"({"error":"Request unauthorized for zoneKey=)";
  const std::vector<ErrorRow> table = {
      {"/v3/carbon-intensity/latest?shouldUseFallbackCallerLookup=false", 400, missing},
      {"/v4/carbon-intensity/latest?disableCallerLookup=true", 400, missing},
      {"/v3/carbon-intensity/latest?zone=FR", 401,
       head + "FR,requestType=latest,dataType=carbon-intensity." + tail},
      {"/v3/power-breakdown/past?zone=PT", 401,
       head + "PT,requestType=past,dataType=power-breakdown." + tail},
      {"/v3/carbon-intensity/latest?zone=DE&emissionFactorType=direct", 404, no_data},
      {"/v3/carbon-intensity/forecast?zone=SE&emissionFactorType=direct", 404,
       R"({"error":"No recent data for zone \"SE\""})"},
      {"/v3/carbon-intensity/forecast?zone=DE&horizonHours=96", 400,
       R"({"error":"Expected one of 6, 24, 48, 72"})"},
      {"/v3/carbon-intensity/forecast?zone=DE&horizonHours=-6", 400,
       R"({"error":"Expected one of 6, 24, 48, 72"})"},
      {"/v3/carbon-intensity/latest?zone=DE&emissionFactorType=marginal", 400,
       R"({"error":"Expected one of lifecycle, direct"})"},
      {"/v3/carbon-intensity/history?zone=DE&temporalGranularity=daily", 400,
       R"({"error":"Expected one of 5_minutes, 15_minutes, hourly"})"},
      {"/v3/carbon-intensity/past-range?zone=DE", 400, start},
      {"/v3/carbon-intensity/past-range?zone=DE&start=yesterday", 400, start},
      {"/v3/carbon-intensity/past-range?zone=DE&start=2021-08-01T00:00:00Z", 400, end},
      {"/v3/carbon-intensity/past-range?zone=DE&start=2021-08-01T00:00Z&end=2021-08-01T00:00Z", 400,
       end},
      {"/v3/carbon-intensity/past-range?zone=DE&start=2021-08-01T00:00Z&end=2021-08-11T00:01Z", 400,
       R"({"error":"Date range exceeds the limit of 10 days"})"},
      {"/v3/carbon-intensity/past?zone=DE", 400,
       R"({"error":"Missing or invalid date parameter \"datetime\""})"},
      {"/v3/carbon-intensity/now?zone=DE", 400,
       R"({"error":"Expected one of latest, history, past, past-range, forecast"})"},
      {"/v3/carbon/latest?zone=DE", 404, R"({"error":"Not Found"})"},
      {"/v5/carbon-intensity/latest?zone=DE", 404, R"({"error":"Not Found"})"},
      {"/v3/carbon-intensity", 404, R"({"error":"Not Found"})"},
      {"/", 404, R"({"error":"Not Found"})"},
  };
  for (const ErrorRow& row : table) {
    const auto response = Ask(row.target);
    EXPECT_EQ(response.status, row.status) << row.target;
    EXPECT_EQ(response.body, row.body) << row.target;
  }
  EXPECT_EQ(Ask("/v3/carbon-intensity/latest?zone=DE", kMidnight + hours(40)).body, no_data);
  EXPECT_EQ(Ask("/v3/carbon-intensity/history?zone=DE", kMidnight + hours(400)).body, no_data);
}

TEST(RecordedGrid, AcceptsParametersThatChangeNothingHere) {
  EXPECT_EQ(Ask("/v3/carbon-intensity/latest?zone=DE&disableEstimations=true&flowTraced=false"
                "&shouldUseFallbackCallerLookup=false")
                .status,
            200);
}

TEST(RecordedGrid, AnswersForTheCallersPlaceUnlessForbidden) {
  EXPECT_EQ(Body("/v3/carbon-intensity/latest").at("zone"), "DE");
}

// ---- Data centres

net::HttpResponse AskAt(const std::string& cloud, const std::string& region,
                        const std::string& more = "&shouldUseFallbackCallerLookup=false") {
  const RecordedGrid grid(
      {{{"DE"}, SignalKind::average_lifecycle, Series(kMidnight, hours(1), Rising(100, 200)), {}}},
      "", {{{"aws", "eu-central-1"}, {"DE"}}, {{"aws", "us-west-2"}, {"US-NW-PACW"}}});
  return grid.Answer(Get("/v3/carbon-intensity/latest?dataCenterProvider=" + cloud +
                         "&dataCenterRegion=" + region + more),
                     kNow);
}

TEST(RecordedGrid, AnswersForTheZoneOfADataCenter) {
  const auto response = AskAt("aws", "eu-central-1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body).at("zone"), "DE");
  EXPECT_EQ(json::parse(response.body).at("carbonIntensity"), 130);
}

TEST(RecordedGrid, ADataCenterOutsideThePlanIsRefusedByItsZone) {
  const auto response = AskAt("aws", "us-west-2");
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.body, HasSubstr("Request unauthorized for zoneKey=US-NW-PACW,requestType"));
}

TEST(RecordedGrid, ADataCenterThatItDoesNotKnowIsNoPlace) {
  const std::string missing = R"({"error":"Missing arguments \"node\""})";
  for (const auto& [cloud, region] : std::vector<std::pair<const char*, const char*>>{
           {"aws", "moon-1"}, {"AWS", "eu-central-1"}, {"gcp", "eu-central-1"}, {"aws", ""}}) {
    EXPECT_EQ(AskAt(cloud, region).body, missing) << cloud << " " << region;
    EXPECT_EQ(json::parse(AskAt(cloud, region, "").body).at("zone"), "DE") << "the caller's own";
  }
}

TEST(RecordedGrid, AsksForTheToken) {
  const RecordedGrid grid = Grid("secret");
  auto request = Get("/v3/carbon-intensity/latest?zone=DE");
  for (const char* token : {"", "Secret", "secret2"}) {
    request.headers["auth-token"] = token;
    const auto response = grid.Answer(request, kNow);
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.body, R"({"error":"Invalid auth-token"})");
  }
  request.headers["auth-token"] = "secret";
  EXPECT_EQ(grid.Answer(request, kNow).status, 200);
  request.headers.clear();
  EXPECT_EQ(grid.Answer(request, kNow).status, 401);
  EXPECT_EQ(grid.Answer(Get("/v3/zones"), kNow).status, 200);
}

TEST(RecordedGrid, AnswersGetOnly) {
  auto request = Get("/v3/carbon-intensity/latest?zone=DE");
  request.method = "POST";
  EXPECT_EQ(Grid().Answer(request, kNow).status, 404);
}

// ---- Its errors mean to the feed what the service's mean

TEST(RecordedGrid, IsUnderstoodByTheClassifier) {
  const auto kind = [](const std::string& target) {
    const auto response = Ask(target);
    return ClassifyError(response.status, response.body);
  };
  EXPECT_EQ(kind("/v3/carbon-intensity/latest?zone=FR").error.kind, Error::Kind::denied);
  EXPECT_EQ(kind("/v3/carbon-intensity/latest?zone=FR").scope, Failure::Scope::zone);
  EXPECT_EQ(kind("/v3/carbon-intensity/forecast?zone=SE&emissionFactorType=direct").error.kind,
            Error::Kind::not_found);
  const auto refused = Grid("secret").Answer(Get("/v3/carbon-intensity/latest?zone=DE"), kNow);
  EXPECT_EQ(ClassifyError(refused.status, refused.body).scope, Failure::Scope::provider);
}

}  // namespace
}  // namespace carbon::feeds
