// SPDX-License-Identifier: Apache-2.0
#include "feeds/poller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "feeds/poller_case.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- Schedule

TEST_F(PollerTest, ReadsAtOnceThenOnMultiplesOfThePeriod) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"SE"}, {"DE"}, {"SE"}}, kMidnight + minutes(2) + seconds(30));
  EXPECT_EQ(updates_, 2);
  Pass(minutes(13));
  for (const char* zone : {"DE", "SE"}) {
    EXPECT_THAT(script_.Reads(zone), ElementsAre(2.5, 5, 10, 15)) << zone;
  }
  EXPECT_EQ(updates_, 8);
  const auto latest = poller_->Latest();
  ASSERT_EQ(latest->size(), 2U);
  EXPECT_EQ(latest->at(0).zone.name, "DE");
  EXPECT_EQ(latest->at(1).zone.name, "SE");
  EXPECT_EQ(latest->at(1).fetched_at, kMidnight + minutes(15));
}

TEST_F(PollerTest, DoesNotMakeUpForReadsThatWereMissed) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    clock_.Advance(minutes(7));  // the poll takes longer than the period
    return Whole(zone);
  });
  Start({{"DE"}});
  clock_.Advance(minutes(3));
  clock_.AwaitIdle(1);
  clock_.Advance(minutes(60));
  clock_.AwaitIdle(1);
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0, 10, 77));
}

TEST_F(PollerTest, HasNothingWithoutZones) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({});
  Pass(minutes(10));
  ASSERT_TRUE(poller_->Latest());
  EXPECT_THAT(*poller_->Latest(), IsEmpty());
}

TEST_F(PollerTest, BacksOffAFailingZoneAndLeavesTheOthersAlone) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    return zone == "DE" ? Fails(Error::Kind::unavailable, "down") : Whole(zone);
  });
  Start({{"DE"}, {"SE"}});
  Pass(hours(3));
  EXPECT_EQ(script_.Reads("SE").size(), 37U);
  const auto reads = script_.Reads("DE");
  ASSERT_GE(reads.size(), 36U);
  EXPECT_LE(reads.size(), 74U) << "at most twice as often as one that answers";
  std::vector<double> gaps;
  for (size_t i = 1; i < reads.size(); ++i) {
    gaps.push_back(reads[i] - reads[i - 1]);
  }
  // The clock of this test moves by half minutes.
  EXPECT_GE(gaps[0], 0.5);
  EXPECT_LE(gaps[0], 1.5);
  EXPECT_GE(gaps[1], 1);
  EXPECT_LE(gaps[1], 2.5);
  for (size_t i = 4; i < gaps.size(); ++i) {
    EXPECT_GE(gaps[i], 2.5);
    EXPECT_LE(gaps[i], 5.5);
  }
}

TEST_F(PollerTest, ReturnsToTheScheduleOnceTheZoneComesAgain) {
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::unavailable, "down");
  });
  Start({{"DE"}});
  Pass(hours(2));
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Pass(minutes(31));
  const size_t before = script_.Reads("DE").size();
  ASSERT_EQ(poller_->Latest()->size(), 1U);
  Pass(minutes(15));
  EXPECT_EQ(script_.Reads("DE").size(), before + 3);
}

TEST_F(PollerTest, HonoursRetryAfter) {
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::unavailable, "busy", Failure::Scope::zone, minutes(50));
  });
  Start({{"DE"}});
  Pass(minutes(99));
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0, 50));
}

TEST_F(PollerTest, AsksADeniedZoneHourly) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    return zone == "DE" ? Fails(Error::Kind::denied, "not in the plan") : Whole(zone);
  });
  Start({{"DE"}, {"SE"}});
  Pass(minutes(125));
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0, 60, 120));
  EXPECT_EQ(script_.Reads("SE").size(), 26U);
}

TEST_F(PollerTest, StopsAskingForAnyZoneWhenTheTokenIsRefused) {
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::denied, "bad token", Failure::Scope::provider);
  });
  Start({{"DE"}, {"SE"}});
  Pass(minutes(125));
  EXPECT_EQ(script_.Reads("DE").size() + script_.Reads("SE").size(), 3U);
  EXPECT_THAT(Events(), ElementsAre("W fake: bad token; all zones wait, trying again in 1h"));
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Pass(minutes(60));
  EXPECT_EQ(poller_->Latest()->size(), 2U);
  EXPECT_EQ(Events().back(), "I fake: answers again");
}

TEST_F(PollerTest, PausesAllZonesWhenTheQuotaIsSpent) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    return zone == "SE"
               ? Fails(Error::Kind::unavailable, "429", Failure::Scope::provider, minutes(12))
               : Whole(zone);
  });
  Start({{"DE"}, {"FR"}, {"SE"}, {"US"}});
  EXPECT_EQ(poller_->Latest()->size(), 2U);
  Pass(minutes(11));
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0));
  EXPECT_THAT(script_.Reads("US"), IsEmpty());
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Pass(minutes(2));
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0, 12));
  EXPECT_THAT(script_.Reads("US"), ElementsAre(12));
  EXPECT_EQ(poller_->Latest()->size(), 4U);
}

TEST_F(PollerTest, SharesASmallQuotaOutAmongTheZones) {
  int left = 2;
  script_.Set([&](const std::string& zone, const std::stop_token&) {
    return left-- > 0 ? Whole(zone)
                      : Fails(Error::Kind::unavailable, "429", Failure::Scope::provider);
  });
  Start({{"A"}, {"B"}, {"C"}, {"D"}, {"E"}});
  EXPECT_EQ(poller_->Latest()->size(), 2U);
  for (int hour = 0; hour < 12; ++hour) {  // by name, A and B would take all of it
    left = 2;
    Pass(hours(1));
  }
  EXPECT_EQ(poller_->Latest()->size(), 5U);
}

// ---- Readings

TEST_F(PollerTest, KeepsTheLastGoodReading) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"DE"}});
  const auto before = poller_->Latest();
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::timeout, "no answer");
  });
  Pass(hours(1));
  EXPECT_EQ(poller_->Latest(), before) << "nothing came, so nothing was published";
  EXPECT_EQ(updates_, 1);
}

TEST_F(PollerTest, CompletesAPartialReadingFromEarlierOnesForADay) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"DE"}});
  const auto forecast = poller_->Latest()->at(0).forecast;
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.reading->forecast.reset();
    answer.failure = Failure{.error = Unavailable("forecast: HTTP 503")};
    return answer;
  });
  Pass(hours(24));
  EXPECT_EQ(poller_->Latest()->at(0).fetched_at, kMidnight + hours(24));
  EXPECT_EQ(poller_->Latest()->at(0).latest->at, kMidnight + hours(24));
  EXPECT_EQ(poller_->Latest()->at(0).forecast, forecast);
  Pass(minutes(5));
  EXPECT_FALSE(poller_->Latest()->at(0).forecast);
  EXPECT_EQ(script_.Reads("DE").size(), 1 + 24 * 12 + 1U) << "a partial reading is no failure";
}

TEST_F(PollerTest, ForgetsAForecastThatHasRunOut) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.reading->forecast->series = grid::Series(clock_.Now(), hours(1), {90, 80});
    return answer;
  });
  Start({{"DE"}});
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.reading->forecast.reset();
    return answer;
  });
  Pass(minutes(115));
  EXPECT_TRUE(poller_->Latest()->at(0).forecast);
  Pass(minutes(5));
  EXPECT_FALSE(poller_->Latest()->at(0).forecast);
}

TEST_F(PollerTest, WhatIsOfThePastDisplacesNothingThatSpeaksOfThePresent) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"DE"}});
  const auto before = poller_->Latest();
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.reading->latest->at = kMidnight - hours(50);
    answer.reading->forecast->series = grid::Series(kMidnight - hours(50), hours(1), {1, 2});
    return answer;
  });
  Pass(minutes(10));
  const auto after = poller_->Latest();
  EXPECT_EQ(after->at(0).latest->at, before->at(0).latest->at);
  EXPECT_EQ(after->at(0).forecast->series, before->at(0).forecast->series);
  const ZoneCounts counts = poller_->Counts().at({"DE"});
  EXPECT_GE(counts.partial, 1U);
  EXPECT_EQ(counts.last_error, "the forecast ended at " + FormatTime(kMidnight - hours(48)));
}

TEST_F(PollerTest, AForecastOfThePastAloneIsNoReading) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.reading->latest.reset();
    answer.reading->forecast->series = grid::Series(kMidnight - hours(2), hours(1), {1, 2});
    return answer;
  });
  Start({{"DE"}});
  EXPECT_THAT(*poller_->Latest(), IsEmpty());
  EXPECT_GE(poller_->Counts().at({"DE"}).failed, 1U);
}

// ---- Nothing due

TEST_F(PollerTest, AnAnswerThatNothingIsDueChangesNothing) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.failure = Failure{.error = Unavailable("forecast: HTTP 503")};
    answer.reading->forecast.reset();
    return answer;
  });
  Start({{"DE"}});
  EXPECT_FALSE(script_.HeldOf("DE"));
  const auto before = poller_->Latest();
  script_.Set([](const std::string&, const std::stop_token&) { return Answer{}; });
  Pass(minutes(25));
  EXPECT_EQ(poller_->Latest(), before);
  EXPECT_EQ(updates_, 1);
  EXPECT_EQ(script_.HeldOf("DE"), kMidnight);
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0, 5, 10, 15, 20, 25));
  const ZoneCounts counts = poller_->Counts().at({"DE"});
  EXPECT_EQ(counts.unchanged, 5U);
  EXPECT_EQ(counts.partial, 1U);
  EXPECT_EQ(counts.Reads(), 6U);
  EXPECT_EQ(counts.last_error, "forecast: HTTP 503");
  EXPECT_THAT(Events(), SizeIs(1));
}

TEST_F(PollerTest, AZoneBeyondTheQuotaPausesNoOther) {
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    return zone == "DE" ? Fails(Error::Kind::unavailable, "the quota of 30 requests per hour",
                                Failure::Scope::zone, minutes(2))
                        : Whole(zone);
  });
  Start({{"DE"}, {"SE"}});
  Pass(minutes(20));
  EXPECT_FALSE(poller_->ProviderFailing());
  EXPECT_THAT(script_.Reads("SE"), ElementsAre(0, 5, 10, 15, 20));
  EXPECT_THAT(Events(), ElementsAre(HasSubstr("W zone DE: the quota of 30 requests per hour; ")));
}

// ---- Counters and events

TEST_F(PollerTest, CountsByZoneAndError) {
  int poll = 0;
  script_.Set([&](const std::string& zone, const std::stop_token&) {
    ++poll;
    Answer answer = Whole(zone);
    if (poll == 2) {
      answer.failure = Failure{.error = {Error::Kind::not_found, "latest: no recent data"}};
      answer.reading->latest.reset();
    }
    return poll == 3 ? Fails(Error::Kind::timeout, "no answer") : answer;
  });
  Start({{"DE"}});
  EXPECT_EQ(poller_->Counts().at({"DE"}).last_error, "");
  Pass(minutes(10));
  const ZoneCounts counts = poller_->Counts().at({"DE"});
  EXPECT_EQ(counts.complete, 1U);
  EXPECT_EQ(counts.partial, 1U);
  EXPECT_EQ(counts.failed, 1U);
  EXPECT_EQ(counts.errors, (std::map<Error::Kind, uint64_t>{{Error::Kind::not_found, 1},
                                                            {Error::Kind::timeout, 1}}));
  EXPECT_EQ(counts.last_reading, kMidnight + minutes(5));
  EXPECT_EQ(counts.last_error, "no answer");
}

TEST_F(PollerTest, SpeaksOncePerChange) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"DE"}});
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::timeout, "latest: no answer");
  });
  Pass(hours(3));
  script_.Set([this](const std::string& zone, const std::stop_token&) {
    Answer answer = Whole(zone);
    answer.failure = Failure{.error = Unavailable("forecast: HTTP 503")};
    return answer;
  });
  Pass(hours(1));
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Pass(hours(1));
  const auto events = Events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_THAT(events[0],
              HasSubstr("W zone DE: latest: no answer; the last good reading is 5m old, trying "
                        "again in "));
  EXPECT_EQ(events[1], "W zone DE: only a part of the reading came: forecast: HTTP 503");
  EXPECT_EQ(events[2], "I zone DE: complete readings come again");
}

TEST_F(PollerTest, SaysThatThereIsNoEarlierReading) {
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::denied, "not in the plan");
  });
  Start({{"DE"}});
  EXPECT_THAT(Events(), ElementsAre("W zone DE: not in the plan; there is no earlier reading, "
                                    "trying again in 1h"));
}

// ---- Stopping

TEST_F(PollerTest, StopsWhileItSleeps) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"DE"}});
  poller_.reset();
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0));
}

}  // namespace
}  // namespace carbon::feeds
