// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Ten hours of 100 g/kWh at the end of a day of 300.
std::vector<double> CleanAtNight() {
  std::vector<double> hourly(48, 300);
  std::fill(hourly.begin() + 14, hourly.begin() + 24, 100);
  return hourly;
}

TEST(Ecovisor, PausesUntilItIsCleanerThanUsual) {
  // Ten of 24 hours are clean, so the 30th percentile is 100, and nothing is below that.
  PolicyCase job{.hourly = CleanAtNight(), .length = hours(2), .longest_wait = hours(24)};
  EXPECT_EQ(job.Plan(Ecovisor), Schedule{PolicyCase::At(hours(24), hours(2))});
  // With one cleaner hour there is something to wait for: it runs there, then out of patience.
  job.hourly[15] = 50;
  job.longest_wait = hours(20);
  EXPECT_EQ(job.Plan(Ecovisor),
            (Schedule{PolicyCase::At(hours(15), hours(1)), PolicyCase::At(hours(21), hours(1))}));
}

TEST(Ecovisor, InterpolatesTheThresholdBetweenTwoHours) {
  // 24 samples: position 0.3 × 23 = 6.9, so the threshold lies 0.9 of the way from the 7th
  // smallest, 200, to the 8th, 300.
  std::vector<double> hourly(48, 300);
  std::fill(hourly.begin() + 5, hourly.begin() + 12, 200);
  const PolicyCase job{
      .hourly = hourly, .length = hours(2), .longest_wait = hours(24), .slot = hours(1)};
  EXPECT_EQ(job.Plan(Ecovisor), Schedule{PolicyCase::At(hours(5), hours(2))});
}

TEST(Ecovisor, RunsOnOnceItsPatienceIsGone) {
  const PolicyCase job{.hourly = CleanAtNight(),
                       .arrival = minutes(30),
                       .length = hours(4),
                       .longest_wait = minutes(45)};
  EXPECT_EQ(job.Plan(Ecovisor), Schedule{PolicyCase::At(minutes(75), hours(4))});
}

TEST(Ecovisor, WithoutPatienceIsRunNow) {
  const PolicyCase job{.hourly = CleanAtNight(), .longest_wait = {}};
  EXPECT_EQ(job.Plan(Ecovisor), job.Plan(RunNow));
}

}  // namespace
}  // namespace carbon::plan
