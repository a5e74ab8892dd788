// SPDX-License-Identifier: Apache-2.0
#include "plan/fleet_plan.h"

#include <gtest/gtest.h>

#include "plan/fleet_case.h"

namespace carbon::plan {
namespace {

constexpr uint64_t kSeed = 20260102;
constexpr int kInstances = 10'000;
/// For small instances, of which there are many.
constexpr FleetRules kQuick = {.price_rounds = 8, .attempts = 3};

/// The least cost of placing all jobs, by trying every start and place of each; nothing where they
/// cannot all be placed. For whole slots.
class BruteForce {
 public:
  explicit BruteForce(const FleetCase& fleet) : fleet_(fleet) {
    for (const Supply& supply : fleet.supplies) {
      free_.push_back(supply.cpus);
    }
    rest_.assign(fleet.demands.size() + 1, 0);
    for (size_t i = fleet.demands.size(); i-- > 0;) {
      options_.insert(options_.begin(), OptionsOf(fleet.demands[i]));
      rest_[i] = rest_[i + 1] + (options_.front().empty() ? 0 : options_.front().front().cost);
    }
  }

  std::optional<double> Least() {
    Place(0, 0);
    return least_;
  }

 private:
  struct Way {
    double cost;
    size_t supply;
    size_t first;
    size_t last;
  };

  std::vector<Way> OptionsOf(const Demand& job) const {
    std::vector<Way> ways;
    for (size_t place = 0; place < job.places.size(); ++place) {
      for (Time start = job.earliest; start <= job.latest_start; start += std::chrono::hours(1)) {
        const Segment run{start, job.length};
        const double cost = GramsByMinute(fleet_, job, place, {run});
        if (!std::isnan(cost)) {
          const Slots::Range touched = fleet_.slots.TouchedBy(run);
          ways.push_back({cost, job.places[place].supply, touched.first, touched.last});
        }
      }
    }
    std::sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) { return a.cost < b.cost; });
    return ways;
  }

  void Place(size_t index, double cost) {
    if (least_ && cost + rest_[index] >= *least_) {
      return;
    }
    if (index == fleet_.demands.size()) {
      least_ = cost;
      return;
    }
    const double cpus = fleet_.demands[index].cpus;
    for (const Way& way : options_[index]) {
      std::vector<double>& free = free_[way.supply];
      const auto from = free.begin() + static_cast<ptrdiff_t>(way.first);
      const auto to = free.begin() + static_cast<ptrdiff_t>(way.last);
      if (std::all_of(from, to, [&](double room) { return room >= cpus; })) {
        std::for_each(from, to, [&](double& room) { room -= cpus; });
        Place(index + 1, cost + way.cost);
        std::for_each(from, to, [&](double& room) { room += cpus; });
      }
    }
  }

  const FleetCase& fleet_;
  std::vector<std::vector<Way>> options_;
  std::vector<double> rest_;  ///< what the jobs from one on cost at least
  std::vector<std::vector<double>> free_;
  std::optional<double> least_;
};

TEST(FleetPlan, IsNoBetterThanBruteForceAndAsGoodWhereItSaysSo) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  FleetDice dice(kSeed);
  int claimed = 0;
  int crowded = 0;
  double reached = 0;
  double least = 0;
  for (int i = 0; i < kInstances; ++i) {
    const FleetCase fleet = dice.Roll({.jobs = 1 + dice.Below(6),
                                       .supplies = 2,
                                       .slots = 12,
                                       .cpus = 2 + static_cast<double>(dice.Below(5)),
                                       .whole_slots = true});
    const auto best = BruteForce(fleet).Least();
    Timetable timetable(fleet.slots, fleet.supplies);
    const FleetPlan plan = PlanFleet(timetable, fleet.demands, kQuick);
    if (plan.placed < fleet.demands.size()) {
      ASSERT_FALSE(plan.optimal) << "instance " << i;
      continue;
    }
    ASSERT_TRUE(best) << "instance " << i;
    ASSERT_GE(plan.cost, *best - 1e-6) << "instance " << i;
    ASSERT_LE(plan.bound, *best + 1e-6) << "instance " << i;
    claimed += plan.optimal ? 1 : 0;
    if (plan.optimal) {
      ASSERT_NEAR(plan.cost, *best, 1e-6) << "instance " << i;
    } else {
      ++crowded;
      reached += plan.cost;
      least += *best;
    }
  }
  EXPECT_GT(claimed, kInstances / 10);
  ASSERT_GT(crowded, kInstances / 10);
  EXPECT_LT(reached / least, 1.06) << "with six jobs, where they stand in each other's way";
}

TEST(FleetPlan, KeepsItsPromisesOnAnyInput) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  FleetDice dice(kSeed);
  for (int i = 0; i < kInstances; ++i) {
    FleetCase fleet = dice.Roll({.jobs = 1 + dice.Below(8),
                                 .supplies = 1 + dice.Below(2),
                                 .slots = 6 + dice.Below(6),
                                 .cpus = 1 + static_cast<double>(dice.Below(5)),
                                 .unknown = i % 4 == 0 ? 0.1 : 0,
                                 .pausable = 0.3});
    for (Demand& job : fleet.demands) {
      job.per_pause = Grams(i % 2 == 0 ? 0 : dice.Between(0, 5));
    }
    const GramsPerHour patience(i % 3 == 0 ? dice.Between(0, 3) : 0);
    Timetable early(fleet.slots, fleet.supplies, patience);
    Timetable timetable(fleet.slots, fleet.supplies, patience);
    const FleetPlan earliest = PlanEarliest(early, fleet.demands);
    const FleetPlan plan = PlanFleet(timetable, fleet.demands, kQuick);
    ASSERT_LE(MostTooMany(fleet, plan.bookings), 1e-9) << "instance " << i;
    ASSERT_GE(plan.placed, earliest.placed) << "instance " << i;
    if (plan.placed == earliest.placed) {
      ASSERT_LE(plan.cost, earliest.cost + 1e-6) << "instance " << i;
    }
    if (plan.placed == fleet.demands.size()) {
      ASSERT_LE(plan.bound, plan.cost + 1e-6) << "instance " << i;
    }
    for (size_t j = 0; j < fleet.demands.size(); ++j) {
      const Demand& job = fleet.demands[j];
      const auto& booking = plan.bookings[j];
      if (!booking) {
        continue;
      }
      Duration total{};
      Time free = job.earliest;
      for (const Segment& run : booking->runs) {
        ASSERT_GE(run.start, free) << "instance " << i << " job " << j;
        free = run.end();
        total += run.length;
      }
      ASSERT_EQ(total, job.length) << "instance " << i << " job " << j;
      ASSERT_LE(free, job.LatestEnd()) << "instance " << i << " job " << j;
      ASSERT_TRUE(job.pausable || booking->runs.size() == 1) << "instance " << i << " job " << j;
      const double pauses = job.per_pause.value() * static_cast<double>(booking->runs.size() - 1);
      ASSERT_NEAR(booking->emissions.value(),
                  GramsByMinute(fleet, job, booking->place, booking->runs) + pauses, 1e-6)
          << "instance " << i << " job " << j;
    }
  }
}

TEST(FleetPlan, IsTheSameForTheSameInput) {
  FleetDice dice(kSeed);
  for (int i = 0; i < 20; ++i) {
    const FleetCase fleet = dice.Roll({.jobs = 30, .supplies = 3, .slots = 24, .pausable = 0.5});
    Timetable one(fleet.slots, fleet.supplies);
    Timetable two(fleet.slots, fleet.supplies);
    EXPECT_EQ(PlanFleet(one, fleet.demands).bookings, PlanFleet(two, fleet.demands).bookings);
  }
}

/// `count` equal jobs of one slot and CPU, owned in turn by two owners, the first one's since
/// longer, on a place with room for as many at once as half of them.
FleetCase TwoOwners(size_t count) {
  FleetCase fleet;
  fleet.slots = {*ParseTime("2021-07-01T00:00:00Z"), std::chrono::hours(1), 6};
  fleet.supplies = {{.g_per_kwh = {500, 400, 100, 300, 450, 460},
                     .cpus = std::vector<double>(6, static_cast<double>(count) / 2)}};
  for (size_t i = 0; i < count; ++i) {
    fleet.demands.push_back({.places = {{0, Watts(1000)}},
                             .cpus = 1,
                             .length = std::chrono::hours(1),
                             .earliest = fleet.slots.start,
                             .latest_start = fleet.slots.TimeOf(5),
                             .owner = i % 2,
                             .since = fleet.slots.start - std::chrono::hours(i % 2 == 0 ? 5 : 1)});
  }
  return fleet;
}

TEST(FleetPlan, OwnersShareTheCleanHours) {
  const FleetCase fleet = TwoOwners(40);
  Timetable timetable(fleet.slots, fleet.supplies);
  const FleetPlan plan = PlanFleet(timetable, fleet.demands);
  ASSERT_EQ(plan.placed, 40U);
  EXPECT_DOUBLE_EQ(plan.cost, 20 * 100 + 20 * 300);
  std::array<double, 2> grams{};
  for (size_t i = 0; i < 40; ++i) {
    grams[fleet.demands[i].owner] += plan.bookings[i]->emissions.value();
  }
  EXPECT_DOUBLE_EQ(grams[0], grams[1]) << "though one owner's jobs have waited for longer";
}

TEST(FleetPlan, AnOwnerWhoComesLaterIsNotCrowdedOut) {
  FleetCase fleet = TwoOwners(11);
  fleet.supplies[0].cpus.assign(6, 1);
  for (size_t i = 0; i < 11; ++i) {
    fleet.demands[i].owner = i < 10 ? 0 : 1;
    fleet.demands[i].since = fleet.slots.start - std::chrono::hours(11 - i);
  }
  Timetable timetable(fleet.slots, fleet.supplies);
  const FleetPlan plan = PlanFleet(timetable, fleet.demands);
  EXPECT_EQ(plan.placed, 6U);
  EXPECT_TRUE(plan.bookings[10]) << "ten others of one owner wait for longer";
}

TEST(FleetPlan, ClaimsNoOptimumThatIsNone) {
  FleetCase fleet = TwoOwners(1);
  fleet.supplies[0] = {.g_per_kwh = {10, 1000, 10, 10, 10, 10}, .cpus = std::vector<double>(6, 1)};
  Demand& job = fleet.demands[0];
  job.earliest = fleet.slots.start + std::chrono::minutes(30);
  job.latest_start = fleet.slots.start + std::chrono::minutes(90);
  job.pausable = true;
  job.per_pause = Grams(1);
  Timetable timetable(fleet.slots, fleet.supplies);
  const FleetPlan plan = PlanFleet(timetable, fleet.demands);
  ASSERT_EQ(plan.placed, 1U);
  EXPECT_FALSE(plan.optimal) << "half an hour each side of the dirty one would cost 11 g";
}

TEST(FleetPlan, WhoHasWaitedLongestComesFirstAmongAnOwnersJobs) {
  FleetCase fleet = TwoOwners(40);
  for (size_t i = 0; i < 40; ++i) {
    fleet.demands[i].owner = 0;
    fleet.demands[i].since = fleet.slots.start - std::chrono::minutes(i);
  }
  Timetable timetable(fleet.slots, fleet.supplies);
  const FleetPlan plan = PlanFleet(timetable, fleet.demands);
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_DOUBLE_EQ(plan.bookings[i]->emissions.value(), i < 20 ? 300 : 100) << i;
  }
}

TEST(FleetPlan, AJobThatCannotWaitIsNotCrowdedOut) {
  FleetCase fleet = TwoOwners(40);
  fleet.supplies[0].cpus.assign(6, 20);
  fleet.supplies[0].g_per_kwh = {100, 300, 300, 300, 300, 300};
  fleet.demands[39].latest_start = fleet.slots.start;
  fleet.demands[39].since = fleet.slots.start;
  fleet.demands[39].cpus = 20;
  Timetable timetable(fleet.slots, fleet.supplies);
  const FleetPlan plan = PlanFleet(timetable, fleet.demands);
  ASSERT_TRUE(plan.bookings[39]) << "others were there first, but they can wait";
  EXPECT_EQ(plan.placed, 40U);
}

TEST(FleetPlan, WhereOneIsLeftOutThoseComeFirstThatHaveToStartFirst) {
  FleetDice dice(kSeed);
  size_t rescued = 0;
  for (int i = 0; i < 10'000; ++i) {
    FleetCase fleet = dice.Roll({.jobs = 4, .supplies = 1, .slots = 12, .whole_slots = true});
    for (Demand& demand : fleet.demands) {
      demand.cpus = fleet.supplies[0].cpus[0];
    }
    Timetable as_they_come(fleet.slots, fleet.supplies);
    Timetable timetable(fleet.slots, fleet.supplies);
    const FleetPlan plan = PlanFleet(timetable, fleet.demands);
    const FleetPlan earliest = PlanEarliest(as_they_come, fleet.demands);
    ASSERT_GE(plan.placed, earliest.placed) << "seed " << kSeed << ", case " << i;
    rescued += plan.placed > earliest.placed ? 1 : 0;
  }
  EXPECT_GT(rescued, 100U);
}

TEST(FleetPlan, PatienceBuysTime) {
  FleetCase fleet = TwoOwners(2);
  const auto start = [&](double patience) {
    Timetable timetable(fleet.slots, fleet.supplies, GramsPerHour(patience));
    return PlanFleet(timetable, fleet.demands).bookings[0]->runs[0].start - fleet.slots.start;
  };
  EXPECT_EQ(start(0), std::chrono::hours(2));
  EXPECT_EQ(start(199), std::chrono::hours(2));
  EXPECT_EQ(start(201), std::chrono::hours(0)) << "400 g for two hours";
}

TEST(FleetPlan, NoJobsMakeAnEmptyPlan) {
  const FleetCase fleet = TwoOwners(0);
  Timetable timetable(fleet.slots, fleet.supplies);
  EXPECT_TRUE(PlanFleet(timetable, fleet.demands).optimal);
}

}  // namespace
}  // namespace carbon::plan
