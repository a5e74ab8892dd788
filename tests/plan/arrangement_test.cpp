// SPDX-License-Identifier: Apache-2.0
#include "plan/arrangement.h"

#include <gtest/gtest.h>

#include <vector>

namespace carbon::plan {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

class Arranged : public testing::Test {
 protected:
  Arranged() { outlook_.expected = Series(kStart, hours(1), {300, 100, Series::kUnknown, 200}); }

  std::optional<Arrangement> With(const std::vector<ElasticRun>& runs,
                                  const PauseCost& pause = {}) {
    return Arrange({&place_, &outlook_}, runs, pause);
  }

  const Place place_{.region = "eu-1", .zone = {"DE"}, .power = Watts(500)};
  grid::Outlook outlook_;
};

TEST_F(Arranged, EmitsByWorkersAndIntensity) {
  const auto plan = With({{kStart, hours(1), 1}, {kStart + hours(1), minutes(30), 4}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->region, "eu-1");
  EXPECT_EQ(plan->zone, "DE");
  EXPECT_EQ(plan->runs[0].emissions, Grams(150));
  EXPECT_EQ(plan->runs[1].emissions, Grams(100));
  EXPECT_EQ(plan->runs[1].intensity, GramsPerKwh(100));
  EXPECT_EQ(plan->emissions, Grams(250));
  EXPECT_EQ(plan->pauses, 0U);
  EXPECT_EQ(plan->of_pauses, Grams(0));
  EXPECT_EQ(plan->MostWorkers(), 4U);
}

TEST_F(Arranged, APauseCostsItsCheckpointAsItBeginsAndItsDelayAsItEnds) {
  const auto plan = With({{kStart, minutes(30), 1}, {kStart + minutes(90), minutes(30), 2}},
                         {.energy = KilowattHours(0.1), .delay = minutes(15)});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->pauses, 1U);
  EXPECT_EQ(plan->runs[1].start, kStart + minutes(75));
  EXPECT_EQ(plan->runs[1].length, minutes(45));
  EXPECT_EQ(plan->runs[1].delay, minutes(15));
  EXPECT_EQ(plan->runs[0].delay, Duration::zero());
  EXPECT_EQ(plan->end(), kStart + hours(2)) << "a delay makes nothing late";
  EXPECT_DOUBLE_EQ(plan->of_pauses.value(), 0.1 * 300 + 0.25 * 100);
  EXPECT_DOUBLE_EQ(plan->emissions.value(), 75 + 50 + 0.1 * 300 + 0.25 * 100);
}

TEST_F(Arranged, APauseIsNoShorterThanItsDelay) {
  const std::vector<ElasticRun> runs = {{kStart, minutes(30), 1},
                                        {kStart + hours(1), minutes(30), 1}};
  EXPECT_TRUE(With(runs, {.energy = {}, .delay = minutes(30)}));
  EXPECT_FALSE(With(runs, {.energy = {}, .delay = minutes(31)}));
}

TEST_F(Arranged, NothingRunsInAnUnknownHour) {
  EXPECT_FALSE(With({{kStart + hours(1), hours(2), 1}}));
  const std::vector<ElasticRun> around = {{kStart, hours(2), 1}, {kStart + hours(3), hours(1), 1}};
  EXPECT_TRUE(With(around));
  EXPECT_FALSE(With(around, {.energy = {}, .delay = minutes(1)}));
}

TEST_F(Arranged, AnIntensityThatIsKnownOtherwiseIsTaken) {
  const auto plan = ArrangeAt({&place_, &outlook_}, {kStart, hours(9), 2}, GramsPerKwh(50));
  EXPECT_EQ(plan.emissions, Grams(450));
  EXPECT_EQ(plan.end(), kStart + hours(9));
}

}  // namespace
}  // namespace carbon::plan
