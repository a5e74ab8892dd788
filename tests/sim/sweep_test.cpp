// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace carbon::sim {
namespace {

TEST(Sweep, AddsWindowsUpAndWeighsTheirMeans) {
  const std::array<Outcome, 2> outcomes = {{{.policy = "p",
                                             .done = 1,
                                             .late = 0,
                                             .segments = 1,
                                             .emitted = Grams(80),
                                             .mean_wait_hours = 2,
                                             .p95_wait_hours = 2,
                                             .mean_delay_hours = 1,
                                             .p95_delay_hours = 1,
                                             .peak_cpus = 7},
                                            {.policy = "p",
                                             .done = 3,
                                             .late = 2,
                                             .segments = 4,
                                             .emitted = Grams(30),
                                             .mean_wait_hours = 7,
                                             .p95_wait_hours = 9,
                                             .mean_delay_hours = 5,
                                             .p95_delay_hours = 6,
                                             .peak_cpus = 4}}};
  const std::array<Grams, 2> run_now = {Grams(100), Grams(60)};
  const Swept swept = Sweep(outcomes, run_now);
  EXPECT_EQ(swept.together, (Outcome{.policy = "p",
                                     .done = 4,
                                     .late = 2,
                                     .segments = 5,
                                     .emitted = Grams(110),
                                     .mean_wait_hours = 6,
                                     .p95_wait_hours = 9,
                                     .mean_delay_hours = 4,
                                     .p95_delay_hours = 6,
                                     .peak_cpus = 7}));
  EXPECT_DOUBLE_EQ(swept.saved[0], 0.2);
  EXPECT_DOUBLE_EQ(swept.saved[1], 0.5);
}

TEST(Sweep, OfNothingEmittedNothingIsSaved) {
  const std::array<Outcome, 2> outcomes = {{{.policy = "p", .done = 1}, {.policy = "p"}}};
  const std::array<Grams, 2> run_now = {Grams(0), Grams(0)};
  EXPECT_EQ(Sweep(outcomes, run_now).saved, std::vector<double>{0}) << "a window without jobs";
  EXPECT_FALSE(MeanOf({}).half);
}

TEST(MeanOf, HasStudentsInterval) {
  const std::array<double, 4> values = {1, 2, 3, 4};
  const Interval interval = MeanOf(values);
  EXPECT_DOUBLE_EQ(interval.mean, 2.5);
  // t of 3 degrees of freedom at 97.5 %: 3.182446; standard error 0.6454972.
  EXPECT_NEAR(*interval.half, 3.182446 * 0.6454972, 1e-5);
  const std::array<double, 1> single = {7};
  EXPECT_FALSE(MeanOf(single).half);
}

}  // namespace
}  // namespace carbon::sim
