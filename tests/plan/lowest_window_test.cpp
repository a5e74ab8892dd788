// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(LowestWindow, TakesTheCleanestRunOfTheBelievedLength) {
  // Means over two hours: 400, 250, 250, 450.
  PolicyCase job{.hourly = {500, 300, 200, 300, 600},
                 .length = minutes(30),
                 .longest_wait = hours(3),
                 .believed = hours(2)};
  EXPECT_EQ(job.Plan(LowestWindow), Schedule{PolicyCase::At(hours(1), minutes(30))});
  job.believed = hours(1);
  EXPECT_EQ(job.Plan(LowestWindow), Schedule{PolicyCase::At(hours(2), minutes(30))});
}

TEST(LowestWindow, TriesWholeHoursAfterArrival) {
  const PolicyCase job{.hourly = {500, 300, 100, 400},
                       .arrival = minutes(30),
                       .length = hours(1),
                       .longest_wait = minutes(110)};
  EXPECT_EQ(job.Plan(LowestWindow), Schedule{PolicyCase::At(minutes(90), hours(1))});
}

TEST(LowestWindow, PlansNoBelievedRunPastTheEnd) {
  PolicyCase job{.hourly = {500, 400, 300}, .length = minutes(5), .believed = hours(2)};
  EXPECT_EQ(job.Plan(LowestWindow), Schedule{PolicyCase::At(hours(1), minutes(5))});
  job.believed = hours(4);
  EXPECT_EQ(job.Plan(LowestWindow), Schedule{PolicyCase::At(hours(0), minutes(5))});
}

TEST(LowestWindow, DoesNotWaitOnAFlatSignal) {
  const PolicyCase job{.hourly = std::vector<double>(48, 0.1),
                       .arrival = minutes(13),
                       .length = minutes(97),
                       .longest_wait = hours(24)};
  EXPECT_EQ(job.Plan(LowestWindow), Schedule{PolicyCase::At(minutes(13), minutes(97))});
}

}  // namespace
}  // namespace carbon::plan
