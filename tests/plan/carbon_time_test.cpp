// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(CarbonTime, TakesTheGreatestSavingPerHourToTheEnd) {
  // Gains per hour: at 1 h (500 − 300) / 2 = 100, at 2 h (500 − 180) / 3 = 106.7, at 3 h
  // (500 − 100) / 4 = 100.
  PolicyCase job{.hourly = {500, 300, 180, 100}, .longest_wait = hours(3)};
  EXPECT_EQ(job.Plan(CarbonTime), Schedule{PolicyCase::At(hours(2), hours(1))});
  job.hourly[2] = 250;  // (500 − 250) / 3 = 83.3; of 1 h and 3 h, equal, the first
  EXPECT_EQ(job.Plan(CarbonTime), Schedule{PolicyCase::At(hours(1), hours(1))});
}

TEST(CarbonTime, StartsOnArrivalWhereWaitingSavesNothing) {
  const PolicyCase rising{.hourly = {100, 200, 300, 400}, .longest_wait = hours(3)};
  EXPECT_EQ(rising.Plan(CarbonTime), Schedule{PolicyCase::At(hours(0), hours(1))});
  const PolicyCase flat{.hourly = std::vector<double>(48, 0.1),
                        .arrival = minutes(13),
                        .length = minutes(97),
                        .longest_wait = hours(24)};
  EXPECT_EQ(flat.Plan(CarbonTime), Schedule{PolicyCase::At(minutes(13), minutes(97))});
}

TEST(CarbonTime, GoesByTheBelievedLength) {
  // Over two hours: 450, 350, 250: gains 100 / 3 and 200 / 4.
  const PolicyCase job{.hourly = {500, 400, 300, 200},
                       .length = minutes(1),
                       .longest_wait = hours(2),
                       .believed = hours(2)};
  EXPECT_EQ(job.Plan(CarbonTime), Schedule{PolicyCase::At(hours(2), minutes(1))});
}

TEST(CarbonTime, StartsOnArrivalWhereTheBelievedRunIsNotKnown) {
  const PolicyCase job{.hourly = {500, 400}, .length = minutes(1), .believed = hours(3)};
  EXPECT_EQ(job.Plan(CarbonTime), Schedule{PolicyCase::At(hours(0), minutes(1))});
}

}  // namespace
}  // namespace carbon::plan
