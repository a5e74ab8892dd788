// SPDX-License-Identifier: Apache-2.0
#include "feeds/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "support/temp_dir.h"

namespace carbon::feeds {
namespace {

using std::chrono::days;
using std::chrono::hours;
using ::testing::HasSubstr;

constexpr auto kLifecycle = grid::SignalKind::average_lifecycle;
const Time kNow = *ParseTime("2021-08-02T00:00:00Z");

grid::ZoneReading Reading(Time at, double intensity) {
  return {.zone = {"DE"},
          .kind = kLifecycle,
          .source = "test",
          .fetched_at = at + Duration(5),
          .latest = grid::Observation{.at = at, .intensity = GramsPerKwh(intensity)},
          .forecast = grid::Forecast{at, grid::Series(at, hours(1),
                                                      {intensity, grid::Series::kUnknown, 7})},
          .history = {}};
}

std::vector<std::pair<grid::ZoneReading, size_t>> All(Archive& archive, const char* zone = "DE",
                                                      grid::SignalKind kind = kLifecycle) {
  std::vector<std::pair<grid::ZoneReading, size_t>> all;
  const Status read = archive.Replay(
      {zone}, kind, [&](const auto& reading, size_t rank) { all.emplace_back(reading, rank); });
  EXPECT_TRUE(read);
  return all;
}

class ArchiveTest : public testing::Test {
 protected:
  std::unique_ptr<Archive> Open() {
    auto archive = Archive::Open(folder_.Path("grid.db"));
    EXPECT_TRUE(archive) << archive.error().message;
    return *std::move(archive);
  }
  TempDir folder_;
};

TEST_F(ArchiveTest, HandsBackWhatWasKeptAfterItWasOpenedAgain) {
  ASSERT_TRUE(Open()->Keep(Reading(kNow, 300), 1));
  const auto archive = Open();
  const auto all = All(*archive);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].second, 1U);
  EXPECT_EQ(all[0].first.latest, Reading(kNow, 300).latest);
  EXPECT_EQ(all[0].first.source, "test");
  EXPECT_EQ(all[0].first.fetched_at, kNow + Duration(5));
  EXPECT_EQ(all[1].first.forecast, Reading(kNow, 300).forecast) << "unknown hours stay unknown";
}

TEST_F(ArchiveTest, KeepsZonesAndKindsApart) {
  const auto archive = Open();
  ASSERT_TRUE(archive->Keep(Reading(kNow, 300), 0));
  EXPECT_TRUE(All(*archive, "SE").empty());
  EXPECT_TRUE(All(*archive, "DE", grid::SignalKind::average_direct).empty());
}

TEST_F(ArchiveTest, ARevisionReplacesAndARepetitionAddsNothing) {
  const auto archive = Open();
  ASSERT_TRUE(archive->Keep(Reading(kNow, 300), 0));
  ASSERT_TRUE(archive->Keep(Reading(kNow, 310), 0));
  const auto all = All(*archive);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].first.latest->intensity, GramsPerKwh(310));
}

TEST_F(ArchiveTest, HandsBackInTheOrderInWhichItCame) {
  const auto archive = Open();
  grid::ZoneReading late = Reading(kNow, 1);
  late.fetched_at = kNow + hours(5);
  ASSERT_TRUE(archive->Keep(late, 0));
  ASSERT_TRUE(archive->Keep(Reading(kNow + hours(1), 2), 0));
  const auto all = All(*archive);
  ASSERT_EQ(all.size(), 4U);
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_LE(all[i - 1].first.fetched_at, all[i].first.fetched_at);
  }
}

TEST_F(ArchiveTest, KeepsAHistoryStepByStep) {
  const auto archive = Open();
  grid::ZoneReading reading = Reading(kNow, 300);
  reading.forecast.reset();
  reading.history = grid::Series(kNow - hours(3), hours(1), {1, grid::Series::kUnknown, 3});
  ASSERT_TRUE(archive->Keep(reading, 0));
  EXPECT_EQ(All(*archive).size(), 3U) << "what is unknown is not kept";
}

TEST_F(ArchiveTest, ForgetsWhatIsTooOldToTeach) {
  const auto archive = Open();
  ASSERT_TRUE(archive->Keep(Reading(kNow - days(36), 1), 0));
  ASSERT_TRUE(archive->Keep(Reading(kNow - days(6), 2), 0));
  ASSERT_TRUE(archive->Keep(Reading(kNow, 3), 0));
  ASSERT_TRUE(archive->Prune(kNow));
  const auto all = All(*archive);
  ASSERT_EQ(all.size(), 3U) << "two observations and the newest forecast";
}

TEST_F(ArchiveTest, AProcessKilledWhileItWritesLosesThatWriteOnly) {
  {
    ASSERT_TRUE(Open()->Keep(Reading(kNow, 300), 0));
  }
  const pid_t child = fork();
  if (child == 0) {
    const auto archive = Archive::Open(folder_.Path("grid.db"));
    for (int hour = 1;; ++hour) {
      if (!archive || !(*archive)->Keep(Reading(kNow + hours(hour), hour), 0)) {
        _exit(1);
      }
    }
  }
  usleep(50'000);
  ASSERT_EQ(kill(child, SIGKILL), 0);
  int state = 0;
  ASSERT_EQ(waitpid(child, &state, 0), child);
  ASSERT_TRUE(WIFSIGNALED(state)) << "it was still writing";
  const auto archive = Open();
  const auto all = All(*archive);
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(all.size() % 2, 0U) << "observation and forecast of a poll are kept together";
  EXPECT_TRUE(archive->Keep(Reading(kNow - hours(1), 9), 0));
}

TEST_F(ArchiveTest, LeavesAFileThatIsNotOursAsItIs) {
  const std::string text = folder_.Write("notes.txt", std::string(4096, 'x'));
  const auto no_database = Archive::Open(text);
  ASSERT_FALSE(no_database);
  EXPECT_THAT(no_database.error().message, HasSubstr("notes.txt"));
  EXPECT_EQ(folder_.Read("notes.txt"), std::string(4096, 'x'));

  sqlite3* foreign = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.Path("other.db").c_str(), &foreign), SQLITE_OK);
  sqlite3_exec(foreign, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr);
  sqlite3_close(foreign);
  const auto another = Archive::Open(folder_.Path("other.db"));
  ASSERT_FALSE(another);
  EXPECT_THAT(another.error().message, HasSubstr("not a grid archive"));
}

TEST_F(ArchiveTest, SaysWhereItCannotWrite) {
  const auto archive = Archive::Open(folder_.Path("absent/grid.db"));
  ASSERT_FALSE(archive);
  EXPECT_EQ(archive.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(archive.error().message, HasSubstr("absent/grid.db"));
}

// ---- The weather

grid::Weather WeatherAt(Time now, std::vector<double> solar, std::vector<double> wind) {
  const Time hour = FloorTo(now, hours(1));
  return {.source = "a service",
          .told_at = now,
          .issued_at = now - hours(2),
          .solar = grid::Series(hour, hours(1), std::move(solar)),
          .wind = grid::Series(hour, hours(1), std::move(wind))};
}

/// "o" for an observation, "f" for a forecast, and the weather, in the order in which they come.
std::vector<grid::Weather> AllWeather(Archive& archive, std::string& order) {
  std::vector<grid::Weather> all;
  const Status read = archive.Replay(
      {"DE"}, kLifecycle, [&](const auto& reading, size_t) { order += reading.latest ? "o" : "f"; },
      [&](const grid::Weather& weather) {
        order += "w";
        all.push_back(weather);
      });
  EXPECT_TRUE(read);
  return all;
}

TEST_F(ArchiveTest, HandsBackTheWeatherAsItWasToldBeforeEachHour) {
  constexpr double kUnknown = grid::Series::kUnknown;
  const Time later = kNow + hours(1) + std::chrono::minutes(5);
  {
    const auto archive = Open();
    ASSERT_TRUE(archive->Keep(Reading(kNow + Duration(1), 300), 0));
    ASSERT_TRUE(
        archive->KeepWeather({"DE"}, WeatherAt(kNow, {0.1, 0.2, 0.3}, {0.5, kUnknown, 0.7})));
    ASSERT_TRUE(archive->KeepWeather({"DE"}, WeatherAt(later, {0.9, 0.4}, {0.9, kUnknown})));
  }
  std::string order;
  const auto archive = Open();
  const auto all = AllWeather(*archive, order);
  EXPECT_EQ(order, "wofw") << "as it came";
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], WeatherAt(kNow, {0.1, 0.2}, {0.5, kUnknown}));
  EXPECT_EQ(all[1].told_at, later);
  EXPECT_EQ(all[1].issued_at, later - hours(2));
  EXPECT_EQ(all[1].solar, grid::Series(kNow + hours(2), hours(1), {0.4}))
      << "the hour that had begun keeps what was told before";
  EXPECT_EQ(all[1].wind, grid::Series(kNow + hours(2), hours(1), {0.7}))
      << "and what is unknown now what was known";
}

TEST_F(ArchiveTest, WeatherIsForgottenWithTheObservationsOfItsDay) {
  const auto archive = Open();
  ASSERT_TRUE(archive->KeepWeather({"DE"}, WeatherAt(kNow, {0.1}, {0.5})));
  std::string order;
  ASSERT_TRUE(archive->Prune(kNow + days(35)));
  EXPECT_EQ(AllWeather(*archive, order).size(), 1U);
  ASSERT_TRUE(archive->Prune(kNow + days(35) + hours(1)));
  EXPECT_TRUE(AllWeather(*archive, order).empty());
}

TEST_F(ArchiveTest, AFileFromBeforeThereWasWeatherLearnsToKeepIt) {
  ASSERT_TRUE(Open()->Keep(Reading(kNow, 300), 0));
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.Path("grid.db").c_str(), &file), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(file, "DROP TABLE weather", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(file);
  const auto archive = Open();
  ASSERT_TRUE(archive->KeepWeather({"DE"}, WeatherAt(kNow + hours(1), {0.1}, {0.5})));
  std::string order;
  EXPECT_EQ(AllWeather(*archive, order).size(), 1U);
  EXPECT_EQ(order, "ofw");
}

}  // namespace
}  // namespace carbon::feeds
