// SPDX-License-Identifier: Apache-2.0
#include "plan/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "plan/planner_case.h"

namespace carbon::plan {
namespace {

using grid::Board;
using grid::ZoneReading;
using std::chrono::hours;
using std::chrono::minutes;

Decision DecideOne(const Job& job, const std::vector<ZoneReading>& readings,
                   Parameters parameters = {}) {
  const Snapshot snapshot{kNow, std::make_shared<Board>(Board::Of(readings, kNow, {})), {job}};
  return Planner(parameters).Decide(snapshot).at(0);
}

TEST(Planner, HoldsAJobForTheCleanestWindowBeforeItsDeadline) {
  const auto decision = DecideOne(AJob({"DE"}, hours(1), hours(5)),
                                  {Reading("DE", {300, 250, 100, 90, 200, 200, 10})});
  EXPECT_EQ(decision.action, Decision::Action::hold);
  EXPECT_EQ(decision.start, kNow + hours(3));
  EXPECT_EQ(decision.region, "region-DE");
  EXPECT_EQ(decision.reason.cause, Cause::cleaner_window);
  EXPECT_EQ(decision.reason.ExpectedSaving(), Grams(210));
  ASSERT_EQ(decision.reason.alternatives.size(), 1U);
  EXPECT_EQ(decision.reason.alternatives[0].start, kNow);
}

TEST(Planner, ReleasesInTheCleanestPlaceWhenNoLaterStartIsCleaner) {
  const auto decision =
      DecideOne(AJob({"DE", "SE"}, hours(1), hours(3)),
                {Reading("DE", {300, 280, 260, 240}), Reading("SE", {30, 30, 30, 30})});
  EXPECT_EQ(decision.action, Decision::Action::release);
  EXPECT_EQ(decision.region, "region-SE");
  EXPECT_EQ(decision.reason.cause, Cause::cleanest_now);
  EXPECT_EQ(decision.reason.run_now->intensity, GramsPerKwh(165));
  EXPECT_EQ(decision.reason.run_now->region, "any");
}

TEST(Planner, WaitsForASignalAndNotForWhatIsUsual) {
  grid::ZoneRecord record({"DE"}, grid::SignalKind::average_lifecycle);
  record.SetYearlyMean({GramsPerKwh(380), "a table"});
  const auto board = std::make_shared<Board>(Board::Of({{{"DE"}, record}}, kNow, {}));
  const Snapshot snapshot{kNow, board, {AJob({"DE"}, hours(1), hours(5))}};
  const Decision decision = Planner({}).Decide(snapshot).at(0);
  EXPECT_EQ(decision.action, Decision::Action::release);
  EXPECT_EQ(decision.reason.cause, Cause::no_signal);
  EXPECT_EQ(decision.reason.note, "zone DE: only the static-factor is known");
  EXPECT_GT(grid::Rung::weather_climatology, Parameters{}.lowest_rung) << "it is no signal either";
  Parameters trusting;
  trusting.lowest_rung = grid::Rung::static_factor;
  EXPECT_EQ(Planner(trusting).Decide(snapshot).at(0).reason.cause, Cause::cleanest_now);
}

TEST(Planner, DoesNotWaitForLessThanTheLeastSaving) {
  const std::vector<ZoneReading> readings = {Reading("DE", {100, 99.95, 99.95, 99.95})};
  EXPECT_EQ(DecideOne(AJob({"DE"}, hours(1), hours(2)), readings).action,
            Decision::Action::release);
  EXPECT_EQ(DecideOne(AJob({"DE"}, hours(1), hours(2)), readings, {.min_saving = 0}).action,
            Decision::Action::hold);
}

TEST(Planner, NeverPlansIntoTheMarginBeforeTheLatestStart) {
  const auto decision =
      DecideOne(AJob({"DE"}, hours(1), hours(2)), {Reading("DE", {300, 200, 10, 10})},
                {.start_margin = minutes(30)});
  EXPECT_EQ(decision.action, Decision::Action::hold);
  EXPECT_EQ(decision.start, kNow + minutes(90));
}

TEST(Planner, ReleasesAtOnceWhenTheDeadlineLeavesNoRoom) {
  for (const Duration slack : {Duration(minutes(5)), Duration(0), Duration(-hours(1))}) {
    const auto decision =
        DecideOne(AJob({"DE"}, hours(1), slack), {Reading("DE", {300, 200, 10, 10})});
    EXPECT_EQ(decision.action, Decision::Action::release);
    EXPECT_EQ(decision.reason.cause, Cause::deadline_forces);
  }
}

TEST(Planner, ReleasesAtOnceWithoutASignal) {
  const auto decision = DecideOne(AJob({"FR"}, hours(1), hours(9)), {Reading("DE", {300, 1})});
  EXPECT_EQ(decision.action, Decision::Action::release);
  EXPECT_EQ(decision.region, "");
  EXPECT_EQ(decision.reason.cause, Cause::no_signal);
  EXPECT_EQ(decision.reason.note, "zone FR: no reading yet");
}

TEST(Planner, PlansOverTheKnownZonesWhenOthersAreUnknown) {
  const auto decision =
      DecideOne(AJob({"FR", "DE"}, hours(1), hours(3)), {Reading("DE", {300, 280, 260, 240})});
  EXPECT_EQ(decision.region, "region-DE");
  EXPECT_EQ(decision.reason.cause, Cause::cleaner_window);
}

TEST(Planner, NeverComparesKindsOfSignal) {
  ZoneReading marginal = Reading("SE", {1, 1, 1, 1});
  marginal.kind = grid::SignalKind::marginal;
  const auto decision = DecideOne(AJob({"DE", "SE"}, hours(1), hours(2)),
                                  {Reading("DE", {300, 300, 300, 300}), marginal});
  EXPECT_EQ(decision.region, "region-DE");
}

TEST(Planner, ReleasesAJobThatFitsNoNode) {
  const auto decision = DecideOne(AJob({}, hours(1), hours(3)), {Reading("DE", {300, 1})});
  EXPECT_EQ(decision.action, Decision::Action::release);
  EXPECT_EQ(decision.reason.cause, Cause::no_place);
}

TEST(Planner, ReleasesAJobLongerThanTheForecastUnlessAWholeWindowIsKnown) {
  const auto decision =
      DecideOne(AJob({"DE"}, hours(9), hours(3)), {Reading("DE", {300, 1, 1, 1})});
  EXPECT_EQ(decision.action, Decision::Action::release);
  EXPECT_EQ(decision.reason.cause, Cause::cleanest_now);
}

struct RandomInstance {
  std::vector<ZoneReading> readings;
  Job job;
};

RandomInstance Draw(std::mt19937& random) {
  std::uniform_int_distribution<int> intensity(-20, 500);
  std::uniform_int_distribution<int> minute(1, 600);
  RandomInstance drawn;
  std::vector<std::string> zones;
  for (const char* zone : {"A", "B", "C"}) {
    std::vector<double> values(24);
    for (double& value : values) {
      value = std::max(-1, intensity(random));
    }
    values[0] = std::abs(values[0]);
    drawn.readings.push_back(Reading(zone, values));
    zones.emplace_back(zone);
  }
  zones.resize(1 + static_cast<size_t>(minute(random) % 3));
  drawn.job = AJob(zones, minutes(minute(random)), minutes(minute(random) - 100));
  return drawn;
}

TEST(Planner, KeepsItsPromisesOnRandomInstances) {
  constexpr unsigned kSeed = 4711;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 10'000; ++round) {
    const RandomInstance drawn = Draw(random);
    const Decision decision = DecideOne(drawn.job, drawn.readings);
    const Decision again = DecideOne(drawn.job, drawn.readings);
    ASSERT_EQ(ToJson(decision.reason), ToJson(again.reason)) << round;
    ASSERT_GE(decision.start, kNow) << round;
    if (decision.action == Decision::Action::hold) {
      ASSERT_LE(decision.start, drawn.job.latest_start - Parameters{}.start_margin) << round;
      const auto& now = decision.reason.run_now;
      ASSERT_LT(decision.reason.chosen->emissions, now->emissions) << round;
    }
    for (const Option& other : decision.reason.alternatives) {
      if (decision.action == Decision::Action::hold) {
        ASSERT_GE(other.emissions, decision.reason.chosen->emissions) << round;
      }
    }
  }
}

/// After some runs, or none, with what the owner said, or not.
LengthBelief AnyBelief(std::mt19937& random) {
  std::uniform_int_distribution<int> minute(1, 400);
  std::lognormal_distribution<double> factor(0, 0.2);
  const Duration usual = minutes(minute(random));
  std::vector<Duration> runs(static_cast<size_t>(minute(random) % 12));
  for (Duration& run : runs) {
    run = Duration(std::llround(static_cast<double>(usual.count()) * factor(random)));
  }
  const Duration word = minutes(minute(random));
  if (runs.empty()) {
    return AtItsWord(word);
  }
  return LearntLength(runs, minute(random) % 2 == 0 ? std::optional(word) : std::nullopt);
}

TEST(Planner, NeverStartsAJobLaterThanTheBoundOfItsLengthAllows) {
  constexpr unsigned kSeed = 1234;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int> minute(-100, 1400);
  int at_risk = 0;
  int held = 0;
  RandomInstance drawn;
  std::shared_ptr<const Board> board;
  for (int round = 0; round < 10'000; ++round) {
    if (round % 20 == 0) {
      drawn = Draw(random);
      board = std::make_shared<Board>(Board::Of(drawn.readings, kNow, {}));
    }
    drawn.job.length = AnyBelief(random);
    drawn.job.deadline = kNow + minutes(minute(random));
    drawn.job.latest_start = *drawn.job.deadline - drawn.job.length.longest;
    Snapshot snapshot{kNow, board, {drawn.job}};
    if (round % 2 == 0) {
      snapshot.rooms = {{"region-A", 4, {}}};
    }
    const Decision decision = Planner({}).Decide(snapshot).at(0);
    const Time limit = *drawn.job.deadline - drawn.job.length.bound - Parameters{}.start_margin;
    ASSERT_LE(decision.start, std::max(limit, kNow)) << round;
    ASSERT_EQ(decision.reason.length, drawn.job.length);
    ASSERT_EQ(decision.reason.latest_start,
              std::max(limit + Parameters{}.start_margin, std::min(drawn.job.latest_start, kNow)));
    const bool must_run = drawn.job.latest_start - Parameters{}.start_margin <= kNow;
    if (limit <= kNow) {
      ASSERT_EQ(decision.action, Decision::Action::release) << round;
      ASSERT_EQ(decision.reason.cause, must_run ? Cause::deadline_forces : Cause::deadline_at_risk)
          << round;
      at_risk += must_run ? 0 : 1;
    }
    held += decision.action == Decision::Action::hold ? 1 : 0;
  }
  EXPECT_GT(at_risk, 500) << "it was seen";
  EXPECT_GT(held, 1000) << "it was seen";
}

TEST(Planner, ReckonsEmissionsByTheMeanOfALength) {
  Job job = AJob({"DE"}, hours(2), hours(9));
  job.length.bound = hours(4);
  const auto decision = DecideOne(job, {Reading("DE", std::vector<double>(24, 300))});
  EXPECT_EQ(decision.reason.run_now->emissions, Grams(600));
}

TEST(Planner, WhatIsCleanEnoughDoesNotWait) {
  const auto decision =
      DecideOne(AJob({"DE"}, hours(1), hours(3)), {Reading("DE", {190, 100, 100, 100, 100})},
                {.threshold = GramsPerKwh(200)});
  EXPECT_EQ(decision.action, Decision::Action::release);
  EXPECT_EQ(decision.start, kNow);
  EXPECT_EQ(decision.reason.cause, Cause::clean_enough);
  EXPECT_THAT(Sentence(decision.reason), testing::HasSubstr("clean enough (at most 200 g/kWh)"));
  const auto dirty =
      DecideOne(AJob({"DE"}, hours(1), hours(3)), {Reading("DE", {210, 100, 100, 100, 100})},
                {.threshold = GramsPerKwh(200)});
  EXPECT_EQ(dirty.action, Decision::Action::hold);
}

}  // namespace
}  // namespace carbon::plan
