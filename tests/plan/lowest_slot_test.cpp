// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(LowestSlot, StartsWithTheCleanestHourInReach) {
  const PolicyCase job{.hourly = {500, 300, 200, 400, 100},
                       .arrival = minutes(30),
                       .length = hours(1),
                       .longest_wait = hours(3)};
  EXPECT_EQ(job.Plan(LowestSlot), Schedule{PolicyCase::At(hours(2), hours(1))});
}

TEST(LowestSlot, LooksAtTheStartOnly) {
  const PolicyCase job{.hourly = {200, 199, 900, 900}, .length = hours(3)};
  EXPECT_EQ(job.Plan(LowestSlot), Schedule{PolicyCase::At(hours(1), hours(3))});
}

TEST(LowestSlot, CountsTheInstantAtWhichItsPatienceEnds) {
  PolicyCase job{.hourly = {500, 300, 100}, .longest_wait = hours(2)};
  EXPECT_EQ(job.Plan(LowestSlot), Schedule{PolicyCase::At(hours(2), hours(1))});
  job.longest_wait = hours(2) - Duration(1);
  EXPECT_EQ(job.Plan(LowestSlot), Schedule{PolicyCase::At(hours(1), hours(1))});
}

TEST(LowestSlot, TakesTheFirstOfEquals) {
  const PolicyCase job{.hourly = {300, 300, 300}, .arrival = minutes(10), .longest_wait = hours(2)};
  EXPECT_EQ(job.Plan(LowestSlot), Schedule{PolicyCase::At(minutes(10), hours(1))});
}

}  // namespace
}  // namespace carbon::plan
