// SPDX-License-Identifier: Apache-2.0
#include "plan/stages.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

/// One task for so many hours.
Stage For(double in_hours, std::vector<uint32_t> parents = {}) {
  return {.task_seconds = in_hours * 3600, .tasks = 1, .parents = std::move(parents)};
}

/// 0 (1 h) and 1 (3 h) side by side, then 2 (1 h) after both.
const std::vector<Stage> kJoin = {For(1), For(3), For(1, {0, 1})};

TEST(TimesOf, FindsTheCriticalPathAndTheSlackBesideIt) {
  const auto times = TimesOf(kJoin, 1);
  ASSERT_TRUE(times) << times.error().message;
  EXPECT_EQ(times->length, hours(4));
  EXPECT_EQ(times->stages[0].slack, hours(2));
  EXPECT_EQ(times->stages[1].slack, Duration::zero());
  EXPECT_EQ(times->stages[2].start, hours(3));
  EXPECT_EQ(times->stages[2].slack, Duration::zero());
  EXPECT_DOUBLE_EQ(times->stages[0].importance, 0.5);
  EXPECT_DOUBLE_EQ(times->stages[1].importance, 1);
}

TEST(TimesOf, CountsWavesOfTasks) {
  const std::vector<Stage> stages = {{.task_seconds = 600, .tasks = 10, .parents = {}}};
  EXPECT_EQ(TimesOf(stages, 10)->length, minutes(1));
  EXPECT_EQ(TimesOf(stages, 4)->length, minutes(3));
  EXPECT_EQ(TimesOf(stages, 100)->length, minutes(1));
  EXPECT_EQ(TimesOf({}, 1)->length, Duration::zero());
}

TEST(TimesOf, SaysWhatIsWrongWithAGraph) {
  struct Case {
    std::vector<Stage> stages;
    const char* want;
  };
  const Case cases[] = {
      {{For(1), For(1, {2})}, "stage 1 waits for stage 2, which does not exist"},
      {{For(1, {0})}, "stage 0 waits for itself, directly or through others"},
      {{For(1), For(1, {0, 2}), For(1, {1})},
       "stage 1 waits for itself, directly or through others"},
      {{For(0)}, "stage 0 needs more than 0 tasks and task seconds"},
      {{For(NAN)}, "stage 0 needs more than 0 tasks and task seconds"},
      {{{.task_seconds = 1, .tasks = 0, .parents = {}}},
       "stage 0 needs more than 0 tasks and task seconds"},
      {{For(1e9)}, "stage 0 takes more than 100 years"},
      {{For(5e5), For(5e5, {0})}, "the stages take more than 100 years"},
  };
  for (const Case& c : cases) {
    const auto times = TimesOf(c.stages, 1);
    ASSERT_FALSE(times) << c.want;
    EXPECT_EQ(times.error(), Invalid(c.want));
  }
  EXPECT_EQ(TimesOf(kJoin, 0).error(), Invalid("a job needs at least one core"));
}

TEST(ShiftStages, MovesWhatHasSlackToTheCleanestHours) {
  const grid::Series signal(kStart, hours(1), {500, 300, 100, 200});
  const auto shifted = ShiftStages(signal, kStart, kJoin, 1, Watts(1000));
  ASSERT_TRUE(shifted) << shifted.error().message;
  EXPECT_EQ(shifted->starts, (std::vector<Duration>{hours(2), hours(0), hours(3)}));
  EXPECT_DOUBLE_EQ(shifted->unshifted.value(), 500 + (500 + 300 + 100) + 200);
  EXPECT_DOUBLE_EQ(shifted->shifted.value(), 100 + (500 + 300 + 100) + 200);
}

TEST(ShiftStages, GivesParentsTheRoomThatTheirChildrenLeave) {
  // 0 and 1 after each other, beside 2.
  const std::vector<Stage> stages = {For(1), For(1, {0}), For(4)};
  const grid::Series signal(kStart, hours(1), {500, 500, 200, 100});
  const auto shifted = ShiftStages(signal, kStart, stages, 1, Watts(1000));
  ASSERT_TRUE(shifted);
  EXPECT_EQ(shifted->starts, (std::vector<Duration>{hours(2), hours(3), hours(0)}));
}

TEST(ShiftStages, StaysWhereNothingIsCleanerOrKnown) {
  const grid::Series flat(kStart, hours(1), std::vector<double>(4, 100));
  EXPECT_EQ(ShiftStages(flat, kStart, kJoin, 1, Watts(1))->starts,
            (std::vector<Duration>{hours(0), hours(0), hours(3)}));
  const grid::Series gap(kStart, hours(1), {100, grid::Series::kUnknown, 100, 100});
  EXPECT_EQ(ShiftStages(gap, kStart, kJoin, 1, Watts(1)).error(),
            Invalid("the signal is not known from 2021-07-01T00:00:00Z to 2021-07-01T04:00:00Z"));
}

std::vector<Stage> RandomStages(std::mt19937_64& random) {
  std::uniform_real_distribution<double> work(1, 40'000);
  std::vector<Stage> stages(1 + random() % 12);
  for (size_t i = 0; i < stages.size(); ++i) {
    stages[i].task_seconds = work(random);
    stages[i].tasks = static_cast<uint32_t>(1 + random() % 30);
    for (uint32_t parent = 0; parent < i; ++parent) {
      if (random() % 4 == 0) {
        stages[i].parents.push_back(parent);
      }
    }
  }
  return stages;
}

void CheckPromises(const grid::Series& signal, Time start, const std::vector<Stage>& stages,
                   uint32_t slots) {
  const auto times = TimesOf(stages, slots);
  const auto shifted = ShiftStages(signal, start, stages, slots, Watts(750));
  ASSERT_TRUE(times && shifted);
  bool critical = false;
  for (size_t i = 0; i < stages.size(); ++i) {
    const StageTimes& stage = times->stages[i];
    ASSERT_GE(stage.slack, Duration::zero());
    ASSERT_GT(stage.importance, 0);
    ASSERT_LE(stage.importance, 1);
    critical = critical || stage.slack == Duration::zero();
    ASSERT_GE(shifted->starts[i], stage.start);
    ASSERT_LE(shifted->starts[i], stage.start + stage.slack);
    ASSERT_LE(shifted->starts[i] + stage.length, times->length);
    for (const uint32_t parent : stages[i].parents) {
      ASSERT_GE(shifted->starts[i], shifted->starts[parent] + times->stages[parent].length);
    }
  }
  ASSERT_TRUE(critical);
  ASSERT_LE(shifted->shifted, shifted->unshifted);
  const auto again = ShiftStages(signal, start, stages, slots, Watts(750));
  ASSERT_EQ(again->starts, shifted->starts);
  ASSERT_EQ(again->shifted, shifted->shifted);
}

TEST(ShiftStages, NeverLengthensAJobNorBreaksItsOrderNorEmitsMore) {
  constexpr uint64_t kSeed = 20261129;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  std::vector<double> values(24 * 40);
  for (double& value : values) {
    value = static_cast<double>(random() % 800);
  }
  const grid::Series signal(kStart, hours(1), values);
  for (int i = 0; i < 10'000; ++i) {
    SCOPED_TRACE("graph " + std::to_string(i));
    const auto stages = RandomStages(random);
    const Time start = kStart + Duration(static_cast<int64_t>(random() % 86'400'000));
    CheckPromises(signal, start, stages, static_cast<uint32_t>(1 + random() % 8));
    if (testing::Test::HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace carbon::plan
