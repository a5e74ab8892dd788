// SPDX-License-Identifier: Apache-2.0
#include "feeds/grid_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>

#include "feeds/poller_case.h"
#include "grid/weather.h"
#include "support/temp_dir.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class GridWatchTest : public testing::Test {
 protected:
  /// With weather where there is a script for it.
  void Start(std::vector<grid::ZoneId> zones, size_t providers = 1, bool archived = false) {
    GridWatchOptions options;
    options.poller = {
        .zones = std::move(zones), .concurrency = 1, .on_event = [this](const PollEvent& event) {
          const std::lock_guard lock(mutex_);
          events_.push_back(event.text);
        }};
    options.remembered = remembered_;
    options.yearly = {{{"DE"}, {GramsPerKwh(381), "a table"}}};
    std::vector<std::unique_ptr<Feed>> feeds;
    for (size_t rank = 0; rank < providers; ++rank) {
      feeds.push_back(std::make_unique<FakeFeed>(scripts_.at(rank), clock_));
    }
    std::unique_ptr<Archive> archive;
    if (archived) {
      archive = *Archive::Open(folder_.Path("grid.db"));
    }
    std::unique_ptr<Feed> weather;
    if (weather_) {
      weather = std::make_unique<FakeFeed>(*weather_, clock_);
    }
    readers_ = static_cast<std::ptrdiff_t>(providers) + (weather_ ? 1 : 0);
    watch_ = std::make_unique<GridWatch>(std::move(feeds), std::move(archive), clock_,
                                         std::move(options), std::move(weather));
    // The readers slept before they were told of the zones: that sleep is not the end of a poll.
    while (!Asked(providers)) {
      std::this_thread::yield();
    }
    clock_.AwaitIdle(readers_);
  }

  bool Asked(size_t providers) const {
    auto all = watch_->WeatherCounts();
    const auto unread = [](const auto& zone) { return zone.second.Reads() == 0; };
    bool any_unread = std::any_of(all.begin(), all.end(), unread);
    for (size_t rank = 0; rank < providers; ++rank) {
      all = watch_->Counts(rank);
      any_unread = any_unread || std::any_of(all.begin(), all.end(), unread);
    }
    return !any_unread;
  }

  void Pass(Duration time) {
    for (Duration passed{}; passed < time; passed += minutes(1)) {
      clock_.Advance(minutes(1));
      clock_.AwaitIdle(readers_);
      (void)Board();
    }
  }

  std::shared_ptr<const grid::Board> Board() { return watch_->BoardAt(clock_.Now()); }
  grid::Outlook Outlook(const char* zone) {
    const auto board = Board();
    const grid::Outlook* outlook = board->Find({zone});
    EXPECT_NE(outlook, nullptr);
    return outlook != nullptr ? *outlook : grid::Outlook{};
  }

  Script::Respond Says(double intensity) {
    return [this, intensity](const std::string& zone, const std::stop_token&) {
      const Time now = clock_.Now();
      return Answer{.reading = grid::ZoneReading{
                        .zone = {zone},
                        .kind = {},
                        .source = "says " + std::to_string(static_cast<int>(intensity)),
                        .fetched_at = now,
                        .latest = grid::Observation{.at = FloorTo(now, hours(1)),
                                                    .intensity = GramsPerKwh(intensity)},
                        .forecast = {},
                        .history = {}}};
    };
  }
  static Script::Respond Down() {
    return [](const std::string&, const std::stop_token&) {
      return Fails(Error::Kind::unavailable, "down");
    };
  }

  const TempDir folder_;
  net::FakeClock clock_{kMidnight};
  std::array<Script, 2> scripts_;
  std::optional<Script> weather_;
  std::mutex mutex_;
  std::vector<std::string> events_;
  std::vector<grid::ZoneReading> remembered_;
  std::ptrdiff_t readers_ = 1;
  std::unique_ptr<GridWatch> watch_;  // last: it uses the rest
};

TEST_F(GridWatchTest, ShowsWhatTheProviderSays) {
  scripts_[0].Set(Says(200));
  Start({{"DE"}, {"SE"}});
  EXPECT_TRUE(watch_->Asked());
  EXPECT_EQ(Outlook("DE").now, GramsPerKwh(200));
  EXPECT_EQ(Outlook("SE").rung, grid::Rung::fresh);
  EXPECT_EQ(watch_->Counts(0).size(), 2U);
}

TEST_F(GridWatchTest, WatchesAZoneThatIsAddedLater) {
  scripts_[0].Set(Says(200));
  Start({});
  EXPECT_TRUE(Board()->Zones().empty());
  watch_->AddZones({{"FR"}});
  while (!watch_->Asked()) {
    std::this_thread::yield();
  }
  EXPECT_EQ(Outlook("FR").now, GramsPerKwh(200));
}

TEST_F(GridWatchTest, HandsOutWhatWasObserved) {
  scripts_[0].Set(Says(200));
  Start({{"DE"}, {"SE"}});
  (void)Board();
  scripts_[0].Set(Down());
  Pass(hours(3));
  const auto observed = [&](const char* zone, Time from, Time to) {
    return watch_->Observed({zone}, from, to);
  };
  const grid::Series first(kMidnight, hours(1), {200});
  const double none = grid::Series::kUnknown;
  EXPECT_EQ(observed("DE", kMidnight - hours(2), kMidnight + hours(9)),
            grid::Series(kMidnight - hours(2), hours(1), {none, none, 200}));
  EXPECT_EQ(observed("SE", kMidnight, kMidnight + minutes(1)), first);
  EXPECT_TRUE(observed("DE", kMidnight + hours(1), kMidnight + hours(9)).empty())
      << "what is expected is not observed";
  EXPECT_TRUE(observed("FR", kMidnight, kMidnight + hours(1)).empty());
}

TEST_F(GridWatchTest, TheStandInSpeaksWhenTheFirstHasNothingLeft) {
  scripts_[0].Set(Says(200));
  scripts_[1].Set(Says(90));
  Start({{"DE"}}, 2);
  EXPECT_EQ(Outlook("DE").source, "says 200");
  scripts_[0].Set(Down());
  Pass(hours(2));
  EXPECT_EQ(Outlook("DE").source, "says 90") << "an observation alone says nothing of hours later";
  EXPECT_EQ(Outlook("DE").rung, grid::Rung::second_provider);
}

TEST_F(GridWatchTest, TheYearlyMeanIsShownWhereNobodyEverSpoke) {
  scripts_[0].Set(Down());
  Start({{"DE"}, {"SE"}});
  EXPECT_EQ(Outlook("DE").rung, grid::Rung::static_factor);
  EXPECT_EQ(Board()->Unknown().count({"SE"}), 1U);
}

TEST_F(GridWatchTest, ANewProcessKnowsWhatTheOneBeforeItKnew) {
  scripts_[0].Set([this](const std::string& zone, const std::stop_token& stop) {
    Answer answer = Says(200)(zone, stop);
    answer.reading->forecast = grid::Forecast{
        clock_.Now(), grid::Series(kMidnight, hours(1), std::vector<double>(72, 150.0))};
    return answer;
  });
  Start({{"DE"}}, 1, true);
  Pass(hours(3));
  const grid::Outlook before = Outlook("DE");
  watch_.reset();
  scripts_[0].Set(Down());
  clock_.Advance(hours(2));
  Start({{"DE"}}, 1, true);
  const grid::Outlook after = Outlook("DE");
  EXPECT_EQ(after.rung, grid::Rung::cached);
  EXPECT_EQ(after.fetched_at, before.fetched_at) << "old news does not grow young by a restart";
  EXPECT_EQ(after.expected.At(clock_.Now()), before.expected.At(clock_.Now()));
}

TEST_F(GridWatchTest, AnArchiveThatFailsIsSaidOnceAndHindersNothing) {
  scripts_[0].Set(Says(200));
  Start({{"DE"}}, 1, true);
  (void)Board();
  sqlite3* vandal = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.Path("grid.db").c_str(), &vandal), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(vandal, "DROP TABLE observation", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(vandal);
  Pass(minutes(20));
  EXPECT_EQ(Outlook("DE").now, GramsPerKwh(200));
  EXPECT_GE(watch_->ArchiveFailures(), 2U);
  EXPECT_THAT(events_, SizeIs(1));
  EXPECT_THAT(events_, Contains(HasSubstr("a restart will forget")));
}

// ---- The weather

/// km/h, each day another.
double WindOf(Time time) {
  return static_cast<double>(time.time_since_epoch() / std::chrono::days(1) * 7919 % 101) / 3;
}

/// What a service says that foresees the next two days.
Answer WindTold(const std::string& zone, Time now) {
  std::vector<double> wind;
  for (int hour = 0; hour < 48; ++hour) {
    wind.push_back(WindOf(FloorTo(now, hours(1)) + hours(hour)));
  }
  grid::PointWeather point{.point = {34.85, -118.3},
                           .cell = "/gridpoints/X/1,2",
                           .cell_asked_at = now,
                           .asked_at = now,
                           .updated_at = now,
                           .cloud = {},
                           .wind = grid::Series(FloorTo(now, hours(1)), hours(1), wind)};
  grid::ZoneReading reading{.zone = {zone},
                            .kind = {},
                            .source = "a service",
                            .fetched_at = now,
                            .latest = {},
                            .forecast = {},
                            .history = {}};
  reading.weather = {std::move(point)};
  return {.reading = std::move(reading)};
}

class WeatherWatchTest : public GridWatchTest {
 protected:
  /// Forty days in which the wind takes off up to 200 g/kWh, then a day's silence of the provider.
  void LiveThrough() {
    weather_.emplace();
    weather_->Set([this](const std::string& zone, const std::stop_token&) {
      return WindTold(zone, clock_.Now());
    });
    scripts_[0].Set([this](const std::string& zone, const std::stop_token& stop) {
      const double wind = grid::WindPower(grid::HubWind(WindOf(clock_.Now())));
      return Says(400 - 200 * wind)(zone, stop);
    });
    Start({{"DE"}}, 1, true);
    PassHours(40 * 24);
    scripts_[0].Set(Down());
    PassHours(26);
  }
  void PassHours(int count) {
    for (int i = 0; i < count; ++i) {
      clock_.Advance(hours(1));
      clock_.AwaitIdle(readers_);
      (void)Board();
    }
  }
};

TEST_F(WeatherWatchTest, TheWeatherCorrectsWhatIsUsualWhenNobodySpeaks) {
  LiveThrough();
  const grid::Outlook outlook = Outlook("DE");
  EXPECT_EQ(outlook.rung, grid::Rung::weather_climatology);
  EXPECT_THAT(outlook.source, HasSubstr("climatology corrected by a service weather, "));
  const double wind = grid::WindPower(grid::HubWind(WindOf(clock_.Now())));
  EXPECT_NEAR(outlook.now.value(), 400 - 200 * wind, 20);
}

TEST_F(WeatherWatchTest, WhatTheWeatherMeansOutlivesTheProcess) {
  LiveThrough();
  const grid::Outlook before = Outlook("DE");
  watch_.reset();
  weather_->Set(Down());
  Start({{"DE"}}, 1, true);
  const grid::Outlook after = Outlook("DE");
  EXPECT_EQ(after.rung, grid::Rung::weather_climatology);
  EXPECT_NEAR(after.now.value(), before.now.value(), 2);
  EXPECT_EQ(after.issued_at, before.issued_at);
}

TEST_F(WeatherWatchTest, AWeatherServiceThatFailsHindersNothing) {
  weather_.emplace();
  weather_->Set(Down());
  scripts_[0].Set(Says(200));
  Start({{"DE"}});
  Pass(minutes(20));
  EXPECT_EQ(Outlook("DE").rung, grid::Rung::fresh);
  EXPECT_EQ(Outlook("DE").now, GramsPerKwh(200));
  EXPECT_TRUE(watch_->Asked());
  EXPECT_GE(watch_->WeatherCounts().at({"DE"}).failed, 2U);
  EXPECT_THAT(events_, SizeIs(1)) << "it is said once";
  EXPECT_THAT(events_, Contains(HasSubstr("zone DE: down; there is no earlier reading")));
}

/// What another process knew, as a forecast of 300 g/kWh.
grid::ZoneReading Remembered(const char* zone, Time heard_at) {
  return {.zone = {zone},
          .kind = {},
          .source = "before",
          .fetched_at = heard_at,
          .latest = {},
          .forecast = grid::Forecast{heard_at, {heard_at, hours(1), std::vector<double>(24, 300)}},
          .history = {}};
}

TEST_F(GridWatchTest, RemembersForADayWhatWasKnownBeforeTheStart) {
  remembered_ = {Remembered("SE", kMidnight - hours(2)), Remembered("FR", kMidnight)};
  scripts_[0].Set(Down());
  Start({{"SE"}});
  EXPECT_EQ(Outlook("SE").now, GramsPerKwh(300));
  EXPECT_EQ(Outlook("SE").rung, grid::Rung::cached);
  EXPECT_EQ(Outlook("SE").fetched_at, kMidnight - hours(2));
  EXPECT_EQ(Board()->Zones().size(), 1U) << "FR is not watched";
  Pass(hours(23));
  EXPECT_EQ(Board()->Find({"SE"}), nullptr) << "its forecast has ended";
}

TEST_F(GridWatchTest, WhatTheProviderSaysGoesBeforeWhatIsRemembered) {
  remembered_ = {Remembered("SE", kMidnight - hours(2))};
  scripts_[0].Set(Says(200));
  Start({{"SE"}});
  EXPECT_EQ(Outlook("SE").now, GramsPerKwh(200));
  EXPECT_EQ(Outlook("SE").source, "says 200");
}

TEST_F(GridWatchTest, WhatIsRememberedOfAnotherKindIsNotUsed) {
  remembered_ = {Remembered("SE", kMidnight)};
  remembered_.front().kind = grid::SignalKind::marginal;
  scripts_[0].Set(Down());
  Start({{"SE"}});
  EXPECT_EQ(Board()->Find({"SE"}), nullptr);
}

}  // namespace
}  // namespace carbon::feeds
