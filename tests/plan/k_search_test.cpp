// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "plan/policy_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;

/// A job of `steps` whole hours that arrives with the first one, in a world of [least, most].
struct Search {
  int steps = 1;
  double least = 100;
  double most = 400;

  /// By the equation of the paper.
  double Ratio() const {
    double low = 1;
    double high = most / least;
    for (int i = 0; i < 60; ++i) {
      const double alpha = (low + high) / 2;
      const double left = (1 - least / most) / (1 - 1 / alpha);
      (left > std::pow(1 + 1 / (steps * alpha), steps) ? low : high) = alpha;
    }
    return high;
  }

  /// That of the i-th step, i from 1, where each one before it has cost its own.
  double ReservePrice(int i) const {
    const double alpha = Ratio();
    return most * (1 - (1 - 1 / alpha) * std::pow(1 + 1 / (alpha * steps), i - 1));
  }

  /// The job may be done at the end of `hourly`, of which there are at least `steps`.
  Schedule Plan(const std::vector<double>& hourly) const {
    const grid::Series signal(PolicyCase::Midnight(), hours(1), hourly);
    const int64_t waits = static_cast<int64_t>(hourly.size()) - steps;
    return KSearch({.signal = signal,
                    .arrival = signal.start(),
                    .length = hours(steps),
                    .believed = hours(steps),
                    .longest_wait = hours(waits),
                    .end = signal.end(),
                    .lengths = {},
                    .seen = IntensityRange{GramsPerKwh(least), GramsPerKwh(most)}});
  }

  double Cost(const std::vector<double>& hourly) const {
    double sum = 0;
    for (const Segment& run : Plan(hourly)) {
      for (Time at = run.start; at < run.end(); at += hours(1)) {
        sum += hourly.at(static_cast<size_t>((at - PolicyCase::Midnight()) / hours(1)));
      }
    }
    return sum;
  }

  double Optimum(std::vector<double> hourly) const {
    std::sort(hourly.begin(), hourly.end());
    return std::accumulate(hourly.begin(), hourly.begin() + steps, 0.0);
  }
};

bool RunsFirst(const Search& search, const std::vector<double>& hourly) {
  return search.Plan(hourly).front().start == PolicyCase::Midnight();
}

TEST(KSearch, OfOneStepAcceptsTheSquareRootOfTheBounds) {
  const Search search{.steps = 1};
  EXPECT_NEAR(search.Ratio(), 2, 1e-9);
  EXPECT_TRUE(RunsFirst(search, {199.999, 100, 100}));
  EXPECT_FALSE(RunsFirst(search, {200.001, 100, 100}));
}

TEST(KSearch, HasThePublishedReservePricesWhereEachStepCostsItsPrice) {
  const Search search{.steps = 4};
  std::vector<double> prices;
  for (int i = 1; i <= search.steps; ++i) {
    prices.push_back(search.ReservePrice(i));
  }
  EXPECT_TRUE(std::is_sorted(prices.rbegin(), prices.rend())) << "they fall";
  EXPECT_NEAR(search.ReservePrice(search.steps + 1), search.least, 1e-6);
  for (int i = 0; i < search.steps; ++i) {
    SCOPED_TRACE("step " + std::to_string(i + 1));
    std::vector<double> hourly = prices;
    for (double& price : hourly) {
      price *= 1 - 1e-9;
    }
    hourly.resize(12, search.most);
    EXPECT_EQ(search.Plan(hourly), Schedule{PolicyCase::At(hours(0), hours(search.steps))});
    hourly.at(static_cast<size_t>(i)) = prices.at(static_cast<size_t>(i)) * (1 + 1e-6);
    const Schedule schedule = search.Plan(hourly);
    EXPECT_TRUE(i == 0 ? schedule.front().start > PolicyCase::Midnight()
                       : schedule.front().length == hours(i));
  }
}

TEST(KSearch, HoldsItsBoundWhereThePublishedPricesAloneWouldNot) {
  const Search search{.steps = 2, .least = 1, .most = 100};
  const std::vector<double> hourly = {1, 7.1, 100};
  ASSERT_GT(7.1, search.ReservePrice(2)) << "it would be refused";
  ASSERT_GT(1 + 100, search.Ratio() * search.Optimum(hourly));
  EXPECT_DOUBLE_EQ(search.Cost(hourly), 8.1);
}

TEST(KSearch, RunsAtTheLeastThatWasEverSeenAndBelow) {
  const Search search{.steps = 3, .least = 300, .most = 330};
  EXPECT_EQ(search.Plan({300, 300, 300, 290, 290, 290}),
            Schedule{PolicyCase::At(hours(0), hours(3))});
}

TEST(KSearch, RunsAtOnceWhereNothingWasSeenOrAllIsTheSame) {
  const PolicyCase unseen{.hourly = std::vector<double>(12, 500)};
  EXPECT_EQ(unseen.Plan(KSearch), unseen.Plan(RunNow));
  const Search same{.steps = 2, .least = 300, .most = 300};
  EXPECT_TRUE(RunsFirst(same, {300, 300, 300, 300}));
  EXPECT_TRUE(RunsFirst(same, {500, 300, 300, 300})) << "outside of what was seen is clipped";
}

TEST(KSearch, AGridThatWasOnceAtZeroHasAReservePrice) {
  const Search search{.steps = 1, .least = 0, .most = 400};
  EXPECT_TRUE(RunsFirst(search, {19.9, 0, 0}));
  EXPECT_FALSE(RunsFirst(search, {20.1, 0, 0}));
}

TEST(KSearch, EmitsAtMostAlphaTimesTheOptimumOnRandomIntensities) {
  constexpr unsigned kSeed = 20261201;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  std::uniform_real_distribution<double> share(0, 1);
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const int steps = std::uniform_int_distribution<int>(1, 8)(random);
    const double least = 1 + 200 * share(random);
    const Search search{.steps = steps, .least = least, .most = least * (1 + 20 * share(random))};
    std::vector<double> prices;
    for (int i = 1; i <= steps; ++i) {
      prices.push_back(search.ReservePrice(i));
    }
    std::vector<double> hourly(static_cast<size_t>(steps) + random() % 8);
    for (double& value : hourly) {
      const double kind = share(random);
      value = kind < 0.2   ? search.least
              : kind < 0.3 ? search.most
              : kind < 0.6 ? prices[random() % prices.size()] * (1 + 1e-6)
                           : search.least + (search.most - search.least) * share(random);
      value = std::clamp(value, search.least, search.most);
    }
    const double optimum = search.Optimum(hourly);
    const double cost = search.Cost(hourly);
    ASSERT_LE(cost, search.Ratio() * optimum * (1 + 1e-9));
    ASSERT_GE(cost, optimum * (1 - 1e-9));
    ASSERT_LE(search.Plan(hourly).back().end(),
              PolicyCase::Midnight() + hours(static_cast<int64_t>(hourly.size())));
  }
}

/// The least price at which the step after `hourly` is refused, if the job may still wait then.
double Refused(const Search& search, const std::vector<double>& hourly) {
  const size_t at = hourly.size();
  double low = search.least;
  double high = search.most;
  for (int i = 0; i < 20; ++i) {
    const double price = (low + high) / 2;
    std::vector<double> with = hourly;
    with.push_back(price);
    with.resize(at + 2 + static_cast<size_t>(search.steps), search.most);
    const Time step = PolicyCase::Midnight() + hours(static_cast<int64_t>(at));
    bool runs = false;
    for (const Segment& run : search.Plan(with)) {
      runs = runs || (run.start <= step && step < run.end());
    }
    (runs ? low : high) = price;
  }
  return high;
}

TEST(KSearch, HoldsItsBoundAgainstAnAdversaryWhoKnowsItsPrices) {
  constexpr unsigned kSeed = 20261202;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  double worst = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const int steps = std::uniform_int_distribution<int>(1, 4)(random);
    const Search search{
        .steps = steps, .least = 10, .most = 10 * static_cast<double>(2 + random() % 30)};
    std::vector<double> hourly;
    const size_t shown = 1 + random() % 6;
    hourly.reserve(shown);
    for (size_t i = 0; i < shown; ++i) {
      hourly.push_back(random() % 3 == 0 ? search.least : Refused(search, hourly));
    }
    hourly.resize(shown + static_cast<size_t>(steps), search.most);
    const double ratio = search.Cost(hourly) / search.Optimum(hourly);
    ASSERT_LE(ratio, search.Ratio() * (1 + 1e-4));
    worst = std::max(worst, ratio / search.Ratio());
  }
  EXPECT_GT(worst, 0.99) << "the bound is not only held but met";
}

}  // namespace
}  // namespace carbon::plan
