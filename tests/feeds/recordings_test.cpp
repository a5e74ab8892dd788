// SPDX-License-Identifier: Apache-2.0
#include "feeds/recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace carbon::feeds {
namespace {

using grid::SignalKind;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string kData = std::string(CARBON_SOURCE_DIR) + "/data";

/// A file in the test's own folder.
std::string Write(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

TEST(ParseRecordingFlag, ReadsZoneAndFiles) {
  EXPECT_EQ(*ParseRecordingFlag("DE=a.csv.gz", SignalKind::average_direct),
            (RecordingFiles{{"DE"}, SignalKind::average_direct, "a.csv.gz", ""}));
  EXPECT_EQ(*ParseRecordingFlag("US-CAL-CISO=a.csv,b.csv", SignalKind::average_lifecycle),
            (RecordingFiles{{"US-CAL-CISO"}, SignalKind::average_lifecycle, "a.csv", "b.csv"}));
}

TEST(ParseRecordingFlag, RefusesTheRest) {
  for (const char* text : {"", "DE", "DE=", "=a.csv", "DE=,b.csv", "DE=a.csv,", "DE=a,b,c"}) {
    const auto flag = ParseRecordingFlag(text, SignalKind::average_direct);
    ASSERT_FALSE(flag) << text;
    EXPECT_EQ(flag.error().kind, Error::Kind::invalid);
    EXPECT_THAT(flag.error().message, EndsWith("is not ZONE=ACTUAL.csv.gz[,FORECAST.csv.gz]"));
  }
}

TEST(LoadRecordings, ReadsTheRepositorysData) {
  const auto files = RecordingsBelow(kData);
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 10U);
  const auto recordings = LoadRecordings({files->at(0), files->at(1)});
  ASSERT_TRUE(recordings) << recordings.error().message;
  const RecordedGrid grid(*recordings, "");
  EXPECT_EQ(grid.Zones(), std::set<grid::ZoneId>{{"US-NW-BPAT"}});
  auto request = net::ParseTarget("/v3/carbon-intensity/forecast?zone=US-NW-BPAT&horizonHours=72");
  request->method = "GET";
  const auto response = grid.Answer(*request, *ParseTime("2021-07-01T00:10:00Z"));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body,
              HasSubstr(R"({"carbonIntensity":52,"datetime":"2021-07-01T00:00:00.000Z"})"));
  EXPECT_THAT(response.body, EndsWith(R"("updatedAt":"2021-07-01T00:00:00.000Z"})"));
}

TEST(LoadRecordings, SaysWhichFileIsAtFault) {
  const auto load = [](const std::string& actual, const std::string& forecast) {
    return LoadRecordings({{{"DE"}, SignalKind::average_direct, actual, forecast}}).error();
  };
  const std::string good = Write("good.csv", "time,g_per_kwh\n2021-08-01T00:00Z,5\n");
  const std::string bad = Write("bad.csv", "time,g_per_kwh\n2021-08-01T00:00Z,-5\n");
  EXPECT_THAT(load("/nowhere/a.csv", "").message, HasSubstr("/nowhere/a.csv"));
  EXPECT_THAT(load(bad, "").message, HasSubstr("bad.csv:2: g_per_kwh '-5'"));
  EXPECT_THAT(load(good, good).message, HasSubstr("issued_at"));
  EXPECT_EQ(load(good, good).kind, Error::Kind::invalid);
  const RecordingFiles entry{{"DE"}, SignalKind::average_direct, good, ""};
  EXPECT_EQ(LoadRecordings({entry, entry}).error(),
            Invalid("zone DE is recorded twice as average-direct"));
  EXPECT_THAT(RecordingsBelow("/nowhere").error().message, HasSubstr("/nowhere/carbon/zones.csv"));
}

}  // namespace
}  // namespace carbon::feeds
