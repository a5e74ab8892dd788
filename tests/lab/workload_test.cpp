// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <gtest/gtest.h>

#include <map>

namespace carbon::demo {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-08-02T00:00:00Z");
const std::vector<sim::TraceJob> kTrace = {
    {.arrival = {}, .length = minutes(50), .cpus = 1},
    {.arrival = {}, .length = hours(5), .cpus = 4},
    {.arrival = {}, .length = hours(0), .cpus = 2},    // left out: nothing to run
    {.arrival = {}, .length = hours(40), .cpus = 3}};  // left out: over a quarter of the span

DrawOptions Options() {
  return {.count = 300, .start = kStart, .span = hours(48), .seed = 7, .regions = {"a", "b"}};
}

TEST(DrawJobs, GivesTheSameJobsForTheSameSeed) {
  const auto once = DrawJobs(kTrace, Options());
  const auto again = DrawJobs(kTrace, Options());
  ASSERT_EQ(once.size(), 300U);
  for (size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].name, again[i].name);
    EXPECT_EQ(once[i].arrival, again[i].arrival);
    EXPECT_EQ(once[i].length, again[i].length);
    EXPECT_EQ(once[i].region, again[i].region);
  }
  DrawOptions other = Options();
  other.seed = 8;
  EXPECT_NE(DrawJobs(kTrace, other)[0].arrival, once[0].arrival);
}

TEST(DrawJobs, KeepsEveryJobFeasibleAndWithinTheSpan) {
  Time before = kStart;
  for (const DemoJob& job : DrawJobs(kTrace, Options())) {
    EXPECT_GE(job.arrival, before) << job.name;
    EXPECT_LT(job.arrival, kStart + hours(24)) << job.name;
    EXPECT_LE(job.deadline, kStart + hours(48)) << job.name;
    EXPECT_GE(job.latest_start(), job.arrival) << job.name;
    EXPECT_LE(job.latest_start() - job.arrival, job.length < hours(2) ? hours(6) : hours(24));
    EXPECT_TRUE(job.length == minutes(50) || job.length == hours(5)) << job.name;
    before = job.arrival;
  }
}

TEST(DrawJobs, BindsEverySecondJobToTheRegionsInTurn) {
  std::map<std::string, int> count;
  for (const DemoJob& job : DrawJobs(kTrace, Options())) {
    ++count[job.region];
  }
  EXPECT_EQ(count[""], 150);
  EXPECT_EQ(count["a"], 75);
  EXPECT_EQ(count["b"], 75);
}

TEST(DrawJobs, DrawsNothingFromATraceWithoutFittingJobs) {
  EXPECT_TRUE(DrawJobs({kTrace[2], kTrace[3]}, Options()).empty());
}

}  // namespace
}  // namespace carbon::demo
