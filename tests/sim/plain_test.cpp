// SPDX-License-Identifier: Apache-2.0
#include "sim/plain.h"

#include <gtest/gtest.h>

namespace carbon::sim {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

Series Flat(size_t steps) { return {kStart, hours(1), std::vector<double>(steps, 100)}; }

TEST(PreparePlain, TellsTrueLengthsAndWaitsByClass) {
  const std::vector<TraceJob> trace = {{minutes(30), hours(2), 1},
                                       {Duration(1), hours(2) - Duration(1), 3}};
  const auto scenario = PreparePlain(trace, Flat(48), {kStart, hours(24), {}});
  ASSERT_TRUE(scenario) << scenario.error().message;
  ASSERT_EQ(scenario->jobs.size(), 2U);
  const SimJob& first = scenario->jobs[0];  // by arrival
  EXPECT_EQ(first.arrival, kStart + Duration(1));
  EXPECT_EQ(first.length, first.believed);
  EXPECT_EQ(first.longest_wait, hours(6));
  EXPECT_EQ(first.end, first.arrival + first.length + hours(6));
  EXPECT_EQ(first.cpus, 3);
  EXPECT_EQ(scenario->jobs[1].longest_wait, hours(24));
}

TEST(PreparePlain, TakesOneLongestWaitForAll) {
  const auto scenario =
      PreparePlain({{{}, hours(9), 1}, {{}, hours(1), 1}}, Flat(48), {kStart, hours(24), hours(3)});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->jobs[0].longest_wait, hours(3));
  EXPECT_EQ(scenario->jobs[1].longest_wait, hours(3));
}

TEST(PreparePlain, CountsWhatTouchesTheUnknownAndWhatIsLeftOut) {
  std::vector<double> values(24, 100);
  values[10] = Series::kUnknown;
  const std::vector<TraceJob> trace = {
      {hours(0), hours(4), 1},     // until 10:00 at the latest: known
      {minutes(1), hours(4), 1},   // a minute more
      {hours(11), hours(1), 1},    // known
      {hours(17), hours(2), 1},    // past the end of the signal
      {hours(20), hours(1), 1},    // after the window
      {hours(11), Duration(0), 1}  // nothing to run
  };
  const auto scenario =
      PreparePlain(trace, Series(kStart, hours(1), values), {kStart, hours(20), hours(6)});
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->submitted, 6U);
  EXPECT_EQ(scenario->jobs.size(), 2U);
  EXPECT_EQ(scenario->unknown, 2U);
  EXPECT_EQ(scenario->rejected, 2U);
}

}  // namespace
}  // namespace carbon::sim
