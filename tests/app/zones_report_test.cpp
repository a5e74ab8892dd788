// SPDX-License-Identifier: Apache-2.0
#include "app/zones_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

const Time kNow = *ParseTime("2021-08-02T06:20:00Z");

/// 300 g/kWh now, 200 at 12:00, for both zones of the rows below.
grid::Board Board() {
  const Time hour = *ParseTime("2021-08-02T06:00:00Z");
  std::vector<double> values(24, 300);
  values[6] = 200;
  std::vector<grid::ZoneReading> readings;
  for (const char* zone : {"US-NW-PACW", "NL"}) {
    readings.push_back({.zone = {zone},
                        .kind = grid::SignalKind::average_lifecycle,
                        .source = "electricity-maps",
                        .fetched_at = kNow,
                        .latest = grid::Observation{.at = hour, .intensity = GramsPerKwh(300)},
                        .forecast = grid::Forecast{hour, {hour, std::chrono::hours(1), values}},
                        .history = {}});
  }
  return grid::Board::Of(readings, kNow, {});
}

std::vector<ZoneRow> Rows() {
  return {{.region = "us-west-2",
           .nodes = 4,
           .zone = {"US-NW-PACW"},
           .mapped_by = "electricity-maps",
           .as_of = "2026-08-21",
           .alternatives = {{{"US-NW-BPAT"}, "real-time-cloud", "2026-08-18"}}},
          {.region = "westeurope",
           .nodes = 2,
           .zone = {"NL"},
           .mapped_by = "--region",
           .as_of = "",
           .alternatives = {}}};
}

std::string Table(const std::vector<ZoneRow>& rows) {
  return ZonesTable(rows, Board(), "electricity-maps");
}

json::object Json(const std::vector<ZoneRow>& rows, size_t row) {
  const auto value = json::parse(ZonesJson(rows, Board(), "electricity-maps"));
  return value.at("zones").at(row).as_object();
}

TEST(ZonesReport, ShowsEachRegionAndWhoSaysWhereItLies) {
  EXPECT_EQ(
      Table(Rows()),
      "REGION      NODES  ZONE        KIND               G/KWH  24H LOW (UTC)  RUNG   AGE  SOURCE\n"
      "us-west-2   4      US-NW-PACW  average-lifecycle  300    200 at 12:00   fresh  0s   "
      "electricity-maps\n"
      "westeurope  2      NL          average-lifecycle  300    200 at 12:00   fresh  0s   "
      "electricity-maps\n"
      "\n"
      "REGION      SOURCE            AS OF       OTHERS SAY\n"
      "us-west-2   electricity-maps  2026-08-21  US-NW-BPAT (real-time-cloud, 2026-08-18)\n"
      "westeurope  --region          -           -\n"
      "\n"
      "where others say otherwise, the choice is yours: --region REGION=ZONE\n");
}

TEST(ZonesReport, FitsATerminalOf120Columns) {
  auto rows = Rows();
  rows[0].region = "northamerica-northeast2";
  rows[0].nodes = 1000;
  for (const std::string_view line : Split(Table(rows), '\n')) {
    EXPECT_LE(line.size(), 120U) << line;
  }
}

TEST(ZonesReport, SaysNothingOfAlternativesWhereThereAreNone) {
  auto rows = Rows();
  rows[0].alternatives.clear();
  EXPECT_THAT(Table(rows), Not(HasSubstr("otherwise")));
}

TEST(ZonesReport, ARegionThatTheProviderHasNoNameForIsUnknownAndSaysWhatToDo) {
  const std::vector<ZoneRow> rows = {
      {.region = "moon-1", .nodes = 1, .zone = {}, .mapped_by = {}, .as_of = {}}};
  const std::string why =
      "what electricity-maps calls its zone is not known: --region moon-1=ZONE, or a table "
      "(--regions)";
  EXPECT_THAT(Table(rows), HasSubstr("\nmoon-1: " + why + "\n"));
  EXPECT_EQ(Json(rows, 0).at("unknown"), json::value(why));
  EXPECT_TRUE(Json(rows, 0).at("g_per_kwh").is_null());
}

TEST(ZonesReport, ZonesByNameHaveNoMapping) {
  const std::vector<ZoneRow> rows = {
      {.region = {}, .nodes = 0, .zone = {"NL"}, .mapped_by = {}, .as_of = {}},
      {.region = {}, .nodes = 0, .zone = {"FR"}, .mapped_by = {}, .as_of = {}}};
  EXPECT_THAT(Table(rows), Not(HasSubstr("OTHERS SAY")));
  EXPECT_THAT(Table(rows), HasSubstr("\n\nzone FR: no reading yet\n"));
}

TEST(ZonesReport, JsonTellsTheMappingWithItsSourceAndTheOtherAnswers) {
  const json::object row = Json(Rows(), 0);
  EXPECT_EQ(row.at("zone"), "US-NW-PACW");
  EXPECT_EQ(row.at("mapped_by"), "electricity-maps");
  EXPECT_EQ(row.at("mapped_as_of"), "2026-08-21");
  EXPECT_EQ(json::serialize(row.at("alternatives")),
            R"([{"zone":"US-NW-BPAT","source":"real-time-cloud","as_of":"2026-08-18"}])");
  EXPECT_EQ(row.at("g_per_kwh"), 300.0);
  EXPECT_FALSE(row.contains("provider_says")) << "it was not asked";
  EXPECT_TRUE(Json(Rows(), 1).at("mapped_as_of").is_null());
}

TEST(ZonesReport, AYearlyMeanHasNeitherAnAgeNorAnHourThatIsCleanest) {
  std::map<grid::ZoneId, grid::ZoneRecord> records;
  grid::ZoneRecord record({"NL"}, grid::SignalKind::average_lifecycle);
  record.SetYearlyMean({GramsPerKwh(381), "carboncast 2021"});
  records.emplace(grid::ZoneId{"NL"}, std::move(record));
  const auto board = grid::Board::Of(records, kNow, {});
  const std::vector<ZoneRow> rows = {Rows()[1]};
  EXPECT_THAT(ZonesTable(rows, board, "electricity-maps"),
              HasSubstr("  381    -              static-factor  -    carboncast 2021\n"));
  const auto row = json::parse(ZonesJson(rows, board, "electricity-maps")).at("zones").at(0);
  EXPECT_TRUE(row.at("fetched_at").is_null());
  EXPECT_FALSE(row.as_object().contains("low_24h"));
}

// ---- --check-map

TEST(ZonesReport, ShowsWhereTheProviderSaysOtherwise) {
  auto rows = Rows();
  rows[0].located = feeds::Located{.zone = grid::ZoneId{"US-NW-BPAT"}};
  rows[1].located = feeds::Located{.zone = grid::ZoneId{"NL"}};
  EXPECT_THAT(Table(rows),
              HasSubstr("REGION      SOURCE            AS OF       PROVIDER         OTHERS SAY\n"
                        "us-west-2   electricity-maps  2026-08-21  says US-NW-BPAT  US-NW-BPAT "
                        "(real-time-cloud, 2026-08-18)\n"
                        "westeurope  --region          -           agrees           -\n"
                        "\n"
                        "us-west-2: electricity-maps itself answers for US-NW-BPAT "
                        "(--region us-west-2=US-NW-BPAT)\n"));
  EXPECT_EQ(json::serialize(Json(rows, 0).at("provider_says")),
            R"({"zone":"US-NW-BPAT","agrees":false})");
  EXPECT_EQ(json::serialize(Json(rows, 1).at("provider_says")), R"({"zone":"NL","agrees":true})");
}

TEST(ZonesReport, ShowsWhichRegionCouldNotBeChecked) {
  auto rows = Rows();
  rows[0].located = feeds::Located{.failure = feeds::Failure{.error = Unavailable("HTTP 500")}};
  rows[1].located = feeds::Located{.zone = grid::ZoneId{"NL"}};
  EXPECT_THAT(Table(rows), HasSubstr("2026-08-21  no answer  US-NW-BPAT"));
  EXPECT_THAT(Table(rows), HasSubstr("\nus-west-2: not checked: HTTP 500\n"));
  EXPECT_EQ(json::serialize(Json(rows, 0).at("provider_says")), R"({"error":"HTTP 500"})");
}

TEST(ZonesReport, AFailureOfTheProviderIsToldOnce) {
  auto rows = Rows();
  for (ZoneRow& row : rows) {
    row.located =
        feeds::Located{.failure = feeds::Failure{.error = Invalid("eia cannot be asked"),
                                                 .scope = feeds::Failure::Scope::provider}};
  }
  const std::string text = Table(rows);
  const std::string note = "\nthe map was not checked: eia cannot be asked\n";
  EXPECT_THAT(text, HasSubstr(note));
  EXPECT_EQ(text.find("eia cannot be asked"), text.rfind("eia cannot be asked"));
}

}  // namespace
}  // namespace carbon::app
