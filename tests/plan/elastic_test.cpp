// SPDX-License-Identifier: Apache-2.0
#include "plan/elastic.h"

#include <gtest/gtest.h>

#include <algorithm>
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

Result<ElasticPlan> Cheapest(const std::vector<double>& hourly, double work,
                             std::vector<double> per_hour) {
  const Series signal(kStart, hours(1), hourly);
  return CheapestWidths(signal, ThroughoutOf(signal, work, std::move(per_hour)));
}

TEST(CheapestWidths, WidensInTheCleanHour) {
  // The second worker adds 0.5 at 100 g in the clean hour, which beats the first of the dirty one.
  const auto plan = Cheapest({300, 100}, 1.5, {1, 1.5});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->runs, (std::vector<ElasticRun>{{kStart + hours(1), hours(1), 2}}));
  EXPECT_EQ(plan->emitted, Grams(200));
}

TEST(CheapestWidths, DoesNotWidenWhereFurtherWorkersDoTooLittle) {
  const auto plan = Cheapest({200, 100}, 2, {1, 1.4});
  EXPECT_EQ(plan->runs, (std::vector<ElasticRun>{{kStart, hours(2), 1}}));
  EXPECT_EQ(plan->emitted, Grams(300));
}

TEST(CheapestWidths, TakesOnlyAsMuchOfTheLastHourAsIsNeeded) {
  const auto plan = Cheapest({300, 100}, 1.75, {1, 2});
  EXPECT_EQ(plan->runs,
            (std::vector<ElasticRun>{{kStart + hours(1), minutes(45), 2},
                                     {kStart + hours(1) + minutes(45), minutes(15), 1}}));
  EXPECT_DOUBLE_EQ(plan->emitted.value(), 175);
}

TEST(CheapestWidths, ThePartOfAnHourTouchesTheHourThatFollowsWhereNoneBeforeRuns) {
  EXPECT_EQ(Cheapest({200, 100, 300}, 1.25, {1})->runs,
            (std::vector<ElasticRun>{{kStart + minutes(45), minutes(75), 1}}));
  EXPECT_EQ(Cheapest({100, 200, 100}, 2.25, {1})->runs,
            (std::vector<ElasticRun>{{kStart, minutes(75), 1}, {kStart + hours(2), hours(1), 1}}));
}

TEST(CheapestWidths, RunsInNoUnknownHour) {
  const auto plan = Cheapest({Series::kUnknown, 500}, 1, {1});
  EXPECT_EQ(plan->runs, (std::vector<ElasticRun>{{kStart + hours(1), hours(1), 1}}));
  EXPECT_EQ(Cheapest({Series::kUnknown, 500}, 3, {1, 1.5}).error().message,
            "of 3 units of work 1.5 cannot be done between 2021-07-01T00:00:00Z and "
            "2021-07-01T02:00:00Z while the signal is known");
}

TEST(CheapestWidths, AllThatCanBeDoneIsNotTooMuchByRounding) {
  ASSERT_LT(0.1, 0.1 + 0.1 + 0.1 - 0.1 - 0.1);
  EXPECT_EQ(Cheapest({100, 100, 100}, 0.1 + 0.1 + 0.1, {0.1})->runs,
            (std::vector<ElasticRun>{{kStart, hours(3), 1}}));
}

TEST(CheapestWidths, OfZeroGramsIsTakenFirst) {
  EXPECT_EQ(Cheapest({1, 0, 0}, 4, {1, 2})->emitted, Grams(0));
}

TEST(CheapestWidths, RefusesWhatIsNotConcave) {
  const std::string told = "the work per hour is not concave at ";
  const std::string rule =
      " workers: each may add no less than nothing and no more than the one before";
  EXPECT_EQ(Cheapest({100}, 1, {1, 2.5}).error(), Invalid(told + "2" + rule));
  EXPECT_EQ(Cheapest({100}, 1, {1, 2, 1.5}).error(), Invalid(told + "3" + rule));
  EXPECT_EQ(Cheapest({100}, 1, {0, 0}).error(), Invalid(told + "1" + rule));
  const std::string positive = "an elastic job needs work, a width and a power, each more than 0";
  EXPECT_EQ(Cheapest({100}, 1, {}).error(), Invalid(positive));
  EXPECT_EQ(Cheapest({100}, 0, {1}).error(), Invalid(positive));
}

struct Instance {
  std::vector<double> hourly;
  std::vector<double> per_hour;
  double work = 0;

  double Adds(size_t worker) const {
    return per_hour[worker] - (worker == 0 ? 0 : per_hour[worker - 1]);
  }
};

/// The least over all whole widths in each hour, and one more worker for a part of one hour: the
/// corners of what is possible, one of which is optimal.
double Least(const Instance& it) {
  const size_t choices = it.per_hour.size() + 1;
  size_t all = 1;
  for (size_t i = 0; i < it.hourly.size(); ++i) {
    all *= choices;
  }
  double least = std::numeric_limits<double>::infinity();
  for (size_t code = 0; code < all; ++code) {
    double left = it.work;
    double grams = 0;
    std::vector<size_t> widths;
    for (size_t rest = code; widths.size() < it.hourly.size(); rest /= choices) {
      widths.push_back(rest % choices);
      left -= widths.back() == 0 ? 0 : it.per_hour[widths.back() - 1];
      grams += static_cast<double>(widths.back()) * it.hourly[widths.size() - 1];
    }
    if (left <= 0) {
      least = std::min(least, grams);
      continue;
    }
    for (size_t hour = 0; hour < it.hourly.size(); ++hour) {
      if (widths[hour] < it.per_hour.size() && it.Adds(widths[hour]) >= left) {
        least = std::min(least, grams + it.hourly[hour] * left / it.Adds(widths[hour]));
      }
    }
  }
  return least;
}

double WorkOf(const ElasticPlan& plan, const Instance& it) {
  double work = 0;
  for (const ElasticRun& run : plan.runs) {
    work += it.per_hour[run.workers - 1] * Hours(run.length);
  }
  return work;
}

TEST(CheapestWidths, EqualsTryingAllWidths) {
  constexpr unsigned kSeed = 20261207;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  std::uniform_real_distribution<double> share(0, 1);
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Instance it{.hourly = std::vector<double>(1 + random() % 4), .per_hour = {}};
    for (double& value : it.hourly) {
      value = static_cast<double>(random() % 20) * 30;
    }
    double adds = 0.5 + share(random);
    for (size_t workers = 1 + random() % 3; it.per_hour.size() < workers;) {
      it.per_hour.push_back((it.per_hour.empty() ? 0 : it.per_hour.back()) + adds);
      adds *= random() % 4 == 0 ? 1 : share(random);
    }
    it.work =
        it.per_hour.back() * static_cast<double>(it.hourly.size()) * (0.01 + 0.98 * share(random));
    const auto plan = Cheapest(it.hourly, it.work, it.per_hour);
    ASSERT_TRUE(plan) << plan.error().message;
    const double least = Least(it);
    // The last worker runs for whole milliseconds.
    ASSERT_GE(plan->emitted.value(), least * (1 - 1e-9));
    ASSERT_LE(plan->emitted.value(), least * (1 + 1e-9) + 600 / 3.6e6);
    ASSERT_GE(WorkOf(*plan, it), it.work * (1 - 1e-9));
  }
}

}  // namespace
}  // namespace carbon::plan
