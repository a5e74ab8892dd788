// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Threshold, PausesAbove200AndRunsAt200) {
  const PolicyCase job{.hourly = {201, 200, 350, 100, 500, 500, 500, 500}, .length = hours(2)};
  EXPECT_EQ(job.Plan(Threshold),
            (Schedule{PolicyCase::At(hours(1), hours(1)), PolicyCase::At(hours(3), hours(1))}));
}

TEST(Threshold, RunsToTheEndOnceItsPatienceIsUsedUp) {
  const PolicyCase job{.hourly = {300, 300, 300, 300, 100, 100},
                       .arrival = minutes(30),
                       .length = hours(3),
                       .longest_wait = minutes(45)};
  EXPECT_EQ(job.Plan(Threshold), Schedule{PolicyCase::At(minutes(75), hours(3))});
}

TEST(Threshold, DoesNotKnowThatItWillBeCleanerYet) {
  const PolicyCase job{.hourly = {190, 10, 10, 10, 10, 10, 10, 10}};
  EXPECT_EQ(job.Plan(Threshold), job.Plan(RunNow));
}

TEST(Threshold, WithoutPatienceIsRunNow) {
  const PolicyCase job{.hourly = {300, 100}, .longest_wait = {}};
  EXPECT_EQ(job.Plan(Threshold), job.Plan(RunNow));
}

}  // namespace
}  // namespace carbon::plan
