// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(WaitAwhile, RunsInTheCleanestPartsAndPausesBetween) {
  const PolicyCase job{.hourly = {500, 100, 300, 100, 400, 50},
                       .length = minutes(150),
                       .longest_wait = minutes(150)};
  // [0, 5 h): both hours of 100 and the first half of the one of 300, which joins them.
  EXPECT_EQ(job.Plan(WaitAwhile),
            (Schedule{PolicyCase::At(hours(1), minutes(90)), PolicyCase::At(hours(3), hours(1))}));
}

TEST(WaitAwhile, CutsTheFirstAndTheLastHour) {
  const PolicyCase job{.hourly = {100, 500, 100, 100},
                       .arrival = minutes(40),
                       .length = minutes(60),
                       .longest_wait = minutes(60)};
  // Until 02:40: twenty minutes now, forty at 02:00.
  EXPECT_EQ(job.Plan(WaitAwhile), (Schedule{PolicyCase::At(minutes(40), minutes(20)),
                                            PolicyCase::At(hours(2), minutes(40))}));
}

TEST(WaitAwhile, TakesTheEarliestOfEquals) {
  const PolicyCase job{.hourly = std::vector<double>(30, 0.1),
                       .arrival = minutes(13),
                       .length = minutes(97),
                       .longest_wait = hours(24)};
  EXPECT_EQ(job.Plan(WaitAwhile), job.Plan(RunNow));
}

TEST(WaitAwhile, WithoutPatienceIsRunNow) {
  const PolicyCase job{.hourly = {500, 100, 500, 100}, .length = hours(3), .longest_wait = {}};
  EXPECT_EQ(job.Plan(WaitAwhile), job.Plan(RunNow));
}

}  // namespace
}  // namespace carbon::plan
