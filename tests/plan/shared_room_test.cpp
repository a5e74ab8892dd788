// SPDX-License-Identifier: Apache-2.0
#include "plan/shared_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "plan/planner_case.h"

namespace carbon::plan {
namespace {

using grid::Board;
using std::chrono::hours;
using std::chrono::minutes;

/// Jobs of an hour and two CPUs each, that may wait for four hours, where the hours to come have
/// so many g/kWh.
std::vector<Decision> DecideTogether(size_t jobs, std::vector<double> forecast,
                                     std::vector<Room> rooms, Parameters parameters = {}) {
  Snapshot snapshot{
      kNow,
      std::make_shared<Board>(Board::Of({Reading("DE", std::move(forecast))}, kNow, {})),
      {},
      std::move(rooms)};
  for (size_t i = 0; i < jobs; ++i) {
    Job job = AJob({"DE"}, hours(1), hours(4));
    job.id = "team-" + std::to_string(i % 2) + "/job-" + std::to_string(i);
    job.owner = "team-" + std::to_string(i % 2);
    job.cpus = 2;
    job.since = kNow - minutes(static_cast<long>(i));
    snapshot.jobs.push_back(std::move(job));
  }
  return Planner(parameters).Decide(snapshot);
}

size_t CountStarting(const std::vector<Decision>& decisions, Time start) {
  return static_cast<size_t>(
      std::count_if(decisions.begin(), decisions.end(),
                    [&](const Decision& decision) { return decision.start == start; }));
}

TEST(SharedRoom, NoMoreJobsWaitForAnHourThanItHasRoomFor) {
  const auto decisions = DecideTogether(10, {300, 280, 100, 200, 290, 300}, {{"region-DE", 8, {}}});
  EXPECT_EQ(CountStarting(decisions, kNow + hours(2)), 4U);
  EXPECT_EQ(CountStarting(decisions, kNow + hours(3)), 4U);
  EXPECT_EQ(CountStarting(decisions, kNow + hours(1)), 2U);
  for (const Decision& decision : decisions) {
    EXPECT_EQ(decision.reason.cause, Cause::cleaner_window);
  }
}

TEST(SharedRoom, WhatRunningPodsTakeIsNotPlannedFor) {
  const std::vector<Room> rooms = {{"region-DE", 8, {{.cpus = 6, .until = kNow + hours(3)}}}};
  const auto decisions = DecideTogether(4, {300, 280, 100, 200, 290, 300}, rooms);
  EXPECT_EQ(CountStarting(decisions, kNow + hours(2)), 1U);
  EXPECT_EQ(CountStarting(decisions, kNow + hours(3)), 3U);
}

TEST(SharedRoom, AJobThatFindsTheCleanHourFullRunsInAnother) {
  const auto decisions = DecideTogether(3, {300, 310, 100, 310, 310, 310}, {{"region-DE", 2, {}}});
  EXPECT_EQ(CountStarting(decisions, kNow + hours(2)), 1U);
  EXPECT_EQ(CountStarting(decisions, kNow), 1U);
  const auto crowded = std::find_if(decisions.begin(), decisions.end(), [](const Decision& each) {
    return each.reason.cause == Cause::crowded;
  });
  ASSERT_NE(crowded, decisions.end());
  EXPECT_EQ(crowded->action, Decision::Action::hold);
  EXPECT_THAT(Sentence(crowded->reason), testing::HasSubstr("there is no room before"));
}

TEST(SharedRoom, AJobWithoutRoomBeforeItsLatestStartIsPlannedAsIfThereWereAll) {
  const std::vector<Room> rooms = {{"region-DE", 2, {{.cpus = 2, .until = kNow + hours(50)}}}};
  const auto decisions = DecideTogether(2, {300, 310, 100, 310, 310, 310}, rooms);
  EXPECT_EQ(CountStarting(decisions, kNow + hours(2)), 2U);
}

/// Two jobs in a region with room for one of them at a time.
std::vector<Decision> DecideBoth(Job patient, Job tight, std::vector<double> forecast,
                                 Parameters parameters = {}) {
  patient.id = "x/patient";
  patient.since = kNow - hours(1);
  tight.id = "x/tight";
  tight.since = kNow;
  patient.cpus = tight.cpus = 4;
  return Planner(parameters)
      .Decide({kNow,
               std::make_shared<Board>(Board::Of({Reading("DE", std::move(forecast))}, kNow, {})),
               {patient, tight},
               {{"region-DE", 4, {}}}});
}

TEST(SharedRoom, AJobWithLittleTimeIsNotStrandedBehindOneThatWaitsLonger) {
  const auto decisions = DecideBoth(AJob({"DE"}, hours(10), hours(20)),
                                    AJob({"DE"}, hours(1), hours(6)), std::vector<double>(48, 100));
  EXPECT_EQ(decisions[1].action, Decision::Action::release);
  EXPECT_EQ(decisions[0].action, Decision::Action::hold);
  EXPECT_EQ(decisions[0].start, kNow + hours(1));
}

TEST(SharedRoom, ATellingGivesWayWhereItLeavesAJobWithoutRoom) {
  Job told = AJob({"DE"}, hours(4), hours(20));
  told.told = ToldStart{"region-DE", kNow + hours(1)};
  for (const std::vector<double>& start : {std::vector<double>{300, 200, 190, 100, 100, 100},
                                           std::vector<double>{300, 100, 100, 10, 10, 300}}) {
    std::vector<double> forecast(48, 200);
    std::copy(start.begin(), start.end(), forecast.begin());
    for (const int slack : {2, 3}) {
      const auto decisions = DecideBoth(told, AJob({"DE"}, hours(2), hours(slack)), forecast);
      EXPECT_LE(decisions[1].start, kNow + hours(slack));
      EXPECT_LE(decisions[0].start, kNow + hours(20));
      const bool told_first = decisions[0].start < decisions[1].start;
      EXPECT_GE(decisions[told_first ? 1 : 0].start - decisions[told_first ? 0 : 1].start,
                told_first ? hours(4) : hours(2))
          << "they run one after the other";
    }
  }
}

TEST(SharedRoom, TheRoomThatAJobIsToHaveLaterDoesNotKeepItFromRunningNow) {
  for (const double cpus : {4.0, 8.0}) {
    Snapshot snapshot{
        kNow,
        std::make_shared<Board>(Board::Of(
            {Reading("DE", {400, 340, 340, 340, 390, 500, 500, 500, 500, 500})}, kNow, {})),
        {AJob({"DE"}, hours(4), hours(4))},
        {{"region-DE", cpus, {}}}};
    snapshot.jobs[0].cpus = 4;
    EXPECT_EQ(Planner({}).Decide(snapshot)[0].action, Decision::Action::hold) << cpus;
    EXPECT_EQ(Planner({.min_saving = 0.5}).Decide(snapshot)[0].action, Decision::Action::release)
        << cpus;
  }
}

TEST(SharedRoom, AJobIsLetGoToTheRegionThatHasRoomForIt) {
  Snapshot snapshot{
      kNow,
      std::make_shared<Board>(Board::Of(
          std::vector{Reading("A", {100, 300, 300, 300}), Reading("B", {110, 300, 300, 300})}, kNow,
          {})),
      {},
      {{"region-A", 4, {}}, {"region-B", 4, {}}}};
  for (const char* const id : {"x/1", "x/2"}) {
    snapshot.jobs.push_back(AJob({"A", "B"}, hours(1), hours(2)));
    snapshot.jobs.back().id = id;
    snapshot.jobs.back().cpus = 4;
  }
  const auto decisions = Planner({}).Decide(snapshot);
  EXPECT_EQ(decisions[0].action, Decision::Action::release);
  EXPECT_EQ(decisions[1].action, Decision::Action::release);
  EXPECT_NE(decisions[0].region, decisions[1].region);
}

/// Looks every five minutes as the controller does: jobs that were let go run and take room.
class SharedRoomDay {
 public:
  SharedRoomDay(size_t jobs, double cpus, uint64_t seed) : cpus_(cpus), random_(seed) {
    std::uniform_int_distribution<int> slack(60, 20 * 60);
    std::uniform_int_distribution<int> length(20, 240);
    std::uniform_real_distribution<double> intensity(50, 500);
    for (size_t i = 0; i < jobs; ++i) {
      Job job = AJob({"DE"}, minutes(length(random_)), minutes(slack(random_)));
      job.id = "team-" + std::to_string(i % 3) + "/" + std::to_string(i);
      job.owner = "team-" + std::to_string(i % 3);
      job.since = kNow - minutes(static_cast<long>(i));
      waiting_.push_back(std::move(job));
    }
    for (double& value : signal_) {
      value = std::round(intensity(random_));
    }
  }

  void Live() {
    for (Time now = kNow; !waiting_.empty() && now < kNow + hours(30); now += minutes(5)) {
      Look(now);
    }
  }

  size_t changed = 0;   ///< starts that a job was told anew
  size_t overfull = 0;  ///< looks at which more CPUs were in use than there are
  size_t late = 0;
  size_t left() const { return waiting_.size(); }

 private:
  void Look(Time now) {
    std::erase_if(running_, [&](const Room::Taken& run) { return run.until <= now; });
    const auto board = std::make_shared<Board>(
        Board::Of(std::vector{Reading("DE", {signal_.begin(), signal_.end()})}, now, {}));
    const auto decisions =
        Planner({}).Decide({now, board, waiting_, {{"region-DE", cpus_, running_}}});
    std::vector<Job> still;
    for (size_t i = 0; i < decisions.size(); ++i) {
      Job& job = waiting_[i];
      if (decisions[i].action == Decision::Action::release) {
        late += now > job.latest_start ? 1 : 0;
        running_.push_back({.cpus = job.cpus, .until = now + job.length.mean});
        continue;
      }
      const ToldStart told{decisions[i].region, decisions[i].start};
      changed += job.told && *job.told != told ? 1 : 0;
      job.told = told;
      still.push_back(job);
    }
    waiting_ = std::move(still);
    double used = 0;
    for (const Room::Taken& run : running_) {
      used += run.cpus;
    }
    overfull += used > cpus_ ? 1 : 0;
  }

  double cpus_;
  std::mt19937_64 random_;
  std::vector<Job> waiting_;
  std::vector<Room::Taken> running_;
  std::array<double, 48> signal_{};
};

TEST(SharedRoom, RoomHoldsFromLookToLookAndPlansAreKept) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SharedRoomDay day(30, 8, seed);
    day.Live();
    EXPECT_EQ(day.left(), 0U);
    EXPECT_EQ(day.late, 0U);
    EXPECT_LE(day.overfull, 12U) << "of some 250 looks: jobs that could not wait for room";
    EXPECT_LE(day.changed, 30U) << "once per job at most, on average";
  }
}

TEST(SharedRoom, ARegionWithoutARoomHasAllThatIsAskedFor) {
  const auto decisions = DecideTogether(50, {300, 280, 100, 200, 290, 300}, {{"elsewhere", 1, {}}});
  EXPECT_EQ(CountStarting(decisions, kNow + hours(2)), 50U);
}

TEST(SharedRoom, NamespacesShareTheCleanHours) {
  const auto decisions = DecideTogether(8, {300, 310, 100, 310, 310, 310}, {{"region-DE", 8, {}}});
  size_t first_team = 0;
  for (const Decision& decision : decisions) {
    const bool clean = decision.start == kNow + hours(2);
    first_team += clean && decision.job.starts_with("team-0") ? 1 : 0;
  }
  EXPECT_EQ(CountStarting(decisions, kNow + hours(2)), 4U);
  EXPECT_EQ(first_team, 2U);
}

TEST(SharedRoom, APatientJobWaitsForLessThanAnImpatientOne) {
  const std::vector<double> forecast = {300, 290, 200, 100, 300, 300};
  EXPECT_EQ(DecideTogether(1, forecast, {}).at(0).start, kNow + hours(3));
  EXPECT_EQ(DecideTogether(1, forecast, {}, {.patience = GramsPerHour(65)}).at(0).start,
            kNow + hours(3));
  const auto decision = DecideTogether(1, forecast, {}, {.patience = GramsPerHour(70)}).at(0);
  EXPECT_EQ(decision.start, kNow);
  EXPECT_EQ(decision.reason.cause, Cause::cleanest_now);
  EXPECT_THAT(Sentence(decision.reason), testing::HasSubstr("no cleaner start is worth the wait"));
}

}  // namespace
}  // namespace carbon::plan
