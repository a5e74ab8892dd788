// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::minutes;

TEST(RunNow, StartsOnArrivalWhateverTheSignal) {
  const PolicyCase job{.hourly = {900, 1, 1, 1}, .arrival = minutes(7), .length = minutes(90)};
  EXPECT_EQ(job.Plan(RunNow), Schedule{PolicyCase::At(minutes(7), minutes(90))});
}

}  // namespace
}  // namespace carbon::plan
