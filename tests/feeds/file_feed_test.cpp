// SPDX-License-Identifier: Apache-2.0
#include "feeds/file_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "feeds/fixture.h"
#include "support/fake_clock.h"
#include "support/gzip.h"
#include "support/temp_dir.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

const grid::ZoneId kGermany{"DE"};
const Time kNow = *ParseTime("2026-03-29T01:10:00Z");

Time At(const char* text) { return *ParseTime(text); }

/// Germany's clocks go forward at 01:00Z: 01:00+01:00, 03:00+02:00 and 04:00+02:00 are neighbours.
const std::string kRows =
    "2026-03-29T01:00:00+01:00,100\n"
    "2026-03-29T03:00:00+02:00,110\n"
    "2026-03-29T04:00:00+02:00,120\n"
    "2026-03-29T05:00:00+02:00,\n"
    "2026-03-29T06:00:00+02:00,140\n";
const std::string kCsv = "time,g_per_kwh\n" + kRows;

/// A feed over a folder of its own.
class FileFeedTest : public testing::Test {
 protected:
  void SetUp() override { MakeFeed({.base_url = folder_}); }

  void MakeFeed(const FeedSettings& settings) {
    auto feed = MakeFileFeed(settings, clock_);
    ASSERT_TRUE(feed) << feed.error().message;
    feed_ = *std::move(feed);
  }

  /// Writes a file that was last changed at `changed`.
  void Put(const std::string& name, const std::string& text, Time changed = kNow - hours(2)) {
    const std::string path = dir_.Write(name, text);
    std::filesystem::last_write_time(path, std::chrono::file_clock::from_sys(changed));
  }

  Answer Read(const grid::ZoneId& zone = kGermany) { return feed_->Read(zone, nullptr, {}); }

  net::FakeClock clock_{kNow};
  const TempDir dir_;
  const std::string folder_ = dir_.Path(".");
  std::unique_ptr<Feed> feed_;
};

TEST_F(FileFeedTest, TellsPastPresentAndFutureOfOneFile) {
  Put("DE.csv", kCsv);
  const Answer answer = Read();
  ASSERT_TRUE(answer.reading);
  EXPECT_FALSE(answer.failure);
  const grid::ZoneReading& reading = *answer.reading;
  EXPECT_EQ(reading.zone, kGermany);
  EXPECT_EQ(reading.source, "file");
  EXPECT_EQ(reading.fetched_at, kNow);
  EXPECT_EQ(reading.latest,
            (grid::Observation{
                .at = At("2026-03-29T01:00Z"), .step = hours(1), .intensity = GramsPerKwh(110)}));
  EXPECT_EQ(reading.history, grid::Series(At("2026-03-29T00:00Z"), hours(1), {100, 110}));
  ASSERT_TRUE(reading.forecast);
  EXPECT_EQ(reading.forecast->issued_at, kNow - hours(2));
  EXPECT_EQ(reading.forecast->series, grid::Series(At("2026-03-29T01:00Z"), hours(1),
                                                   {110, 120, grid::Series::kUnknown, 140}));
}

TEST_F(FileFeedTest, ObservesTheNewestKnownStepThatHasBegun) {
  Put("DE.csv", kCsv);
  clock_.Advance(hours(2));
  const Answer gap = Read();
  ASSERT_TRUE(gap.reading);
  EXPECT_EQ(gap.reading->latest->at, At("2026-03-29T02:00Z"));
  clock_.Advance(hours(9));
  const Answer over = Read();
  ASSERT_TRUE(over.reading);
  EXPECT_EQ(over.reading->latest->at, At("2026-03-29T04:00Z"));
  EXPECT_FALSE(over.reading->forecast) << "a forecast of the past is none";
}

TEST_F(FileFeedTest, WasNotIssuedInTheFuture) {
  Put("DE.csv", kCsv, kNow + hours(5));
  EXPECT_EQ(Read().reading->forecast->issued_at, kNow);
}

TEST_F(FileFeedTest, ReadsAFileWhoseRowsAreAllToCome) {
  Put("DE.csv", "time,g_per_kwh\n2026-03-29T02:00:00Z,1\n2026-03-29T03:00:00Z,2\n");
  const Answer answer = Read();
  ASSERT_TRUE(answer.reading);
  EXPECT_FALSE(answer.reading->latest);
  EXPECT_FALSE(answer.reading->history);
  EXPECT_EQ(answer.reading->forecast->series.size(), 2U);
}

TEST_F(FileFeedTest, BoundsTheForecastByTheHorizon) {
  MakeFeed({.base_url = folder_ + "/", .horizon_hours = 1});
  Put("DE.csv", kCsv);
  EXPECT_EQ(Read().reading->forecast->series,
            grid::Series(At("2026-03-29T01:00Z"), hours(1), {110, 120}));
}

TEST_F(FileFeedTest, TakesTheNewestIssueOfAForecastFile) {
  Put("DE.csv", kCsv);
  const std::string header = "issued_at,time,g_per_kwh\n";
  const std::string old =
      "2026-03-28T00:00:00Z,2026-03-29T01:00:00Z,1\n2026-03-28T00:00:00Z,2026-03-29T02:00:00Z,2\n";
  const std::string newest =
      "2026-03-29T01:00:00Z,2026-03-29T01:00:00Z,3\n2026-03-29T01:00:00Z,2026-03-29T02:00:00Z,4\n";
  const std::string to_come = "2026-03-29T02:00:00Z,2026-03-29T02:00:00Z,5\n";
  Put("DE.forecast.csv", header + old + newest + to_come);
  const Answer answer = Read();
  ASSERT_TRUE(answer.reading);
  EXPECT_EQ(answer.reading->latest->intensity, GramsPerKwh(110));
  EXPECT_EQ(answer.reading->forecast,
            (grid::Forecast{At("2026-03-29T01:00Z"),
                            grid::Series(At("2026-03-29T01:00Z"), hours(1), {3, 4})}));
  Put("DE.forecast.csv", header + to_come);
  EXPECT_FALSE(Read().reading->forecast) << "no issue until now: nobody had a forecast";
  Put("DE.forecast.csv", "nonsense");
  const Answer broken = Read();
  ASSERT_TRUE(broken.reading && broken.failure);
  EXPECT_FALSE(broken.reading->forecast);
  EXPECT_THAT(broken.failure->error.message, HasSubstr("DE.forecast.csv"));
}

TEST_F(FileFeedTest, ReadsJsonAsElectricityMapsTellsIt) {
  for (const char* member : {"data", "forecast"}) {
    Put("DE.json",
        R"({"zone":"DE",")" + std::string(member) +
            R"(":[)"
            R"({"datetime":"2026-03-29T02:00:00Z","carbonIntensity":120},)"
            R"({"datetime":"2026-03-29T01:00:00.000Z","carbonIntensity":110,"zone":"DE"},)"
            R"({"datetime":"2026-03-29T03:00:00Z","carbonIntensity":null}]})",
        kNow - minutes(member[0]));
    const Answer answer = Read();
    ASSERT_TRUE(answer.reading) << answer.failure->error.message;
    EXPECT_EQ(answer.reading->latest->intensity, GramsPerKwh(110));
    EXPECT_EQ(answer.reading->forecast->series.size(), 3U);
  }
}

TEST_F(FileFeedTest, PrefersCsvToJson) {
  Put("DE.json", "nonsense");
  Put("DE.csv", kCsv);
  EXPECT_FALSE(Read().failure);
}

TEST_F(FileFeedTest, UnpacksGzip) {
  Put("DE.csv.gz", Gzip(kCsv));
  EXPECT_EQ(Read().reading->latest->intensity, GramsPerKwh(110));
}

TEST_F(FileFeedTest, ReadsAgainOnlyWhatHasChanged) {
  Put("DE.csv", "time,g_per_kwh\n2026-03-29T01:00:00Z,1\n");
  EXPECT_EQ(Read().reading->latest->intensity, GramsPerKwh(1));
  Put("DE.csv", "time,g_per_kwh\n2026-03-29T01:00:00Z,2\n");
  EXPECT_EQ(Read().reading->latest->intensity, GramsPerKwh(1)) << "same size, same time of change";
  Put("DE.csv", "time,g_per_kwh\n2026-03-29T01:00:00Z,3\n", kNow - hours(1));
  EXPECT_EQ(Read().reading->latest->intensity, GramsPerKwh(3));
  Put("DE.csv", "time,g_per_kwh\n2026-03-29T01:00:00Z,44\n", kNow - hours(1));
  EXPECT_EQ(Read().reading->latest->intensity, GramsPerKwh(44));
  std::filesystem::remove(folder_ + "/DE.csv");
  EXPECT_EQ(Read().failure->error.kind, Error::Kind::not_found);
}

TEST_F(FileFeedTest, SaysWhatIsMissing) {
  const Answer answer = Read({"FR"});
  ASSERT_TRUE(answer.failure);
  EXPECT_FALSE(answer.reading);
  EXPECT_EQ(answer.failure->scope, Failure::Scope::zone);
  EXPECT_EQ(answer.failure->error.message, "there is no FR.csv, .csv.gz or .json in " + folder_);
}

TEST_F(FileFeedTest, RefusesBadFilesAndSaysWhy) {
  const std::vector<std::pair<std::string, const char*>> csv = {
      {"", "DE.csv"},
      {"<html>", "the header has no column 'time'"},
      {"time,g_per_kwh\n", "no rows below the header"},
      {"time,g_per_kwh\n2026-03-29T01:00:00,1\n", "is not an RFC 3339 time"},
      {"time,g_per_kwh\n2026-03-29T01:00:00Z,-1\n", "is not a number >= 0"},
      {"time,g_per_kwh\n2026-03-29T01:00:00Z,nan\n", "is not a number >= 0"},
      {"time,g_per_kwh\n2026-03-29T01:00:00Z,1e308\n", "above 10000 g/kWh"},
      {"time,g_per_kwh\n2026-03-29T01:00:00Z,1\n2026-03-29T01:00:00Z,2\n", "time stands twice"},
      {"time,g_per_kwh\n2026-03-29T02:00:00Z,1\n2026-03-29T01:00:00Z,2\n", "before the row above"},
      {"time,g_per_kwh\n2026-03-29T01:00:00Z,\n", "holds no known value"},
  };
  for (size_t i = 0; i < csv.size(); ++i) {
    Put("DE.csv", csv[i].first, kNow - minutes(i));
    const Answer answer = Read();
    ASSERT_TRUE(answer.failure) << csv[i].first;
    EXPECT_FALSE(answer.reading) << csv[i].first;
    EXPECT_THAT(answer.failure->error.message, HasSubstr(csv[i].second));
  }
}

TEST(ParseZoneJson, ReadsTheCapturedRowsOfElectricityMaps) {
  struct Rows {
    const char* file;
    const char* zone;
    const char* start;
    std::vector<double> values;
  };
  const std::vector<Rows> table = {
      {"aioelectricitymaps_carbon_intensity_history.json",
       "DE",
       "2024-03-05T20:00Z",
       {599, 607, 599, 606, 623, 636, 628, 633, 641, 635, 632, 616,
        583, 541, 511, 492, 503, 526, 563, 613, 627, 633, 663, 689}},
      {"zeus_history_US-MIDW-MISO.json",
       "US-MIDW-MISO",
       "2024-11-30T06:00Z",
       {501, 419, 416, 419, 431, 439, 447, 456, 444, 427, 427, 429,
        430, 426, 426, 444, 476, 479, 532, 530, 524, 515, 507, 494}},
      {"if-electricitymaps_past-range-response.json", "DK-DK2", "2024-03-18T02:00Z", {161, 167}},
  };
  for (const Rows& rows : table) {
    const auto series = ParseZoneJson(Fixture(rows.file), {rows.zone});
    ASSERT_TRUE(series) << rows.file << ": " << series.error().message;
    EXPECT_EQ(*series, grid::Series(*ParseTime(rows.start), hours(1), rows.values)) << rows.file;
  }
}

TEST(ParseZoneJson, RefusesBadBodiesAndSaysWhy) {
  const auto rows = [](const std::string& inner) {
    return R"({"zone":"DE","data":[)" + inner + "]}";
  };
  const std::vector<std::pair<std::string, const char*>> table = {
      {"", "not a JSON object"},
      {"<html>", "not a JSON object"},
      {rows("{}").substr(0, 20), "not a JSON object"},
      {R"({"zone":"FR","data":[]})", "zone is 'FR', not 'DE' as asked"},
      {R"({"zone":"DE"})", "neither data nor forecast"},
      {rows(""), "no known value"},
      {rows("1"), "a row is not an object"},
      {rows("{}"), "datetime: absent"},
      {rows(R"({"datetime":"2026-03-29T01:00Z","carbonIntensity":"1"})"), "is not an intensity"},
      {rows(R"({"datetime":"2026-03-29T01:00Z","carbonIntensity":1e308})"), "is not an intensity"},
      {rows(R"({"datetime":"2026-03-29T01:00Z","carbonIntensity":1},)"
            R"({"datetime":"2026-03-29T01:00Z","carbonIntensity":2})"),
       "two different values"},
  };
  for (const auto& [body, why] : table) {
    const auto series = ParseZoneJson(body, kGermany);
    ASSERT_FALSE(series) << body;
    EXPECT_THAT(series.error().message, HasSubstr(why)) << body;
  }
}

TEST_F(FileFeedTest, StaysInItsFolder) {
  Put("secret.csv", kCsv);
  std::filesystem::create_directory(folder_ + "/inner");
  MakeFeed({.base_url = "file://" + folder_ + "/inner"});
  for (const char* name : {"../secret", "/secret", "..", ".", "", "a/b", "a\\b", ".hidden", "a b",
                           "DE.forecast", "a\nb"}) {
    EXPECT_EQ(CheckZoneName({name}).error().kind, Error::Kind::invalid) << name;
    const Answer answer = Read({name});
    ASSERT_TRUE(answer.failure) << name;
    EXPECT_FALSE(answer.reading) << name;
    EXPECT_EQ(answer.failure->error.kind, Error::Kind::invalid) << name;
  }
  for (const char* name : {"DE", "US-CAL-CISO", "GB-13", "PJM_DC", "eastus"}) {
    EXPECT_TRUE(CheckZoneName({name})) << name;
  }
}

TEST(MakeFileFeed, NeedsAFolder) {
  const net::FakeClock clock(kNow);
  for (const char* url : {"", "https://example.com/x", "file://"}) {
    EXPECT_THAT(MakeFileFeed({.base_url = url}, clock).error().message,
                HasSubstr("file needs a folder as its base URL"))
        << url;
  }
  EXPECT_FALSE(MakeFileFeed({.base_url = "folder", .horizon_hours = 0}, clock));
}

}  // namespace
}  // namespace carbon::feeds
