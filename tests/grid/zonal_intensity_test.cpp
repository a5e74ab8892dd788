// SPDX-License-Identifier: Apache-2.0
#include "grid/zonal_intensity.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "grid/board.h"

namespace carbon::grid {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-07-01T10:00:00Z");

Outlook OutlookOf(std::vector<double> values, Duration step = hours(1)) {
  Outlook outlook;
  outlook.zone = {"DE"};
  outlook.source = "electricity-maps";
  outlook.rung = Rung::cached;
  outlook.estimated = true;
  outlook.fetched_at = kNow - minutes(20);
  outlook.issued_at = kNow - hours(1);
  outlook.now = GramsPerKwh(values.front());
  outlook.expected = Series(kNow, step, std::move(values));
  outlook.p10 = Series(kNow, step, {90.004});
  outlook.p90 = Series(kNow, step, {110.006});
  return outlook;
}

std::vector<double> Rising() {
  std::vector<double> values;
  for (int hour = 0; hour < 48; ++hour) {
    values.push_back(100.456 + hour);
  }
  return values;
}

TEST(ZonalIntensity, IsTheSeedsFourFieldsFirstAndTheRestBesideThem) {
  const std::array zones = {ZonalIntensity::Of(OutlookOf(Rising()))};
  const json::value written = json::parse(WriteZones(zones, 10'000).json);
  const json::object& zone = written.at(0).as_object();
  EXPECT_EQ(zone.at("zone"), "DE");
  EXPECT_EQ(zone.at("intensity").as_double(), 100.46);
  EXPECT_EQ(zone.at("timestamp").as_int64(), 1625133600);  // date -u -d 2021-07-01T10:00Z +%s
  ASSERT_EQ(zone.at("forecast").as_array().size(), 24U);
  EXPECT_EQ(zone.at("forecast").at(0).as_double(), 100.46);
  EXPECT_EQ(zone.at("forecast").at(23).as_double(), 123.46);
  EXPECT_EQ(zone.at("p10").to_number<double>(), 90);
  EXPECT_EQ(zone.at("p90").as_double(), 110.01);
  EXPECT_EQ(zone.at("kind"), "average-lifecycle");
  EXPECT_EQ(zone.at("rung"), "cached");
  EXPECT_EQ(zone.at("source"), "electricity-maps");
  EXPECT_EQ(zone.at("estimated"), true);
  EXPECT_EQ(zone.at("issued_at"), "2021-07-01T09:00:00Z");
  EXPECT_EQ(zone.at("heard_at"), "2021-07-01T09:40:00Z");
}

TEST(ZonalIntensity, TellsHourlyMeansWhateverTheStep) {
  std::vector<double> values(12 * 25, 200);
  values[11] = 320;
  const ZonalIntensity zone = ZonalIntensity::Of(OutlookOf(values, minutes(5)));
  EXPECT_EQ(zone.intensity, GramsPerKwh(200));
  EXPECT_EQ(zone.forecast.step(), Duration(hours(1)));
  EXPECT_EQ(zone.forecast.Value(0), GramsPerKwh(210));
  EXPECT_EQ(zone.forecast.Value(1), GramsPerKwh(200));
}

TEST(ZonalIntensity, AnHourOfWhichAPartIsUnknownIsNullAndNeverZero) {
  std::vector<double> values(12 * 10, 200);
  values[12] = Series::kUnknown;
  const std::array zones = {ZonalIntensity::Of(OutlookOf(values, minutes(5)))};
  const json::value written = json::parse(WriteZones(zones, 10'000).json);
  const json::array& forecast = written.at(0).at("forecast").as_array();
  ASSERT_EQ(forecast.size(), 24U);
  EXPECT_EQ(forecast[0].to_number<double>(), 200);
  EXPECT_TRUE(forecast[1].is_null());
  EXPECT_EQ(forecast[9].to_number<double>(), 200);
  EXPECT_TRUE(forecast[10].is_null()) << "beyond the end of what is expected";
}

TEST(ZonalIntensity, ReadsBackAsItWas) {
  Outlook gap = OutlookOf({5, Series::kUnknown, 7.777});
  gap.zone = {"zone \"quoted\" \x01"};
  gap.kind = SignalKind::marginal;
  gap.p10 = {};
  const std::vector<ZonalIntensity> zones = {ZonalIntensity::Of(OutlookOf(Rising())),
                                             ZonalIntensity::Of(gap)};
  const auto read = ReadZones(WriteZones(zones, 10'000).json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, zones);
  EXPECT_FALSE((*read)[1].p10);
  EXPECT_EQ(ReadZones("[]")->size(), 0U);
}

TEST(ZonalIntensity, KeepsWithinItsBoundAndTellsWhatIsLeftOut) {
  std::vector<ZonalIntensity> zones(10, ZonalIntensity::Of(OutlookOf(Rising())));
  const size_t all = WriteZones(zones, 1'000'000).json.size();
  EXPECT_EQ(WriteZones(zones, all).left_out, 0U);
  const WrittenZones fewer = WriteZones(zones, all - 1);
  EXPECT_EQ(fewer.left_out, 1U);
  EXPECT_LT(fewer.json.size(), all);
  EXPECT_EQ(ReadZones(fewer.json)->size(), 9U);
  EXPECT_EQ(WriteZones(zones, 10).left_out, 10U);
}

TEST(ZonalIntensity, FourHundredZonesFitIntoAConfigMapByFar) {
  std::vector<double> values(96, 1234.567);
  std::vector<ZonalIntensity> zones;
  for (int i = 0; i < 400; ++i) {
    zones.push_back(ZonalIntensity::Of(OutlookOf(values)));
    zones.back().zone.name = "US-WITH-A-LONG-NAME-" + std::to_string(i);
  }
  const WrittenZones written = WriteZones(zones, size_t{1} << 20);
  EXPECT_EQ(written.left_out, 0U);
  EXPECT_LT(written.json.size(), size_t{512} << 10);
}

TEST(ZonalIntensity, OnlyTheAgeMayDifferUnseen) {
  const ZonalIntensity zone = ZonalIntensity::Of(OutlookOf(Rising()));
  ZonalIntensity heard_again = zone;
  heard_again.heard_at += hours(1);
  EXPECT_TRUE(SameButForAge(zone, heard_again));
  ZonalIntensity lower = zone;
  lower.rung = Rung::climatology;
  EXPECT_FALSE(SameButForAge(zone, lower));
}

struct Wrong {
  const char* what;
  const char* before;
  const char* after;
  const char* message;
};
class ZonalIntensityErrors : public testing::TestWithParam<Wrong> {};

TEST_P(ZonalIntensityErrors, SaysWhatIsWrongWithWhichEntry) {
  const std::array zones = {ZonalIntensity::Of(OutlookOf(Rising())),
                            ZonalIntensity::Of(OutlookOf(Rising()))};
  std::string text = WriteZones(zones, 10'000).json;
  const size_t at = text.rfind(GetParam().before);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string_view(GetParam().before).size(), GetParam().after);
  const auto read = ReadZones(text);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Error::Kind::invalid);
  EXPECT_EQ(read.error().message, std::string("entry 2: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    AllFields, ZonalIntensityErrors,
    testing::Values(
        Wrong{"no_zone", R"("zone":"DE")", R"("zone":7)", "zone: is not a text of 1 to 200 bytes"},
        Wrong{"null_intensity", R"("intensity":100.46)", R"("intensity":null)",
              "intensity: is not an intensity in g/kWh"},
        Wrong{"negative", R"("intensity":100.46)", R"("intensity":-1)",
              "intensity: is not an intensity from 0 to 10000 g/kWh"},
        Wrong{"huge", R"(,101.46,)", R"(,1e308,)",
              "forecast: is not an intensity from 0 to 10000 g/kWh"},
        Wrong{"fewer_hours", R"(,101.46,)", R"(,)", "forecast: is not an array of 24 values"},
        Wrong{"text_time", R"("timestamp":1625133600)", R"("timestamp":"now")",
              "timestamp: is not a count of seconds since 1970"},
        Wrong{"far_time", R"("timestamp":1625133600)", R"("timestamp":253402300800)",
              "timestamp: is not a count of seconds since 1970"},
        Wrong{"kind", "average-lifecycle", "average", "kind: is none that is known"},
        Wrong{"rung", "cached", "guessed", "rung: is none that is known"},
        Wrong{"heard", "2021-07-01T09:40:00Z", "2021-07-01", "heard_at: is not a time in RFC 3339"},
        Wrong{"estimated", R"("estimated":true)", R"("estimated":1)",
              "estimated: is not true or false"}),
    [](const testing::TestParamInfo<Wrong>& tested) { return tested.param.what; });

TEST(ZonalIntensityErrors, RefusesWhatIsNoListOfZones) {
  EXPECT_EQ(ReadZones("<html>").error().message, "not a JSON array: '<html>'");
  EXPECT_EQ(ReadZones("{}").error().message, "not a JSON array: '{}'");
  EXPECT_EQ(ReadZones("[1]").error().message, "entry 1: is not an object");
  EXPECT_EQ(ReadZones("[" + std::string(1 << 20, ' ') + "]").error().message, "more than 1 MiB");
  std::string many = "[0";
  for (int i = 0; i < 4000; ++i) {
    many += ",0";
  }
  EXPECT_EQ(ReadZones(many + "]").error().message, "more than 4000 zones");
}

TEST(ZonalIntensity, ServesAsAReadingWhereItWasAProvidersWord) {
  const ZonalIntensity zone = ZonalIntensity::Of(OutlookOf(Rising()));
  const auto reading = ReadingOf(zone);
  ASSERT_TRUE(reading);
  const Board board = Board::Of({*reading}, kNow + hours(3), {});
  const Outlook* outlook = board.Find({"DE"});
  ASSERT_NE(outlook, nullptr);
  EXPECT_EQ(outlook->now, GramsPerKwh(103.46));
  EXPECT_EQ(outlook->rung, Rung::cached);
  EXPECT_EQ(outlook->fetched_at, kNow - minutes(20));
  EXPECT_TRUE(outlook->estimated);
}

TEST(ZonalIntensity, WhatIsOnlyUsualIsNotTakenForAProvidersWord) {
  for (const Rung rung :
       {Rung::second_provider, Rung::weather_climatology, Rung::climatology, Rung::static_factor}) {
    ZonalIntensity zone = ZonalIntensity::Of(OutlookOf(Rising()));
    zone.rung = rung;
    EXPECT_FALSE(ReadingOf(zone)) << ToString(rung);
  }
}

TEST(Rung, NamesAreReadBack) {
  for (int rung = 0; rung <= static_cast<int>(Rung::static_factor); ++rung) {
    EXPECT_EQ(ParseRung(ToString(static_cast<Rung>(rung))), static_cast<Rung>(rung));
  }
  EXPECT_FALSE(ParseRung("stale"));
}

}  // namespace
}  // namespace carbon::grid
