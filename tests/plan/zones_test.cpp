// SPDX-License-Identifier: Apache-2.0
#include "plan/oracles/zones.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "plan/policies.h"

namespace carbon::plan {
namespace {

using grid::Series;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

Time At(int64_t hour) { return kStart + hours(hour); }

/// Hourly signals from the start on, under a job of 1000 W.
struct World {
  std::vector<Series> signals;

  explicit World(std::vector<std::vector<double>> hourly) {
    for (auto& values : hourly) {
      signals.emplace_back(kStart, hours(1), std::move(values));
    }
  }
  std::vector<OracleZone> Zones() const {
    std::vector<OracleZone> zones;
    zones.reserve(signals.size());
    for (const Series& signal : signals) {
      zones.push_back({.signal = signal, .power = Watts(1000)});
    }
    return zones;
  }
  Result<ZonePlan> Cheapest(MovableWork work) const {
    work.arrival = kStart;
    work.end = signals.front().end();
    return CheapestOverZones(Zones(), work);
  }
};

TEST(CheapestOverZones, FollowsTheCleanHoursWhereMovesAreFree) {
  const World world({{100, 500, 500, 100}, {500, 50, 50, 500}});
  const auto plan = world.Cheapest({.steps = 4});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->runs, (std::vector<ZoneRun>{{0, At(0), 1}, {1, At(1), 2}, {0, At(3), 1}}));
  EXPECT_EQ(plan->emitted, Grams(300));
  EXPECT_EQ(plan->moves, 2U);
  EXPECT_EQ(plan->pauses, 0U);
}

TEST(CheapestOverZones, MovesOnlyForMoreThanTheMoveCosts) {
  const World world({{100, 100, 300, 300}, {500, 500, 100, 100}});
  const auto stays = world.Cheapest({.steps = 4, .move_cost = Grams(401)});
  EXPECT_EQ(stays->runs, (std::vector<ZoneRun>{{0, At(0), 4}}));
  const auto moves = world.Cheapest({.steps = 4, .move_cost = Grams(399)});
  EXPECT_EQ(moves->moves, 1U);
  EXPECT_EQ(moves->overhead, Grams(399));
  EXPECT_EQ(moves->Total(), Grams(400 + 399));
}

TEST(CheapestOverZones, AMoveTakesItsTime) {
  const World world({{100, 900, 900, 900}, {900, 10, 20, 30}});
  const auto plan = world.Cheapest({.steps = 2, .move_cost = Grams(1), .move_steps = 2});
  EXPECT_EQ(plan->runs, (std::vector<ZoneRun>{{1, At(1), 2}})) << "where it starts is free";
  const auto three = world.Cheapest({.steps = 3, .move_steps = 1});
  EXPECT_EQ(three->runs, (std::vector<ZoneRun>{{1, At(1), 3}}));
  const World late({{10, 10, 900, 900, 900}, {900, 900, 10, 20, 30}});
  const auto moved = late.Cheapest({.steps = 3, .move_steps = 2});
  EXPECT_EQ(moved->runs, (std::vector<ZoneRun>{{0, At(0), 2}, {1, At(4), 1}}));
}

TEST(CheapestOverZones, PausesOnlyForMoreThanThePauseCosts) {
  const World world({{100, 300, 100, 100}});
  EXPECT_EQ(world.Cheapest({.steps = 3, .pause_cost = Grams(150)})->pauses, 1U);
  EXPECT_EQ(world.Cheapest({.steps = 3, .pause_cost = Grams(250)})->runs,
            (std::vector<ZoneRun>{{0, At(0), 3}}));
}

TEST(CheapestOverZones, CountsTheZonesPower) {
  const World world({{100, 100}, {150, 150}});
  auto zones = world.Zones();
  zones[1].power = Watts(500);
  const auto plan =
      CheapestOverZones(zones, {.arrival = kStart, .end = At(2), .steps = 2, .move_cost = {}});
  EXPECT_EQ(plan->runs, (std::vector<ZoneRun>{{1, At(0), 2}}));
  EXPECT_EQ(plan->emitted, Grams(150));
}

TEST(CheapestOverZones, NeverRunsWhereTheZoneIsUnknown) {
  const double unknown = Series::kUnknown;
  const World world({{unknown, 500, 500}, {unknown, unknown, 100}});
  EXPECT_EQ(world.Cheapest({.steps = 2})->runs,
            (std::vector<ZoneRun>{{0, At(1), 1}, {1, At(2), 1}}));
  EXPECT_EQ(world.Cheapest({.steps = 3}).error().message,
            "3 steps cannot be run between 2021-07-01T00:00:00Z and 2021-07-01T03:00:00Z while a "
            "zone's signal is known");
}

TEST(CheapestOverZones, SaysWhatIsWrong) {
  const World world({{100, 100}, {100, 100}});
  const auto message = [&](std::vector<OracleZone> zones, const MovableWork& work) {
    const auto plan = CheapestOverZones(zones, work);
    EXPECT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, Error::Kind::invalid);
    return plan.error().message;
  };
  const MovableWork work{.arrival = kStart, .end = At(2), .steps = 1};
  EXPECT_EQ(message({}, work), "no zone is given to run in");
  auto zones = world.Zones();
  zones[1].kind = grid::SignalKind::marginal;
  EXPECT_EQ(message(zones, work), "signals of different kinds cannot be compared");
  const Series other(kStart + minutes(30), hours(1), {100});
  EXPECT_EQ(message({world.Zones()[0], {.signal = other, .power = Watts(1)}}, work),
            "the signals' steps do not begin together: give all on one raster");
  MovableWork bad = work;
  bad.arrival += minutes(1);
  EXPECT_EQ(message(world.Zones(), bad),
            "2021-07-01T00:01:00Z is not the start of a step of the signals");
  bad = work;
  bad.steps = 0;
  EXPECT_EQ(message(world.Zones(), bad), "there is nothing to run, or it ends before it arrives");
  bad = work;
  bad.move_cost = Grams(-1);
  EXPECT_EQ(message(world.Zones(), bad), "a move or a pause cannot cost less than 0 g");
}

/// The least total of all ways to choose a slot and a zone for each step.
class BruteForce {
 public:
  BruteForce(const std::vector<std::vector<double>>& hourly, const MovableWork& work)
      : hourly_(hourly), work_(work) {
    Choose(0, 0, 0, 0);
  }
  double least() const { return least_; }

 private:
  /// `slot` and `zone` are where the last of the `done` steps ran.
  void Choose(size_t done, size_t slot, size_t zone, double cost) {
    if (cost >= least_) {
      return;
    }
    if (done == work_.steps) {
      least_ = cost;
      return;
    }
    for (size_t next = done == 0 ? 0 : slot + 1; next < hourly_.front().size(); ++next) {
      for (size_t other = 0; other < hourly_.size(); ++other) {
        double more = hourly_[other][next];
        if (done > 0 && other != zone) {
          if (next - slot - 1 < work_.move_steps) {
            continue;
          }
          more += work_.move_cost.value();
        } else if (done > 0 && next > slot + 1) {
          more += work_.pause_cost.value();
        }
        Choose(done + 1, next, other, cost + more);
      }
    }
  }

  const std::vector<std::vector<double>>& hourly_;
  const MovableWork& work_;
  double least_ = std::numeric_limits<double>::infinity();
};

TEST(CheapestOverZones, EqualsTryingAllWays) {
  constexpr unsigned kSeed = 20261205;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const auto pick = [&](size_t low, size_t high) {
    return std::uniform_int_distribution<size_t>(low, high)(random);
  };
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<std::vector<double>> hourly(pick(1, 3), std::vector<double>(pick(1, 12)));
    for (auto& zone : hourly) {
      for (double& value : zone) {
        value = static_cast<double>(pick(0, 20) * 10);
      }
    }
    const size_t slots = hourly.front().size();
    const MovableWork work{.steps = std::min(slots, pick(1, slots > 8 ? 3 : 5)),
                           .move_cost = Grams(static_cast<double>(pick(0, 1) * pick(0, 120))),
                           .move_steps = pick(0, 3),
                           .pause_cost = Grams(static_cast<double>(pick(0, 1) * pick(0, 80)))};
    const World world(hourly);
    const auto plan = world.Cheapest(work);
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_DOUBLE_EQ(plan->Total().value(), BruteForce(hourly, work).least());
    size_t steps = 0;
    for (const ZoneRun& run : plan->runs) {
      steps += run.steps;
    }
    ASSERT_EQ(steps, work.steps);
    ASSERT_EQ(plan->moves + plan->pauses + 1, plan->runs.size());
    for (size_t zone = 0; zone < hourly.size(); ++zone) {
      ASSERT_LE(plan->Total(), World({hourly[zone]}).Cheapest(work)->Total());
    }
  }
}

TEST(CheapestOverZones, OfOneZoneWithoutCostsIsWaitAwhile) {
  constexpr unsigned kSeed = 20261206;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<double> hourly(1 + random() % 72);
    for (double& value : hourly) {
      value = static_cast<double>(random() % 500);
    }
    const auto steps = static_cast<int64_t>(1 + random() % hourly.size());
    const World world({hourly});
    const Series& signal = world.signals.front();
    double sum = 0;
    for (const Segment& run : WaitAwhile({.signal = signal,
                                          .arrival = kStart,
                                          .length = hours(steps),
                                          .believed = hours(steps),
                                          .longest_wait = signal.end() - kStart - hours(steps),
                                          .end = signal.end()})) {
      sum += signal.Mean(run.start, run.end())->value() * Hours(run.length);
    }
    ASSERT_NEAR(world.Cheapest({.steps = static_cast<size_t>(steps)})->Total().value(), sum, 1e-6);
  }
}

}  // namespace
}  // namespace carbon::plan
