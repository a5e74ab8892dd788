// SPDX-License-Identifier: Apache-2.0
#include "plan/pausing.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace carbon::plan {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

constexpr unsigned kSeed = 20261130;
constexpr double kNever = std::numeric_limits<double>::infinity();
const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

PausableWork WorkOf(Duration length, Duration window, PauseCost pause = {}) {
  return {.earliest = kStart,
          .end = kStart + window,
          .length = length,
          .power = Watts(1000),
          .pause = pause,
          .wait_per_hour = {}};
}

TEST(CheapestWithPauses, RunsInTheCleanestHoursWherePausesAreFree) {
  const Series signal(kStart, hours(1), {300, 100, 200, 100});
  EXPECT_EQ(CheapestWithPauses(signal, WorkOf(hours(2), hours(4))),
            (Schedule{{kStart + hours(1), hours(1)}, {kStart + hours(3), hours(1)}}));
}

TEST(CheapestWithPauses, APauseIsWeighedByItsCheckpointAndItsDelay) {
  const Series signal(kStart, hours(1), {300, 100, 200, 100});
  const Schedule paused{{kStart + hours(1), hours(1)}, {kStart + hours(3), hours(1)}};
  const Schedule whole{{kStart + hours(1), hours(2)}};
  // In one piece it emits 300 g, with the pause 200 g and its cost: 100 g/kWh as it stops, 200 as
  // it resumes.
  const auto with = [&](double kwh, Duration delay) {
    return CheapestWithPauses(
        signal, WorkOf(hours(2), hours(4), {.energy = KilowattHours(kwh), .delay = delay}));
  };
  EXPECT_EQ(with(0.9, {}), paused);
  EXPECT_EQ(with(1.1, {}), whole);
  EXPECT_EQ(with(0.1, minutes(5)), paused);
  EXPECT_EQ(with(0.5, minutes(20)), whole);
  EXPECT_EQ(with(0, minutes(55)), whole);
}

TEST(CheapestWithPauses, ThereIsNoneWithoutTimeForOne) {
  const Series signal(kStart, hours(1), {300, 100, 200, 100});
  EXPECT_FALSE(
      CheapestWithPauses(signal, WorkOf(hours(3), hours(4), {.energy = {}, .delay = minutes(61)})));
  EXPECT_FALSE(CheapestWithPauses(signal, WorkOf(hours(5), hours(9))));
}

TEST(CheapestWithPauses, SlotsGrowWithThePlan) {
  EXPECT_EQ(PauseSlot(WorkOf(hours(2), hours(24))), minutes(5));
  EXPECT_GT(PauseSlot(WorkOf(hours(100), hours(200), {.energy = {}, .delay = hours(20)})),
            minutes(5));
}

/// A signal of steps of whole slots, told by the minute.
struct Instance {
  Series signal;
  PausableWork work;

  double At(int64_t minute) const {
    const auto value = signal.At(kStart + minutes(minute));
    return value ? value->value() : kNever;
  }
  double Kwh(Duration time) const { return (work.power * time).value(); }

  /// Of runs, by the minute; infinite where it cannot be so.
  double CostOf(const Schedule& runs) const {
    double cost = 0;
    for (size_t i = 0; i < runs.size(); ++i) {
      const int64_t from = (runs[i].start - kStart) / minutes(1);
      for (int64_t minute = from; minute < (runs[i].end() - kStart) / minutes(1); ++minute) {
        cost += Kwh(minutes(1)) * At(minute);
      }
      if (i > 0) {
        const int64_t stopped = (runs[i - 1].end() - kStart) / minutes(1);
        const int64_t delay = work.pause.delay / minutes(1);
        cost += from - stopped < delay ? kNever : work.pause.energy.value() * At(stopped - 1);
        for (int64_t minute = std::max<int64_t>(0, from - delay); minute < from; ++minute) {
          cost += Kwh(minutes(1)) * At(minute);
        }
      }
    }
    return runs.back().end() <= work.end ? cost : kNever;
  }
};

Instance ARandomOne(std::mt19937_64& random) {
  const auto below = [&](uint64_t count) { return static_cast<int64_t>(random() % count); };
  const Duration step = minutes(5 * (1 + below(3)));
  std::vector<double> values(4 + random() % 8);
  for (double& value : values) {
    value = random() % 10 == 0 ? Series::kUnknown : static_cast<double>(below(20) * 30);
  }
  const Duration window = minutes(5 * (4 + below(8)));
  return {.signal = Series(kStart, step, values),
          .work = WorkOf(minutes(1 + below(30)), window,
                         {.energy = KilowattHours(static_cast<double>(below(40)) / 1000),
                          .delay = minutes(below(12))})};
}

/// The least of all ways that fill whole slots, but for the last, and of all in one piece.
double Least(const Instance& it) {
  double least = kNever;
  const Duration length = it.work.length;
  for (Time start = kStart; start + length <= it.work.end; start += minutes(1)) {
    least = std::min(least, it.CostOf({{start, length}}));
  }
  const auto slots = static_cast<uint32_t>((it.work.end - kStart) / minutes(5));
  const auto needed = static_cast<int>((length + minutes(4)) / minutes(5));
  for (uint32_t chosen = 0; chosen < (1U << slots); ++chosen) {
    if (std::popcount(chosen) != needed) {
      continue;
    }
    Schedule runs;
    Duration left = length;
    for (uint32_t slot = 0; slot < slots; ++slot) {
      if ((chosen >> slot & 1) == 0) {
        continue;
      }
      const Time start = kStart + minutes(5 * slot);
      const Duration run = std::min<Duration>(left, minutes(5));
      if (!runs.empty() && runs.back().end() == start) {
        runs.back().length += run;
      } else {
        runs.push_back({start, run});
      }
      left -= run;
    }
    least = std::min(least, it.CostOf(runs));
  }
  return least;
}

TEST(CheapestWithPauses, EqualsTryingAllSlots) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  int paused = 0;
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const Instance it = ARandomOne(random);
    const Duration slack = it.work.end - kStart - it.work.length;
    const bool room = slack >= it.work.pause.delay && it.signal.end() >= it.work.end;
    const auto found = CheapestWithPauses(it.signal, it.work);
    if (!room || it.work.pause.IsFree()) {
      continue;
    }
    const double least = Least(it);
    ASSERT_EQ(found.has_value(), least < kNever);
    if (found) {
      paused += found->size() > 1 ? 1 : 0;
      ASSERT_NEAR(it.CostOf(*found), least, 1e-9);
    }
  }
  EXPECT_GT(paused, 100);
}

}  // namespace
}  // namespace carbon::plan
