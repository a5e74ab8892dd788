// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// When it runs, given what may be left of it.
Time Start(const PolicyCase& job, std::vector<Duration> lengths) {
  const grid::Series signal(PolicyCase::Midnight(), hours(1), job.hourly);
  const Schedule schedule = RunOrWait({.signal = signal,
                                       .arrival = PolicyCase::Midnight() + job.arrival,
                                       .length = job.length,
                                       .believed = job.length,
                                       .longest_wait = job.longest_wait,
                                       .end = signal.end(),
                                       .lengths = lengths});
  EXPECT_EQ(schedule.size(), 1U);
  return schedule.front().start;
}

const Time kNow = PolicyCase::Midnight();
const Time kNext = PolicyCase::Midnight() + hours(1);

TEST(RunOrWait, AShortJobWaitsForTheCleanHourAndALongOneDoesNot) {
  const PolicyCase job{.hourly = {300, 100, 500, 500, 500, 500}, .longest_wait = hours(1)};
  EXPECT_EQ(Start(job, {hours(1)}), kNext);
  // It runs in the hour of 100 either way, and is spared one of 500.
  EXPECT_EQ(Start(job, {hours(3)}), kNow);
}

TEST(RunOrWait, WeighsWhatTheLengthMayBe) {
  const PolicyCase job{.hourly = {300, 100, 500, 500, 500, 500}, .longest_wait = hours(1)};
  EXPECT_EQ(Start(job, {hours(1), hours(1), hours(1), hours(3)}), kNext);
  EXPECT_EQ(Start(job, {hours(1), hours(3), hours(3), hours(3)}), kNow);
}

TEST(RunOrWait, RunsWhereItMayNotWaitOrNothingIsKnown) {
  const PolicyCase impatient{.hourly = {300, 100}, .longest_wait = {}};
  EXPECT_EQ(Start(impatient, {hours(1)}), kNow);
  const PolicyCase unknown{.hourly = {}, .longest_wait = hours(5)};
  EXPECT_EQ(Start(unknown, {hours(1)}), kNow);
  const PolicyCase job{.hourly = {300, 100}};
  EXPECT_EQ(Start(job, {}), kNow) << "nothing is known of its length";
}

TEST(RunOrWait, WaitsNoPartOfAStep) {
  PolicyCase job{.hourly = {300, 100}, .arrival = minutes(20), .longest_wait = minutes(39)};
  EXPECT_EQ(Start(job, {hours(1)}), PolicyCase::Midnight() + minutes(20));
  job.longest_wait = minutes(40);
  EXPECT_EQ(Start(job, {hours(1)}), kNext);
}

TEST(RunOrWait, WhatIsNotKnownIsNotClean) {
  constexpr double kUnknown = grid::Series::kUnknown;
  const PolicyCase job{.hourly = {300, kUnknown, kUnknown}, .longest_wait = hours(2)};
  EXPECT_EQ(Start(job, {hours(1)}), kNow);
  const PolicyCase first_day{.hourly = {300}, .longest_wait = hours(2)};
  EXPECT_EQ(Start(first_day, {hours(1)}), kNow);
}

/// The least sum over all ways to run `left` of the hours from `at` on, of which it may skip
/// `waits`.
double Cheapest(const std::vector<double>& hourly, size_t at, int left, int waits) {
  if (left == 0) {
    return 0;
  }
  const double run = hourly[at] + Cheapest(hourly, at + 1, left - 1, waits);
  return waits == 0 ? run : std::min(run, Cheapest(hourly, at + 1, left, waits - 1));
}

TEST(RunOrWait, IsTheOptimumWhereTheLengthIsKnown) {
  constexpr unsigned kSeed = 20261129;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const int length = pick(1, 5);
    const int waits = pick(1, 5);
    std::vector<double> hourly(static_cast<size_t>(length + waits));
    for (double& value : hourly) {
      value = 10 * pick(1, 60);
    }
    const PolicyCase job{.hourly = hourly, .longest_wait = hours(waits)};
    const double run = hourly[0] + Cheapest(hourly, 1, length - 1, waits);
    const double wait = Cheapest(hourly, 1, length, waits - 1);
    ASSERT_EQ(Start(job, {hours(length)}), wait < run ? kNext : kNow);
  }
}

}  // namespace
}  // namespace carbon::plan
