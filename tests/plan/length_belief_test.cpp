// SPDX-License-Identifier: Apache-2.0
#include "plan/length_belief.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(LengthBelief, WithoutRunsALengthIsTakenAtItsWord) {
  const LengthBelief declared = AtItsWord(hours(2));
  EXPECT_EQ(declared.source, LengthSource::declared);
  EXPECT_EQ(declared.runs, 0U);
  EXPECT_EQ(declared.mean, hours(2));
  EXPECT_EQ(declared.longest, hours(2));
  EXPECT_EQ(declared.bound, hours(2));
  EXPECT_EQ(ToString(AtItsWord(hours(2), LengthSource::assumed).source), "assumed");
}

TEST(LengthBelief, WhatWasDeclaredCountsAsOneRunOfTheMean) {
  const std::vector<Duration> runs(3, hours(2));
  EXPECT_EQ(LearntLength(runs, {}).mean, hours(2));
  EXPECT_EQ(LearntLength(runs, hours(1)).mean, minutes(105));
  EXPECT_EQ(LearntLength(runs, hours(1)).runs, 3U);
  EXPECT_EQ(LearntLength(runs, hours(1)).source, LengthSource::learnt);
}

TEST(LengthBelief, NeverLessThanTheLongestRunOrWhatWasDeclared) {
  const std::vector<Duration> runs(16, hours(2));
  EXPECT_EQ(LearntLength(runs, hours(9)).longest, hours(9));
  EXPECT_EQ(LearntLength(runs, hours(9)).bound, hours(9));
  std::vector<Duration> mostly = runs;
  mostly[5] = hours(30);
  EXPECT_EQ(LearntLength(mostly, hours(1)).longest, hours(30));
  EXPECT_GE(LearntLength(mostly, hours(1)).bound, hours(30));
}

TEST(LengthBelief, AFewRunsThatBearOutTheOwnerLeaveTheirWordTheBound) {
  std::vector<Duration> runs(4, minutes(110));
  EXPECT_EQ(LearntLength(runs, hours(2)).bound, hours(2));
  EXPECT_EQ(LearntLength(runs, minutes(101)).bound, minutes(110)) << "hardly longer";
  EXPECT_GT(LearntLength(runs, minutes(99)).bound, hours(2)) << "they took longer";
  EXPECT_GT(LearntLength(runs, {}).bound, hours(2)) << "nobody gave their word";
  runs.push_back(minutes(110));
  static_assert(kEnoughRuns == 5);
  EXPECT_GT(LearntLength(runs, hours(2)).bound, hours(2)) << "by now the runs speak";
}

TEST(LengthBelief, RunsWithoutALengthAndForEverAreOnes) {
  const std::vector<Duration> none(2, Duration(0));
  EXPECT_EQ(LearntLength(none, {}).mean, Duration(1));
  EXPECT_GE(LearntLength(none, {}).bound, Duration(1));
  const Duration century = hours(24) * 365 * 100;
  const std::vector<Duration> far = {Duration(1), century};
  EXPECT_NEAR(Hours(LearntLength(far, {}).bound), Hours(century), 0.01);
}

/// A template whose next run is longer than ln `length` with the chance that `beyond` tells.
struct Law {
  std::function<double(std::mt19937_64&)> draw;  ///< ln of a run's length in milliseconds
  std::function<double(double)> beyond;
};

double NormalTail(double z) { return 0.5 * std::erfc(z / std::sqrt(2)); }

Law LogNormal(double center, double spread) {
  return {.draw =
              [=](std::mt19937_64& random) mutable {
                return std::normal_distribution(center, spread)(random);
              },
          .beyond = [=](double log) { return NormalTail((log - center) / spread); }};
}

struct Chance {
  double mean = 0;
  double error = 0;  ///< standard error of `mean`
};

/// How probable it is that the next run of a template is longer than the bound learnt from so many
/// runs of it: a mean over templates and what happened to be seen of them.
Chance ChanceBeyond(const std::function<Law(std::mt19937_64&)>& draw_law, size_t runs,
                    std::optional<Duration> declared, uint64_t seed) {
  constexpr int kTemplates = 10'000;
  std::mt19937_64 random(seed);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kTemplates; ++i) {
    const Law law = draw_law(random);
    std::vector<Duration> lengths;
    lengths.reserve(runs);
    for (size_t run = 0; run < runs; ++run) {
      lengths.emplace_back(std::llround(std::exp(law.draw(random))));
    }
    const Duration bound = LearntLength(lengths, declared).bound;
    const double chance = law.beyond(std::log(static_cast<double>(bound.count())));
    sum += chance;
    squares += chance * chance;
  }
  const double mean = sum / kTemplates;
  return {.mean = mean, .error = std::sqrt((squares / kTemplates - mean * mean) / kTemplates)};
}

const double kHour = std::log(3.6e6);
constexpr uint64_t kSeed = 4711;

/// The numbers of docs/policies.md: how many times as long as a usual run the bound is.
TEST(LengthBelief, IsWideWhileLittleIsKnownAndNarrowsWithEachRun) {
  constexpr size_t kTemplates = 1001;
  const std::map<size_t, double> factors = {{1, 17},  {2, 9.1},  {3, 4.6},
                                            {5, 1.6}, {10, 1.3}, {16, 1.2}};
  for (const auto& [runs, factor] : factors) {
    SCOPED_TRACE(std::to_string(runs) + " runs, seed " + std::to_string(kSeed));
    std::mt19937_64 random(kSeed);
    const Law law = LogNormal(kHour, 0.05);
    std::vector<double> bounds;
    for (size_t i = 0; i < kTemplates; ++i) {
      std::vector<Duration> lengths;
      lengths.reserve(runs);
      for (size_t run = 0; run < runs; ++run) {
        lengths.emplace_back(std::llround(std::exp(law.draw(random))));
      }
      bounds.push_back(Hours(LearntLength(lengths, {}).bound));
    }
    const auto median = bounds.begin() + kTemplates / 2;
    std::nth_element(bounds.begin(), median, bounds.end());
    EXPECT_NEAR(*median, factor, 0.06 * factor);
  }
}

TEST(LengthBelief, OneLogNormalRunInAThousandIsLongerAtMost) {
  const auto any_template = [](std::mt19937_64& random) {
    std::uniform_real_distribution<double> log_spread(std::log(0.01), std::log(0.5));
    std::normal_distribution<double> center(kHour, 2);
    const double at = center(random);
    return LogNormal(at, std::exp(log_spread(random)));
  };
  for (const size_t runs : {1, 2, 3, 5, 10, 16, 30}) {
    SCOPED_TRACE(std::to_string(runs) + " runs, seed " + std::to_string(kSeed));
    const Chance chance = ChanceBeyond(any_template, runs, {}, kSeed);
    EXPECT_LE(chance.mean, kChanceBeyondBound + 3 * chance.error);
  }
}

TEST(LengthBelief, SoItIsAtAnySpreadUpToThePriorsWhateverWasDeclared) {
  for (const double spread : {0.02, 0.1, kPriorSpread}) {
    for (const double declared : {0.25, 0.5, 1.0, 4.0}) {
      for (const size_t runs : {5, 10, 16}) {
        SCOPED_TRACE(std::to_string(spread) + ", declared " + std::to_string(declared) + " h, " +
                     std::to_string(runs) + " runs, seed " + std::to_string(kSeed));
        const auto law = [&](std::mt19937_64&) { return LogNormal(kHour, spread); };
        const Duration word(std::llround(declared * 3.6e6));
        const Chance chance = ChanceBeyond(law, runs, word, kSeed);
        EXPECT_LE(chance.mean, kChanceBeyondBound + 3 * chance.error);
      }
    }
  }
}

/// One run in 20 takes three times as long as the others.
Law NowAndThenSlow() {
  const Law usual = LogNormal(kHour, 0.1);
  const Law slow = LogNormal(kHour + std::log(3), 0.1);
  return {.draw =
              [=](std::mt19937_64& random) {
                return std::bernoulli_distribution(0.05)(random) ? slow.draw(random)
                                                                 : usual.draw(random);
              },
          .beyond = [=](double log) { return 0.95 * usual.beyond(log) + 0.05 * slow.beyond(log); }};
}

/// Twice as long as the shortest run is one in eight.
Law Pareto() {
  constexpr double kIndex = 3;
  return {.draw =
              [](std::mt19937_64& random) {
                return kHour + std::exponential_distribution(kIndex)(random);
              },
          .beyond = [](double log) { return std::exp(-kIndex * std::max(0.0, log - kHour)); }};
}

/// The numbers of docs/policies.md.
TEST(LengthBelief, HeavierTailsThanTheLogNormalBreakTheBound) {
  const struct {
    std::string name;
    Law law;
    std::map<size_t, double> percent;  ///< by runs
  } rows[] = {
      {"spread 0.7", LogNormal(kHour, 0.7), {{3, 0.31}, {5, 0.30}, {16, 0.16}}},
      {"spread 1", LogNormal(kHour, 1), {{3, 1.4}, {5, 0.95}, {16, 0.26}}},
      {"now and then slow", NowAndThenSlow(), {{3, 0.38}, {5, 2.9}, {16, 2.4}}},
      {"Pareto", Pareto(), {{3, 0.41}, {5, 1.0}, {16, 1.6}}},
  };
  for (const auto& row : rows) {
    for (const auto& [runs, percent] : row.percent) {
      SCOPED_TRACE(row.name + ", " + std::to_string(runs) + " runs");
      const auto law = [&](std::mt19937_64&) { return row.law; };
      const Chance chance = ChanceBeyond(law, runs, {}, kSeed);
      EXPECT_NEAR(100 * chance.mean, percent, 0.05 + 300 * chance.error);
    }
  }
}

}  // namespace
}  // namespace carbon::plan
