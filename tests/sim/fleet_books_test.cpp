// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_books.h"

#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

Time At(int hour) { return kFleetStart + hour * kOneHour; }

/// Two zones and a job of four hours that was moved after two of them.
class FleetBooksTest : public testing::Test {
 protected:
  FleetBooksTest() {
    scenario_ = {.start = kFleetStart,
                 .window = 24 * kOneHour,
                 .zones = {DayAndNight("DE", 2), DayAndNight("SE", 2)},
                 .jobs = {{.arrival = {}, .length = 4 * kOneHour, .cpus = 2}}};
    jobs_ = JobsOf(scenario_).jobs;
    outcome_.job_emitted.assign(1, Grams());
    outcome_.zones.resize(2);
    outcome_.submitted = outcome_.done = outcome_.moves = 1;
    outcome_.runs = {
        {.job = 0, .zone = 0, .start = At(0), .end = At(2), .moved = true, .overhead = Grams(7)},
        {.job = 0,
         .zone = 1,
         .start = At(2),
         .end = At(6),
         .downtime = kOneHour,
         .recomputed = kOneHour}};
  }

  void BookAll() {
    for (FleetRun& run : outcome_.runs) {
      BookRun(scenario_, jobs_[0], run, outcome_);
    }
  }
  Status Audit() const { return AuditFleet(scenario_, jobs_, Way::carbon_kube_moves, outcome_); }

  FleetScenario scenario_;
  std::vector<FleetJob> jobs_;
  FleetOutcome outcome_;
};

TEST_F(FleetBooksTest, RunsEmitWhileTheyWorkAndWhatTheirMovesTake) {
  BookAll();
  EXPECT_NEAR(outcome_.runs[0].emitted->value(), 2 * 2 * 400 + 7, 1e-9);
  EXPECT_NEAR(outcome_.runs[1].emitted->value(), 3 * 2 * 400, 1e-9);
  EXPECT_NEAR(outcome_.move_emitted.value(), 7 + 2 * 400, 1e-9);
  EXPECT_NEAR(outcome_.job_emitted[0]->value(), 1607 + 2400, 1e-9);
  EXPECT_NEAR(outcome_.zones[1].cpu_hours, 2 * 4, 1e-9);
}

TEST_F(FleetBooksTest, ARunThatWasLostBeforeItWorkedEmitsNothing) {
  outcome_.runs[1].end = At(2) + kOneHour / 2;
  BookAll();
  EXPECT_EQ(outcome_.runs[1].emitted, Grams(0));
}

TEST_F(FleetBooksTest, AnOverheadThatIsNotKnownMakesTheRunUnknown) {
  outcome_.runs[0].overhead.reset();
  BookAll();
  EXPECT_EQ(outcome_.unknown_runs, 1U);
  EXPECT_EQ(outcome_.job_emitted[0], std::nullopt);
  EXPECT_NEAR(outcome_.emitted.value(), 2400, 1e-9);
}

TEST_F(FleetBooksTest, WaitsAreCountedByTheirNearestRank) {
  BookWaits({3, 1, 2}, outcome_);
  EXPECT_EQ(outcome_.mean_wait_hours, 2);
  EXPECT_EQ(outcome_.p95_wait_hours, 3);
}

TEST_F(FleetBooksTest, TheAuditFindsWhatDoesNotAddUp) {
  EXPECT_TRUE(Audit());
  outcome_.runs[1].end = At(7);
  EXPECT_EQ(Audit().error().message,
            "carbon-kube-moves: a job that is done has not done its work, or more than that");
  outcome_.runs[1].end = At(6);
  outcome_.moves = 0;
  EXPECT_EQ(Audit().error().message, "carbon-kube-moves: runs were neither done, moved nor lost");
  outcome_.moves = 1;
  outcome_.zones[0].peak_cpus = 2.1;
  EXPECT_EQ(Audit().error().message, "carbon-kube-moves: zone DE ran more than it has room for");
  outcome_.rejected = 1;
  EXPECT_EQ(Audit().error().kind, Error::Kind::internal);
}

}  // namespace
}  // namespace carbon::sim
