// SPDX-License-Identifier: Apache-2.0
#include "feeds/gb_carbon_intensity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "feeds/fixture.h"

namespace carbon::feeds {
namespace {

using std::chrono::minutes;
using ::testing::HasSubstr;

constexpr Duration kHalf = minutes(30);
const grid::ZoneId kBritain{"GB"};
const grid::ZoneId kLondon{"GB-13"};

Time At(const char* text) { return *ParseTime(text); }

grid::Observation Seen(const char* at, double intensity, bool estimated) {
  return {.at = At(at), .step = kHalf, .intensity = GramsPerKwh(intensity), .estimated = estimated};
}

// ---- Captured answers

TEST(GbCarbonIntensity, ReadsTheCapturedForecast) {
  const std::string body = Fixture("gb_carbon_intensity", "fw24h_2020-05-21T21Z.json");
  const Time now = At("2020-05-21T21:10Z");
  const auto outlook = gb::Parse(body, kBritain, now);
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->latest, Seen("2020-05-21T21:00Z", 177, true));
  ASSERT_TRUE(outlook->forecast);
  EXPECT_EQ(outlook->forecast->issued_at, now);
  const grid::Series& series = outlook->forecast->series;
  EXPECT_EQ(series.start(), At("2020-05-21T20:30Z"));
  EXPECT_EQ(series.step(), kHalf);
  ASSERT_EQ(series.size(), 49U);
  EXPECT_EQ(series.UnknownSteps(), 0U);
  EXPECT_EQ(series.Value(0), GramsPerKwh(190));
  EXPECT_EQ(series.Value(12), GramsPerKwh(77));
  EXPECT_EQ(series.Value(48), GramsPerKwh(68));
}

TEST(GbCarbonIntensity, KnowsNothingOnceTheCapturedForecastIsPast) {
  const auto outlook = gb::Parse(Fixture("gb_carbon_intensity", "fw24h_2020-05-21T21Z.json"),
                                 kBritain, At("2020-05-23T00:00Z"));
  ASSERT_FALSE(outlook);
  EXPECT_EQ(outlook.error().kind, Error::Kind::not_found);
}

TEST(GbCarbonIntensity, TellsTheExamplesOfTheDocumentationApart) {
  const auto examples =
      boost::json::parse(Fixture("gb_carbon_intensity", "api_docs_examples.json")).as_array();
  const std::vector<const char*> failures = {
      nullptr,                               // intensity
      "answered with an error: 'string'",    // 400
      "answered with an error: 'string'",    // 500
      "from: absent",                        // factors of fuels
      "the answer holds no known value",     // statistics
      "2018-01-20T12:00:00Z: no intensity",  // generation mix
      "2018-01-20T12:00:00Z: no intensity",  // generation mix
      "answered with an error: 'string'",    // any error
      "2018-01-20T12:00:00Z: no intensity",  // generation mix
  };
  ASSERT_EQ(examples.size(), failures.size());
  for (size_t i = 0; i < failures.size(); ++i) {
    const auto outlook =
        gb::Parse(boost::json::serialize(examples[i]), kBritain, At("2018-01-20T12:40Z"));
    if (failures[i] != nullptr) {
      ASSERT_FALSE(outlook) << i;
      EXPECT_THAT(outlook.error().message, HasSubstr(failures[i])) << i;
      continue;
    }
    ASSERT_TRUE(outlook) << outlook.error().message;
    EXPECT_EQ(outlook->latest, Seen("2018-01-20T12:00Z", 263, false));
    EXPECT_FALSE(outlook->forecast) << "a half hour that is over is no forecast";
  }
}

// ---- Shapes

std::string Half(const char* from, const char* to, const std::string& values) {
  return R"({"from":")" + std::string(from) + R"(","to":")" + to + R"(","intensity":{)" + values +
         R"(,"index":"moderate"}})";
}

std::string Data(const std::string& data) { return R"({"data":)" + data + "}"; }

const std::string kFirst = Half("2026-11-25T12:00Z", "2026-11-25T12:30Z", R"("forecast":100)");
const std::string kSecond = Half("2026-11-25T12:30Z", "2026-11-25T13:00Z", R"("forecast":110)");

TEST(GbCarbonIntensity, ReadsARegionInEachOfItsShapes) {
  const std::string halves = "[" + kSecond + "," + kFirst + "," + kFirst + "]";
  const std::string region =
      R"({"regionid":13,"shortname":"London","postcode":"SW1","data":)" + halves + "}";
  for (const std::string& body : {Data(region), Data("[" + region + "]")}) {
    const auto outlook = gb::Parse(body, kLondon, At("2026-11-25T12:10Z"));
    ASSERT_TRUE(outlook) << outlook.error().message;
    EXPECT_EQ(outlook->latest, Seen("2026-11-25T12:00Z", 100, true));
    EXPECT_EQ(outlook->forecast->series, grid::Series(At("2026-11-25T12:00Z"), kHalf, {100, 110}));
    EXPECT_THAT(gb::Parse(body, kBritain, At("2026-11-25T12:10Z")).error().message,
                HasSubstr("is for region 13, not for all as asked"));
    EXPECT_THAT(gb::Parse(body, {"GB-1"}, At("2026-11-25T12:10Z")).error().message,
                HasSubstr("is for region 13, not for 1 as asked"));
  }
  EXPECT_THAT(gb::Parse(Data(halves), kLondon, At("2026-11-25T12:10Z")).error().message,
              HasSubstr("names no region"));
}

TEST(GbCarbonIntensity, ReadsASingleHalfHourThatIsNotInAnArray) {
  const auto outlook = gb::Parse(Data(kFirst), kBritain, At("2026-11-25T12:10Z"));
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->latest, Seen("2026-11-25T12:00Z", 100, true));
}

TEST(GbCarbonIntensity, PrefersTheNewestMeasurementToAnEstimate) {
  const std::string body = Data(
      "[" + Half("2026-11-25T11:00Z", "2026-11-25T11:30Z", R"("forecast":90,"actual":95)") + "," +
      Half("2026-11-25T11:30Z", "2026-11-25T12:00Z", R"("forecast":90,"actual":96)") + "," +
      Half("2026-11-25T12:00Z", "2026-11-25T12:30Z", R"("forecast":100,"actual":null)") + "]");
  EXPECT_EQ(gb::Parse(body, kBritain, At("2026-11-25T12:10Z"))->latest,
            Seen("2026-11-25T11:30Z", 96, false));
}

TEST(GbCarbonIntensity, LeavesHalfHoursWithoutAForecastUnknown) {
  const std::string body = Data(
      "[" + kFirst + "," + Half("2026-11-25T12:30Z", "2026-11-25T13:00Z", R"("forecast":null)") +
      "," + Half("2026-11-25T13:30Z", "2026-11-25T14:00Z", R"("forecast":0)") + "]");
  const auto outlook = gb::Parse(body, kBritain, At("2026-11-25T12:10Z"));
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->forecast->series,
            grid::Series(At("2026-11-25T12:00Z"), kHalf,
                         {100, grid::Series::kUnknown, grid::Series::kUnknown, 0}));
}

TEST(GbCarbonIntensity, ReadsTheNightInWhichTheClocksGoBackAndOffsets) {
  const std::string body =
      Data("[" + Half("2026-10-25T01:30+01:00", "2026-10-25T01:00Z", R"("forecast":1)") + "," +
           Half("2026-10-25T01:00+00:00", "2026-10-25T01:30Z", R"("forecast":2)") + "]");
  const auto outlook = gb::Parse(body, kBritain, At("2026-10-25T00:40Z"));
  ASSERT_TRUE(outlook) << outlook.error().message;
  EXPECT_EQ(outlook->forecast->series, grid::Series(At("2026-10-25T00:30Z"), kHalf, {1, 2}));
}

TEST(GbCarbonIntensity, FindsNothingInEmptyAnswers) {
  for (const char* body : {"", " \n", "{}", R"({"data":[]})", R"({"data":{}})", R"({"data":null})",
                           R"({"data":{"regionid":13,"data":[]}})"}) {
    const auto outlook = gb::Parse(body, kLondon, At("2026-11-25T12:10Z"));
    ASSERT_FALSE(outlook) << body;
    EXPECT_EQ(outlook.error().kind, Error::Kind::not_found) << body;
  }
}

TEST(GbCarbonIntensity, RefusesBadBodiesAndSaysWhy) {
  const auto one = [](const std::string& values) {
    return Data("[" + Half("2026-11-25T12:00Z", "2026-11-25T12:30Z", values) + "]");
  };
  const std::vector<std::pair<std::string, const char*>> table = {
      {"<html>nginx</html>", "not a JSON object"},
      {one(R"("forecast":1)").substr(0, 50), "not a JSON object"},
      {"null", "not a JSON object"},
      {R"({"error":{"code":"500","message":"Requested resource not found."}})",
       "answered with an error: 'Requested resource not found.'"},
      {Data("1"), "a half hour is not an object"},
      {Data("[[1]]"), "a half hour is not an object"},
      {Data(R"([{"to":"2026-11-25T12:30Z","intensity":{"forecast":1}}])"), "from: absent"},
      {Data(R"([{"from":"2026-11-25T12:00","intensity":{"forecast":1}}])"), "from: '2026-11-25T12"},
      {Data("[" + Half("2026-11-25T12:00Z", "2026-11-25T13:00Z", R"("forecast":1)") + "]"),
       "12:00:00Z to 2026-11-25T13:00:00Z is not a half hour"},
      {Data(R"([{"from":"2026-11-25T12:00Z","intensity":266}])"), "no intensity"},
      {one(R"("forecast":"266")"), "forecast \"266\" is not an intensity"},
      {one(R"("forecast":-1)"), "forecast -1 is not"},
      {one(R"("forecast":1e308)"), "forecast 1E308 is not"},
      {one(R"("forecast":NaN)"), "not a JSON object"},
      {one(R"("actual":10001)"), "actual 10001 is not"},
      {Data("[" + kFirst + "," +
            Half("2026-11-25T12:00Z", "2026-11-25T12:30Z", R"("forecast":101)") + "]"),
       "two different values for 2026-11-25T12:00:00Z"},
      {Data("[" + kFirst + "," +
            Half("2026-11-25T12:45Z", "2026-11-25T13:15Z", R"("forecast":101)") + "]"),
       "off the raster of 30m"},
      {Data("[" + kFirst + "," +
            Half("2036-11-25T12:00Z", "2036-11-25T12:30Z", R"("forecast":101)") + "]"),
       "too many steps"},
  };
  for (const auto& [body, why] : table) {
    const auto outlook = gb::Parse(body, kBritain, At("2026-11-25T12:10Z"));
    ASSERT_FALSE(outlook) << body;
    EXPECT_EQ(outlook.error().kind, Error::Kind::unavailable) << body;
    EXPECT_THAT(outlook.error().message, HasSubstr(why)) << body;
  }
}

// ---- Protocol

TEST(MakeGbCarbonIntensity, HasDirectAveragesOnly) {
  for (const auto kind : {grid::SignalKind::average_lifecycle, grid::SignalKind::marginal}) {
    EXPECT_THAT(MakeGbCarbonIntensity({.kind = kind}).error().message, HasSubstr("use direct"));
  }
}

TEST(MakeGbCarbonIntensity, KnowsItsZones) {
  EXPECT_EQ(gb::RegionOf({"GB"}), 0);
  EXPECT_EQ(gb::RegionOf({"GB-1"}), 1);
  EXPECT_EQ(gb::RegionOf({"GB-17"}), 17);
  for (const char* name : {"", "DE", "GB-", "GB-0", "GB-18", "GB-01", "gb", "GB-1/x"}) {
    EXPECT_FALSE(gb::RegionOf({name})) << name;
    EXPECT_EQ(gb::Parse("", {name}, {}).error().kind, Error::Kind::invalid) << name;
  }
}

class GbProtocol : public testing::Test {
 protected:
  std::vector<std::string> Urls(const grid::ZoneId& zone, const grid::ZoneReading* held,
                                const char* now) {
    std::vector<std::string> urls;
    for (const Query& query : protocol_->Queries(zone, held, At(now), "")) {
      urls.push_back(query.url);
    }
    return urls;
  }

  std::unique_ptr<Protocol> protocol_ =
      *MakeGbCarbonIntensity({.kind = grid::SignalKind::average_direct});
  const std::string base_ = "https://api.carbonintensity.org.uk";
};

TEST_F(GbProtocol, AsksFromTheHalfHourOn) {
  EXPECT_EQ(Urls(kBritain, nullptr, "2026-11-25T12:44:59.9Z"),
            (std::vector<std::string>{base_ + "/intensity/2026-11-25T12:30Z/fw48h",
                                      base_ + "/intensity"}));
  EXPECT_EQ(Urls(kLondon, nullptr, "2026-11-25T12:30:00Z"),
            (std::vector<std::string>{base_ +
                                      "/regional/intensity/2026-11-25T12:30Z/fw48h/regionid/13"}));
}

TEST_F(GbProtocol, FailsForZonesOfOthersAndAsksOnce) {
  const auto queries = protocol_->Queries({"DE"}, nullptr, At("2026-11-25T12:30Z"), "");
  ASSERT_EQ(queries.size(), 1U);
  grid::ZoneReading reading;
  EXPECT_EQ(queries[0].read(Data("[" + kFirst + "]"), reading).error(),
            Invalid("zone 'DE' is none of GB and GB-1 to GB-17"));
}

TEST_F(GbProtocol, AsksForAMeasurementUntilItIsThereAndForAForecastEachHalfHour) {
  const auto now = At("2026-11-25T12:10Z");
  const auto queries = protocol_->Queries(kBritain, nullptr, now, "");
  grid::ZoneReading held{.zone = kBritain};
  ASSERT_TRUE(queries[0].read(Data("[" + kFirst + "," + kSecond + "]"), held));
  EXPECT_EQ(held.latest, Seen("2026-11-25T12:00Z", 100, true));
  EXPECT_EQ(Urls(kBritain, &held, "2026-11-25T12:15Z"),
            std::vector<std::string>{base_ + "/intensity"});
  const auto later = protocol_->Queries(kBritain, &held, At("2026-11-25T12:15Z"), "");
  const auto last_half = [](const char* values) {
    return Data("[" + Half("2026-11-25T11:30Z", "2026-11-25T12:00Z", values) + "]");
  };
  grid::ZoneReading next;
  ASSERT_TRUE(later[0].read(last_half(R"("forecast":80,"actual":null)"), next));
  EXPECT_FALSE(next.latest) << "an estimate of the half hour before is no news";
  ASSERT_TRUE(later[0].read(last_half(R"("forecast":80,"actual":85)"), held));
  EXPECT_EQ(held.latest, Seen("2026-11-25T11:30Z", 85, false));
  EXPECT_TRUE(Urls(kBritain, &held, "2026-11-25T12:29Z").empty());
  EXPECT_EQ(Urls(kBritain, &held, "2026-11-25T12:30Z").size(), 2U);
}

}  // namespace
}  // namespace carbon::feeds
