// SPDX-License-Identifier: Apache-2.0
#include "results.h"

#include <gtest/gtest.h>

namespace carbon::demo {
namespace {

using std::chrono::hours;

const Time kStart = *ParseTime("2021-08-02T00:00:00Z");

/// "dirty": 400, 300, 200, 100, … g/kWh; "clean": 50 all along.
ActualSignals Signals() {
  return {{"dirty", grid::Series(kStart, hours(1), {400, 300, 200, 100, 500, 500, 500, 500})},
          {"clean", grid::Series(kStart, hours(1), std::vector<double>(8, 50))}};
}

JobRecord Record(const std::string& bound_to, const std::string& ran_in, Time started) {
  JobRecord record;
  record.job = {.name = "job",
                .region = bound_to,
                .arrival = kStart,
                .length = hours(1),
                .cpus = 1,
                .deadline = kStart + hours(5)};
  record.places.push_back({"dirty", {"D"}, Watts(1000)});
  if (bound_to.empty()) {
    record.places.push_back({"clean", {"C"}, Watts(1000)});
  }
  record.run = {.region = ran_in, .started = started, .finished = started + hours(1)};
  return record;
}

TEST(CountGrams, ComparesWhatRanWithRunningAtOnceAndWithHindsight) {
  const auto record = Record("dirty", "dirty", kStart + hours(2));
  const auto grams = CountGrams(record.job, record.run, record.places, Signals());
  ASSERT_TRUE(grams);
  EXPECT_DOUBLE_EQ(grams->actual.value(), 200);
  EXPECT_DOUBLE_EQ(grams->run_now.value(), 400);
  EXPECT_DOUBLE_EQ(grams->oracle.value(), 100);
}

TEST(CountGrams, TakesTheMeanOfAllPlacesAsRunNowOfAFreeJob) {
  const auto record = Record("", "clean", kStart);
  const auto grams = CountGrams(record.job, record.run, record.places, Signals());
  ASSERT_TRUE(grams);
  EXPECT_DOUBLE_EQ(grams->actual.value(), 50);
  EXPECT_DOUBLE_EQ(grams->run_now.value(), 225);
  EXPECT_DOUBLE_EQ(grams->oracle.value(), 50);
}

TEST(CountGrams, IsUnknownWhereTheRecordingHasAGapOrTheJobDidNotRun) {
  auto record = Record("dirty", "dirty", kStart + hours(7));
  record.run.started = kStart + hours(8);
  EXPECT_FALSE(CountGrams(record.job, record.run, record.places, Signals()));
  record.run.started.reset();
  EXPECT_FALSE(CountGrams(record.job, record.run, record.places, Signals()));
}

TEST(Summarise, SplitsTheGroupsAndCountsMissedDeadlines) {
  auto late = Record("dirty", "dirty", kStart + hours(4));
  late.run.finished = kStart + hours(5) + Duration(1);
  auto lost = Record("", "", kStart);
  lost.run = {};
  const auto groups = Summarise({Record("dirty", "dirty", kStart + hours(3)), late,
                                 Record("", "clean", kStart + hours(1)), lost},
                                Signals());
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].name, "time-only");
  EXPECT_EQ(groups[0].jobs, 2U);
  EXPECT_EQ(groups[0].deadlines_missed, 1U);
  EXPECT_DOUBLE_EQ(groups[0].actual.value(), 600);
  EXPECT_DOUBLE_EQ(groups[0].mean_wait_hours, 3.5);
  EXPECT_DOUBLE_EQ(groups[0].p95_wait_hours, 4);
  EXPECT_DOUBLE_EQ(*groups[0].OracleShare(), (800.0 - 600) / (800 - 200));
  EXPECT_EQ(groups[1].jobs, 1U);
  EXPECT_EQ(groups[1].deadlines_missed, 1U);
  EXPECT_EQ(groups[2].jobs, 3U);
  EXPECT_EQ(groups[2].deadlines_missed, 2U);
}

TEST(Summarise, OfNothingIsNothing) {
  for (const GroupResult& group : Summarise({}, Signals())) {
    EXPECT_EQ(group.jobs, 0U);
    EXPECT_FALSE(group.OracleShare());
  }
}

TEST(JobsCsv, HasALineAJobAndLeavesTheUnknownEmpty) {
  auto lost = Record("dirty", "", kStart);
  lost.run = {};
  EXPECT_EQ(JobsCsv({Record("dirty", "dirty", kStart + hours(3)), lost}, Signals()),
            "job,group,arrival,length_s,cpus,deadline,region,started,finished,grams,grams_run_now,"
            "grams_oracle\n"
            "job,time-only,2021-08-02T00:00:00Z,3600,1.00,2021-08-02T05:00:00Z,dirty,"
            "2021-08-02T03:00:00Z,2021-08-02T04:00:00Z,100.0000,400.0000,100.0000\n"
            "job,time-only,2021-08-02T00:00:00Z,3600,1.00,2021-08-02T05:00:00Z,,,,,,\n");
}

}  // namespace
}  // namespace carbon::demo
