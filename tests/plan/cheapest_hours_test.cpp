// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
constexpr double kUnknown = grid::Series::kUnknown;

TEST(CheapestHours, RunsInTheCleanestPartsAndPausesBetween) {
  const PolicyCase job{.hourly = {500, 100, 300, 100, 400, 50},
                       .length = minutes(150),
                       .longest_wait = minutes(150)};
  EXPECT_EQ(job.Plan(CheapestHours),
            (Schedule{PolicyCase::At(hours(1), minutes(90)), PolicyCase::At(hours(3), hours(1))}));
}

TEST(CheapestHours, UsesWhatIsNotKnownOnlyWhereTheRestIsNotEnough) {
  const PolicyCase job{
      .hourly = {900, kUnknown, 100, kUnknown}, .length = hours(2), .longest_wait = hours(2)};
  EXPECT_EQ(job.Plan(CheapestHours),
            (Schedule{PolicyCase::At(hours(0), hours(1)), PolicyCase::At(hours(2), hours(1))}));
  const PolicyCase longer{.hourly = job.hourly, .length = hours(3), .longest_wait = hours(1)};
  EXPECT_EQ(longer.Plan(CheapestHours), (Schedule{PolicyCase::At(hours(0), hours(3))}));
}

TEST(CheapestHours, RunsAtOnceWhereNothingIsKnown) {
  const PolicyCase job{.hourly = {}, .length = hours(2), .longest_wait = hours(5)};
  EXPECT_EQ(job.Plan(CheapestHours), job.Plan(RunNow));
}

TEST(CheapestHours, GoesOnBeyondAForecastThatEndsEarly) {
  const PolicyCase job{.hourly = {500, 100}, .length = hours(4), .longest_wait = hours(3)};
  EXPECT_EQ(job.Plan(CheapestHours), (Schedule{PolicyCase::At(hours(0), hours(4))}));
  const PolicyCase starts_late{.hourly = {kUnknown, 100}, .length = hours(1)};
  EXPECT_EQ(starts_late.Plan(CheapestHours), (Schedule{PolicyCase::At(hours(1), hours(1))}));
}

}  // namespace
}  // namespace carbon::plan
