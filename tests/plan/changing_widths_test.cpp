// SPDX-License-Identifier: Apache-2.0
#include "plan/changing_widths.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "plan/elastic_case.h"

namespace carbon::plan {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

std::optional<ElasticPlan> Cheapest(const std::vector<double>& hourly, double work,
                                    std::vector<double> per_hour) {
  const Series signal(kStart, hours(1), hourly);
  return CheapestWithoutPause(signal, ThroughoutOf(signal, work, std::move(per_hour)));
}

TEST(CheapestWithoutPause, KeepsAWorkerInTheDirtyHourBetweenCleanOnes) {
  const auto plan = Cheapest({100, 300, 100}, 5, {1, 2});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->runs, (std::vector<ElasticRun>{{kStart, hours(1), 2},
                                                 {kStart + hours(1), hours(1), 1},
                                                 {kStart + hours(2), hours(1), 2}}));
  EXPECT_EQ(plan->emitted, Grams(700));
}

TEST(CheapestWithoutPause, RunsThroughNoUnknownHour) {
  EXPECT_FALSE(Cheapest({100, Series::kUnknown, 100}, 3, {1, 2}));
  EXPECT_EQ(Cheapest({100, Series::kUnknown, 50}, 2, {1, 2})->runs,
            (std::vector<ElasticRun>{{kStart + hours(2), hours(1), 2}}));
}

TEST(CheapestWithoutPause, IsForMoreThanOneWorker) {
  EXPECT_FALSE(Cheapest({100, 100}, 2, {1}));
  EXPECT_FALSE(Cheapest({100, 100}, 2, {1, 1}));
}

TEST(CheapestWithoutPause, AHundredWorkersInAThousandStepsEndSoon) {
  std::vector<double> values(1'152);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = 100 + static_cast<double>(i % 97);
  }
  std::vector<double> per_hour(100);
  for (size_t i = 0; i < per_hour.size(); ++i) {
    per_hour[i] = static_cast<double>(i + 1);
  }
  const Series signal(kStart, minutes(5), values);
  EXPECT_TRUE(CheapestWithoutPause(signal, {.arrival = kStart,
                                            .end = signal.end(),
                                            .work = 96,
                                            .per_hour = per_hour,
                                            .per_worker = Watts(1000)}));
}

struct Instance {
  std::vector<double> hourly;
  std::vector<double> per_hour;
  double work = 0;
};

/// The least of the ways that begin and end with hours, with at least one worker in each: whole
/// widths, and one more worker for a part of one hour.
double Least(const Instance& it) {
  double least = std::numeric_limits<double>::infinity();
  const size_t choices = it.per_hour.size();
  for (size_t from = 0; from < it.hourly.size(); ++from) {
    size_t all = 1;
    for (size_t to = from + 1; to <= it.hourly.size(); ++to) {
      all *= choices;
      for (size_t code = 0; code < all; ++code) {
        double left = it.work;
        double grams = 0;
        double cheapest_part = std::numeric_limits<double>::infinity();
        size_t rest = code;
        std::vector<size_t> widths;
        for (size_t hour = from; hour < to; ++hour, rest /= choices) {
          widths.push_back(1 + rest % choices);
          left -= it.per_hour[widths.back() - 1];
          grams += static_cast<double>(widths.back()) * it.hourly[hour];
        }
        if (left < -1e-9) {
          continue;
        }
        for (size_t i = 0; i < widths.size(); ++i) {
          const size_t width = widths[i];
          const double adds = width < choices ? it.per_hour[width] - it.per_hour[width - 1] : 0;
          if (adds > 0 && adds >= left) {
            cheapest_part = std::min(cheapest_part, it.hourly[from + i] * left / adds);
          }
        }
        least = std::min(least, grams + (left < 1e-9 ? 0 : cheapest_part));
      }
    }
  }
  return least;
}

TEST(CheapestWithoutPause, EqualsTryingAllWidthsBetweenAllHours) {
  constexpr unsigned kSeed = 20261130;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  std::uniform_real_distribution<double> share(0, 1);
  int found = 0;
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Instance it{.hourly = std::vector<double>(1 + random() % 4), .per_hour = {}};
    for (double& value : it.hourly) {
      value = static_cast<double>(random() % 20) * 30;
    }
    double adds = 0.5 + share(random);
    for (size_t workers = 2 + random() % 2; it.per_hour.size() < workers;) {
      it.per_hour.push_back((it.per_hour.empty() ? 0 : it.per_hour.back()) + adds);
      adds *= random() % 4 == 0 ? 1 : 0.05 + 0.95 * share(random);
    }
    it.work = it.per_hour.back() * static_cast<double>(it.hourly.size()) * share(random) + 0.01;
    const auto plan = Cheapest(it.hourly, it.work, it.per_hour);
    const double least = Least(it);
    ASSERT_EQ(plan.has_value(), least < std::numeric_limits<double>::infinity());
    if (!plan) {
      continue;
    }
    ++found;
    double work = 0;
    double grams = 0;
    Time at = plan->runs.front().start;
    for (const ElasticRun& run : plan->runs) {
      ASSERT_EQ(run.start, at) << "no pause";
      at = run.start + run.length;
      work += it.per_hour[run.workers - 1] * Hours(run.length);
      grams += Hours(run.length) * static_cast<double>(run.workers) *
               Series(kStart, hours(1), it.hourly).Mean(run.start, at)->value();
    }
    ASSERT_GE(work, it.work * (1 - 1e-9));
    ASSERT_NEAR(grams, plan->emitted.value(), 1e-6);
    // The last worker runs for whole milliseconds.
    ASSERT_GE(plan->emitted.value(), least * (1 - 1e-9));
    ASSERT_LE(plan->emitted.value(), least * (1 + 1e-9) + 600 / 3.6e6);
  }
  EXPECT_GT(found, 5'000);
}

}  // namespace
}  // namespace carbon::plan
