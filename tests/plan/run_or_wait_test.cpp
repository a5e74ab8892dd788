// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
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

TEST(RunOrWait, WaitsForTheCleanerStepOrAllThatIsLeftOfItsPatience) {
  PolicyCase job{.hourly = {300, 100}, .arrival = minutes(20), .longest_wait = minutes(39)};
  EXPECT_EQ(Start(job, {hours(1)}), PolicyCase::Midnight() + minutes(59));
  job.longest_wait = minutes(40);
  EXPECT_EQ(Start(job, {hours(1)}), kNext);
  job.longest_wait = minutes(95);
  EXPECT_EQ(Start(job, {hours(1)}), kNext);
}

TEST(RunOrWait, WaitsForNoLessThanForecastsAreExact) {
  const PolicyCase a_little{.hourly = {300, 299.9}, .longest_wait = hours(1)};
  EXPECT_EQ(Start(a_little, {hours(1)}), kNow);
  const PolicyCase enough{.hourly = {300, 299.5}, .longest_wait = hours(1)};
  EXPECT_EQ(Start(enough, {hours(1)}), kNext);
}

TEST(RunOrWait, WhatIsNotKnownIsNotClean) {
  constexpr double kUnknown = grid::Series::kUnknown;
  const PolicyCase job{.hourly = {300, kUnknown, kUnknown}, .longest_wait = hours(2)};
  EXPECT_EQ(Start(job, {hours(1)}), kNow);
  const PolicyCase first_day{.hourly = {300}, .longest_wait = hours(2)};
  EXPECT_EQ(Start(first_day, {hours(1)}), kNow);
}

/// Carries out what the rule says of each step, the length being known: the sum of intensities.
double Carried(const PolicyCase& job) {
  const grid::Series signal(PolicyCase::Midnight(), hours(1), job.hourly);
  double sum = 0;
  Duration left = job.length;
  Duration patience = job.longest_wait;
  for (Time now = PolicyCase::Midnight() + job.arrival; left > Duration::zero();) {
    const std::vector<Duration> lengths = {left};
    const Time start = RunOrWait({.signal = signal,
                                  .arrival = now,
                                  .length = left,
                                  .believed = left,
                                  .longest_wait = patience,
                                  .end = signal.end(),
                                  .lengths = lengths})
                           .front()
                           .start;
    patience -= start - now;
    EXPECT_GE(patience, Duration::zero());
    const Time until = std::min(start + left, signal.StepAfter(now));
    if (start < until) {
      sum += signal.At(start)->value() *
             std::chrono::duration<double, hours::period>(until - start).count();
      left -= until - start;
    }
    now = std::max(start, until);
  }
  return sum;
}

/// The least such sum over all ways to run.
double Cheapest(const PolicyCase& job) {
  std::vector<double> parts;  // of ten minutes, which divide all times of the case
  for (Duration at = job.arrival; at < job.arrival + job.length + job.longest_wait;
       at += minutes(10)) {
    parts.push_back(job.hourly[static_cast<size_t>(at / hours(1))] / 6);
  }
  std::sort(parts.begin(), parts.end());
  return std::accumulate(parts.begin(), parts.begin() + job.length / minutes(10), 0.0);
}

TEST(RunOrWait, IsTheOptimumOfWholeStepsFromOneOnWhereTheLengthIsKnown) {
  constexpr unsigned kSeed = 20261129;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    PolicyCase job{.hourly = std::vector<double>(11),
                   .length = hours(pick(1, 5)),
                   .longest_wait = minutes(10 * pick(0, 30))};
    for (double& value : job.hourly) {
      value = 60 * pick(1, 60);
    }
    ASSERT_NEAR(Carried(job), Cheapest(job), 1e-6);
  }
}

}  // namespace
}  // namespace carbon::plan
