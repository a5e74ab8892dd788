// SPDX-License-Identifier: Apache-2.0
#include "sim/gaia.h"

#include <gtest/gtest.h>

namespace carbon::sim {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

Series Flat(size_t steps) { return {kStart, hours(1), std::vector<double>(steps, 100)}; }

TEST(PrepareGaia, CountsWholeSlots) {
  const auto scenario =
      PrepareGaia({{Duration(9999), Duration(19'999), 2}}, Flat(48), {kStart, hours(48), {}});
  ASSERT_TRUE(scenario) << scenario.error().message;
  ASSERT_EQ(scenario->jobs.size(), 1U);
  EXPECT_EQ(scenario->slot, Duration(5000));
  EXPECT_EQ(scenario->jobs[0].arrival, kStart + seconds(5));
  EXPECT_EQ(scenario->jobs[0].length, seconds(15));
}

TEST(PrepareGaia, BelievesTheMeanOfTheClassAndCountsTwoHoursInBoth) {
  const std::vector<TraceJob> trace = {
      {{}, minutes(60), 1}, {{}, hours(2), 1}, {{}, hours(4), 1}, {{}, seconds(4), 1}};
  const auto scenario = PrepareGaia(trace, Flat(72), {kStart, hours(72), {}});
  ASSERT_TRUE(scenario);
  ASSERT_EQ(scenario->jobs.size(), 3U);
  EXPECT_EQ(scenario->rejected, 1U);  // shorter than a slot, but counts in its class's mean
  EXPECT_EQ(scenario->jobs[0].believed, hours(1));  // of 3601.3 s the whole slots
  EXPECT_EQ(scenario->jobs[0].longest_wait, hours(6));
  EXPECT_EQ(scenario->jobs[1].believed, hours(3));
  EXPECT_EQ(scenario->jobs[1].longest_wait, hours(24));
  EXPECT_EQ(scenario->jobs[1].end, kStart + hours(27) + seconds(5));
  EXPECT_EQ(scenario->jobs[2].end, kStart + hours(28) + seconds(5));
}

TEST(PrepareGaia, RepeatsTheLastValueAndKnowsNothingOutsideTheWindow) {
  const Series signal(kStart, hours(1), {7, Series::kUnknown, 5, 6, 9, 9, 9, 9, 9});
  const auto scenario = PrepareGaia({{hours(0), hours(1), 1}, {minutes(1), hours(1), 1}}, signal,
                                    {kStart + hours(1), hours(3), hours(2)});
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->signal, Series(kStart + hours(1), hours(1), {7, 5, 6}));
  EXPECT_EQ(scenario->jobs.size(), 1U);
  EXPECT_EQ(scenario->unknown, 1U);
  EXPECT_EQ(scenario->jobs[0].end, kStart + hours(4));
}

TEST(PrepareGaia, RefusesAStartOffTheSignalsSteps) {
  const auto scenario = PrepareGaia({}, Flat(9), {kStart + minutes(30), hours(3), {}});
  ASSERT_FALSE(scenario);
  EXPECT_EQ(scenario.error().message,
            "the rules count slots of 5s from the start of a step of the signal: "
            "2021-07-01T00:30:00Z is none");
}

}  // namespace
}  // namespace carbon::sim
