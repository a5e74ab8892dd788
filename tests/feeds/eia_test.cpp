// SPDX-License-Identifier: Apache-2.0
#include "feeds/eia.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/fixture.h"

namespace carbon::feeds {
namespace {

using eia::ParseFuelMix;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kLifecycle = grid::SignalKind::average_lifecycle;
constexpr auto kDirect = grid::SignalKind::average_direct;
const grid::ZoneId kPjm{"PJM"};

Time At(const char* text) { return *ParseTime(text); }

/// A row of an answer; `value` is JSON.
std::string Row(const std::string& period, const char* fuel, const std::string& value,
                const std::string& respondent = "PJM") {
  return R"({"period":")" + period + R"(","respondent":")" + respondent + R"(","fueltype":")" +
         fuel + R"(","value":)" + value + R"(,"value-units":"megawatthours"})";
}

std::string Body(const std::vector<std::string>& rows) {
  std::string body;
  for (const std::string& row : rows) {
    body += (body.empty() ? "" : ",") + row;
  }
  return R"({"response":{"total":1,"data":[)" + body + "]}}";
}

/// Four hours of coal and wind in equal parts.
std::vector<std::string> FourHours() {
  std::vector<std::string> rows;
  for (const char* hour : {"18", "17", "16", "15"}) {
    rows.push_back(Row(std::string("2026-11-23T") + hour, "COL", "\"100\""));
    rows.push_back(Row(std::string("2026-11-23T") + hour, "WND", "100"));
  }
  return rows;
}

// ---- Arithmetic

constexpr std::array<const char*, 8> kFuels = {"WND", "SUN", "WAT", "OIL",
                                               "NG",  "COL", "NUC", "OTH"};

/// An hour of the recording: MWh by fuel, and the intensity that came with it.
struct Hour {
  std::string respondent;
  Time at;
  std::map<std::string, double> energy;
  double mean = 0;

  double Total() const {
    double total = 0;
    for (const auto& [fuel, mwh] : energy) {
      total += mwh;
    }
    return total;
  }
};

std::vector<Hour> Recording() {
  const std::string text = Fixture("eia", "eia930_2022.csv");
  std::vector<std::string_view> columns = {"respondent", "time", "avg_CI"};
  columns.insert(columns.end(), kFuels.begin(), kFuels.end());
  const auto table = CsvTable::Parse(text, "eia930_2022.csv", columns);
  std::vector<Hour> recording;
  for (size_t row = 0; table && row < table->size(); ++row) {
    Hour hour{.respondent = std::string(table->Field(row, 0)),
              .at = *ParseTime(table->Field(row, 1)),
              .energy = {},
              .mean = *ParseDouble(table->Field(row, 2))};
    for (size_t i = 0; i < kFuels.size(); ++i) {
      hour.energy[kFuels.at(i)] = *ParseDouble(table->Field(row, 3 + i));
    }
    recording.push_back(std::move(hour));
  }
  return recording;
}

/// The intensities that came with the recording are reproduced to the last digit by our factors
/// for life cycles with two exceptions: solar at 41 instead of 45 and other fuels at 230, as
/// biomass, instead of 700, as unknown. So ours are higher by the shares of these two, and by
/// nothing else: up to 17 g/kWh in these hours.
TEST(EiaFactors, DifferFromAPublishedIntensityInTwoFuelsOnly) {
  const auto recording = Recording();
  ASSERT_EQ(recording.size(), 12U);
  for (const Hour& hour : recording) {
    double ours = 0;
    for (const auto& [fuel, mwh] : hour.energy) {
      ours += mwh * eia::FactorOf(fuel, kLifecycle)->value();
    }
    ours /= hour.Total();
    const double more =
        (hour.energy.at("SUN") * (45 - 41) + hour.energy.at("OTH") * (700 - 230)) / hour.Total();
    EXPECT_NEAR(ours - more, hour.mean, 1e-9) << hour.respondent << FormatTime(hour.at);
    EXPECT_LT(more, 17) << hour.respondent << FormatTime(hour.at);
  }
}

TEST(ParseFuelMix, WeighsTheRecordingsFuels) {
  std::map<std::string, std::vector<Hour>> by_respondent;
  for (const Hour& hour : Recording()) {
    by_respondent[hour.respondent].push_back(hour);
  }
  ASSERT_EQ(by_respondent.size(), 4U);
  for (const auto& [respondent, hours_of_it] : by_respondent) {
    std::vector<std::string> rows;
    for (const Hour& hour : hours_of_it) {
      for (const auto& [fuel, mwh] : hour.energy) {
        rows.push_back(Row(FormatTime(hour.at + hours(1)).substr(0, 13), fuel.c_str(),
                           Fixed(mwh, 0), respondent));
      }
    }
    const auto series = ParseFuelMix(Body(rows), {respondent}, kLifecycle);
    ASSERT_TRUE(series) << series.error().message;
    for (const Hour& hour : hours_of_it) {
      const auto value = series->At(hour.at);
      ASSERT_TRUE(value) << respondent << FormatTime(hour.at);
      EXPECT_NEAR(value->value(), hour.mean, 17) << respondent << FormatTime(hour.at);
    }
  }
}

TEST(EiaFactors, TreatStorageAndUnknownFuelsCautiously) {
  EXPECT_EQ(eia::FactorOf("COL", kDirect), GramsPerKwh(760));
  EXPECT_EQ(eia::FactorOf("NUC", kDirect), GramsPerKwh(0));
  EXPECT_EQ(eia::FactorOf("BAT", kLifecycle), GramsPerKwh(358));
  EXPECT_EQ(eia::FactorOf("BAT", kDirect), std::nullopt);
  EXPECT_EQ(eia::FactorOf("XYZ", kLifecycle), GramsPerKwh(700));
  EXPECT_EQ(eia::FactorOf("XYZ", kDirect), GramsPerKwh(575));
  EXPECT_EQ(eia::FactorOf("COL", grid::SignalKind::marginal), std::nullopt);
}

// ---- Hours

TEST(ParseFuelMix, TakesPeriodsForTheEndsOfHours) {
  const auto series = ParseFuelMix(Body(FourHours()), kPjm, kLifecycle);
  ASSERT_TRUE(series) << series.error().message;
  const double mean = (820 + 11) / 2.0;
  EXPECT_EQ(*series, grid::Series(At("2026-11-23T14:00Z"), hours(1), {mean, mean, mean, mean}));
  EXPECT_EQ(ParseFuelMix(Body(FourHours()), kPjm, kDirect)->Value(0), GramsPerKwh(380));
}

TEST(ParseFuelMix, LeavesAnHourUnknownWhoseUsualFuelsAreNotAllThere) {
  auto rows = FourHours();
  rows[0] = Row("2026-11-23T18", "COL", "null");
  rows.push_back(Row("2026-11-23T19", "WND", "100"));
  rows.push_back(Row("2026-11-23T16", "OIL", "50"));  // unusual: it may be absent elsewhere
  const auto series = ParseFuelMix(Body(rows), kPjm, kLifecycle);
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->size(), 5U);
  EXPECT_EQ(series->UnknownSteps(), 2U);
  EXPECT_EQ(series->At(At("2026-11-23T15:00Z")),
            GramsPerKwh((100 * 820 + 100 * 11 + 50 * 650) / 250.0));
  EXPECT_FALSE(series->At(At("2026-11-23T17:00Z"))) << "no coal told";
  EXPECT_FALSE(series->At(At("2026-11-23T18:00Z"))) << "the newest hour is half there";
}

TEST(ParseFuelMix, CountsChargingAsNoGenerationAndLeavesStorageOutOfDirectEmissions) {
  auto rows = FourHours();
  for (const char* hour : {"18", "17", "16", "15"}) {
    rows.push_back(Row(std::string("2026-11-23T") + hour, "BAT", hour[1] == '8' ? "50" : "-50"));
  }
  const auto lifecycle = ParseFuelMix(Body(rows), kPjm, kLifecycle);
  ASSERT_TRUE(lifecycle) << lifecycle.error().message;
  EXPECT_EQ(lifecycle->At(At("2026-11-23T16:00Z")), GramsPerKwh((820 + 11) / 2.0));
  EXPECT_EQ(lifecycle->At(At("2026-11-23T17:00Z")),
            GramsPerKwh((100 * 820 + 100 * 11 + 50 * 358) / 250.0));
  EXPECT_EQ(ParseFuelMix(Body(rows), kPjm, kDirect)->At(At("2026-11-23T17:00Z")), GramsPerKwh(380));
}

TEST(ParseFuelMix, KnowsNothingOfTooFewHoursOrNoGeneration) {
  auto rows = FourHours();
  rows.resize(4);
  std::vector<std::string> idle;
  for (const char* hour : {"18", "17", "16"}) {
    idle.push_back(Row(std::string("2026-11-23T") + hour, "WND", "0"));
  }
  for (const std::string& body : {Body(rows), Body(idle), Body({})}) {
    const auto series = ParseFuelMix(body, kPjm, kLifecycle);
    ASSERT_FALSE(series) << body;
    EXPECT_EQ(series.error().kind, Error::Kind::not_found);
  }
}

TEST(ParseFuelMix, TakesARowTwiceInAnyOrder) {
  auto rows = FourHours();
  rows.push_back(rows.front());
  std::swap(rows[0], rows[5]);
  EXPECT_EQ(*ParseFuelMix(Body(rows), kPjm, kLifecycle),
            *ParseFuelMix(Body(FourHours()), kPjm, kLifecycle));
}

TEST(ParseFuelMix, RefusesBadBodiesAndSaysWhy) {
  const auto with = [](const std::string& row) {
    auto rows = FourHours();
    rows.push_back(row);
    return Body(rows);
  };
  const std::vector<std::pair<std::string, const char*>> table = {
      {"", "not a JSON object"},
      {"<html>", "not a JSON object"},
      {Body(FourHours()).substr(0, 300), "not a JSON object"},
      {"{}", "holds no response.data"},
      {R"({"response":{"data":{}}})", "holds no response.data"},
      {R"({"error":"Something broke.","code":500})", "no response.data: 'Something broke.'"},
      {with("1"), "a row is not an object"},
      {with(Row("2026-11-23T18", "NG", "1", "CISO")), "respondent is 'CISO', not 'PJM' as asked"},
      {with(
           R"({"period":"2026-11-23T18","fueltype":"NG","value":1,"value-units":"gigawatthours"})"),
       "value-units is 'gigawatthours'"},
      {with(R"({"period":"2026-11-23T18","value":1})"), "names no fueltype"},
      {with(Row("2026-11-23", "NG", "1")), "period '2026-11-23' is not an hour"},
      {with(Row("2026-11-23T18-05:00", "NG", "1")), "period '2026-11-23T18-05:00' is not an hour"},
      {with(Row("2026-11-23T24", "NG", "1")), "is not an hour"},
      {with(R"({"period":20261123,"fueltype":"NG","value":1})"), "period '' is not an hour"},
      {with(Row("2026-11-23T18", "NG", "\"NaN\"")), "17:00:00Z: value \"NaN\" is not"},
      {with(Row("2026-11-23T18", "NG", "NaN")), "not a JSON object"},
      {with(Row("2026-11-23T18", "NG", "\"\"")), "is not a generation"},
      {with(Row("2026-11-23T18", "NG", "1e308")), "value 1E308 is not a generation"},
      {with(Row("2026-11-23T18", "NG", "true")), "value true is not a generation"},
      {with(Row("2026-11-23T18", "COL", "101")), "two different values of COL for"},
      {with(Row("1999-11-23T18", "COL", "101")), "too many steps"},
  };
  for (const auto& [body, why] : table) {
    const auto series = ParseFuelMix(body, kPjm, kLifecycle);
    ASSERT_FALSE(series) << body;
    EXPECT_EQ(series.error().kind, Error::Kind::unavailable) << body;
    EXPECT_THAT(series.error().message, HasSubstr(why)) << body;
  }
}

// ---- Protocol

TEST(MakeEia, RefusesWrongSettings) {
  EXPECT_EQ(MakeEia({.token = "k", .kind = grid::SignalKind::marginal}).error(),
            Invalid("eia has no marginal signal; use lifecycle or direct"));
  EXPECT_EQ(MakeEia({}).error(), Invalid("eia needs an API key as its token"));
  EXPECT_THAT(MakeEia({.token = "geheim key"}).error().message,
              testing::AllOf(HasSubstr("holds a blank"), Not(HasSubstr("geheim"))));
}

TEST(MakeEia, AsksForTheMixAndTellsHistoryAndAnEstimate) {
  const auto protocol = *MakeEia({.token = "k&y"});
  const Time now = At("2026-11-23T20:10Z");
  const auto queries = protocol->Queries(kPjm, nullptr, now, "");
  ASSERT_EQ(queries.size(), 1U);
  EXPECT_EQ(queries[0].url,
            "https://api.eia.gov/v2/electricity/rto/fuel-type-data/data/?frequency=hourly"
            "&data%5B0%5D=value&facets%5Brespondent%5D%5B%5D=PJM&sort%5B0%5D%5Bcolumn%5D=period"
            "&sort%5B0%5D%5Bdirection%5D=desc&length=600&api_key=k%26y");
  auto rows = FourHours();
  rows[0] = Row("2026-11-23T18", "COL", "null");
  grid::ZoneReading reading{.zone = kPjm, .fetched_at = now};
  ASSERT_TRUE(queries[0].read(Body(rows), reading));
  EXPECT_EQ(reading.latest, (grid::Observation{.at = At("2026-11-23T16:00Z"),
                                               .step = hours(1),
                                               .intensity = GramsPerKwh((820 + 11) / 2.0),
                                               .estimated = true}));
  ASSERT_TRUE(reading.history);
  EXPECT_EQ(reading.history->size(), 4U);
  EXPECT_FALSE(reading.forecast);
  EXPECT_TRUE(protocol->Queries(kPjm, &reading, now + minutes(14), "").empty());
  EXPECT_EQ(protocol->Queries(kPjm, &reading, now + minutes(15), "").size(), 1U);
}

}  // namespace
}  // namespace carbon::feeds
