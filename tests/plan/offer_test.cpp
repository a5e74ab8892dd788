// SPDX-License-Identifier: Apache-2.0
#include "plan/offer.h"

#include <gtest/gtest.h>

#include <numeric>

#include "plan/fleet_case.h"

namespace carbon::plan {
namespace {

constexpr uint64_t kSeed = 20260101;
constexpr int kInstances = 10'000;

/// A place of one case, held together with what the offer refers to.
class Stand {
 public:
  Stand(const FleetCase& fleet, const Demand& job, std::vector<bool> open, double price,
        double wait) {
    const size_t count = fleet.slots.count;
    intensity_ = fleet.supplies[0].g_per_kwh;
    sums_.assign(count + 1, 0);
    prices_.assign(count + 1, 0);
    clear_.assign(count, 0);
    for (size_t i = 0; i < count; ++i) {
      sums_[i + 1] = sums_[i] + intensity_[i];
      prices_[i + 1] = prices_[i] + (i % 3 == 0 ? price : 0);
    }
    for (size_t i = count; i-- > 0;) {
      clear_[i] = open[i] ? 1 + (i + 1 < count ? clear_[i + 1] : 0) : 0;
    }
    offer = {.slots = fleet.slots,
             .intensity = intensity_,
             .intensity_sums = sums_,
             .clear = clear_,
             .kwh_per_slot = job.places[0].power.value() / 1000,
             .cpus = job.cpus,
             .wait_per_slot = wait,
             .length = job.length,
             .earliest = job.earliest,
             .latest_start = job.latest_start,
             .per_pause = job.per_pause};
    if (price > 0) {
      offer.price_sums = prices_;
    }
  }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;

  /// Minute by minute; nothing where a slot is not open.
  std::optional<double> CostOf(const FleetCase& fleet, const Demand& job,
                               const Segment& run) const {
    double cost = GramsByMinute(fleet, job, 0, {run});
    const Slots::Range touched = fleet.slots.TouchedBy(run);
    for (size_t slot = touched.first; slot < touched.last; ++slot) {
      if (slot >= fleet.slots.count || clear_[slot] == 0) {
        return std::nullopt;
      }
      cost += offer.price_sums.empty() ? 0 : job.cpus * (prices_[slot + 1] - prices_[slot]);
    }
    return cost + offer.wait_per_slot * Hours(run.start - job.earliest);
  }

  Offer offer;

 private:
  std::vector<double> intensity_;
  std::vector<double> sums_;
  std::vector<double> prices_;
  std::vector<uint32_t> clear_;
};

std::vector<bool> SomeOpen(FleetDice& dice, size_t count) {
  std::vector<bool> open(count);
  const double share = dice.Between(0.5, 1);
  for (size_t i = 0; i < count; ++i) {
    open[i] = dice.Chance(share);
  }
  return open;
}

TEST(Offer, CheapestRunIsThatOfAllMinutes) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  FleetDice dice(kSeed);
  int found_some = 0;
  for (int i = 0; i < kInstances; ++i) {
    const FleetCase fleet = dice.Roll({.jobs = 1, .supplies = 1, .slots = 4});
    const Demand& job = fleet.demands[0];
    const Stand stand(fleet, job, SomeOpen(dice, 4), i % 2 == 0 ? 0 : dice.Between(1, 20),
                      i % 3 == 0 ? dice.Between(0, 20) : 0);
    std::optional<double> least;
    for (Time start = job.earliest; start <= job.latest_start; start += std::chrono::minutes(1)) {
      const auto cost = stand.CostOf(fleet, job, {start, job.length});
      if (cost && (!least || *cost < *least)) {
        least = cost;
      }
    }
    const auto found = FindCheapestRun(stand.offer);
    ASSERT_EQ(found.has_value(), least.has_value()) << "instance " << i;
    if (found) {
      ++found_some;
      ASSERT_NEAR(found->cost, *least, 1e-6) << "instance " << i;
      const auto cost = stand.CostOf(fleet, job, {found->start, job.length});
      ASSERT_TRUE(cost) << "instance " << i;
      ASSERT_NEAR(*cost, found->cost, 1e-6) << "instance " << i;
    }
  }
  EXPECT_GT(found_some, kInstances / 2);
}

TEST(Offer, PausesThatCostNothingLeaveTheCheapestMinutes) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  FleetDice dice(kSeed);
  int found_some = 0;
  for (int i = 0; i < kInstances; ++i) {
    const FleetCase fleet = dice.Roll({.jobs = 1, .supplies = 1, .slots = 6});
    const Demand& job = fleet.demands[0];
    const Stand stand(fleet, job, SomeOpen(dice, 6), 0, 0);
    std::vector<double> minutes;
    for (Time at = job.earliest; at < job.LatestEnd(); at += std::chrono::minutes(1)) {
      const auto cost = stand.CostOf(fleet, job, {at, std::chrono::minutes(1)});
      if (cost) {
        minutes.push_back(*cost);
      }
    }
    std::sort(minutes.begin(), minutes.end());
    const auto needed = static_cast<size_t>(job.length / std::chrono::minutes(1));
    const auto found = FindCheapestPieces(stand.offer);
    ASSERT_EQ(found.has_value(), needed <= minutes.size()) << "instance " << i;
    if (found) {
      ++found_some;
      const double least =
          std::accumulate(minutes.begin(), minutes.begin() + static_cast<ptrdiff_t>(needed), 0.0);
      ASSERT_NEAR(found->cost, least, 1e-6) << "instance " << i;
      ASSERT_NEAR(GramsByMinute(fleet, job, 0, found->runs), least, 1e-6) << "instance " << i;
    }
  }
  EXPECT_GT(found_some, kInstances / 2);
}

/// The least cost of any choice of whole slots.
std::optional<double> LeastOfSlots(const FleetCase& fleet, const Demand& job, const Stand& stand) {
  const size_t count = fleet.slots.count;
  const auto needed = static_cast<int>(job.length / fleet.slots.length);
  std::optional<double> least;
  for (uint32_t chosen = 0; chosen < (1U << count); ++chosen) {
    if (__builtin_popcount(chosen) != needed) {
      continue;
    }
    std::optional<double> cost = -job.per_pause.value();
    for (size_t slot = 0; slot < count && cost; ++slot) {
      if ((chosen >> slot & 1) == 0) {
        continue;
      }
      const Segment run{fleet.slots.TimeOf(slot), fleet.slots.length};
      const auto part = stand.CostOf(fleet, job, run);
      const bool begins = slot == 0 || (chosen >> (slot - 1) & 1) == 0;
      const bool may = part && run.start >= job.earliest && run.end() <= job.LatestEnd();
      cost =
          may ? std::optional(*cost + *part + (begins ? job.per_pause.value() : 0)) : std::nullopt;
    }
    if (cost && (!least || *cost < *least)) {
      least = cost;
    }
  }
  return least;
}

TEST(Offer, PausesThatCostSomethingAreWeighed) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  FleetDice dice(kSeed);
  int paused = 0;
  for (int i = 0; i < kInstances; ++i) {
    FleetCase fleet =
        dice.Roll({.jobs = 1, .supplies = 1, .slots = 8, .whole_slots = true, .pausable = 1});
    Demand& job = fleet.demands[0];
    job.per_pause = Grams(dice.Between(0.1, 20));
    const Stand stand(fleet, job, SomeOpen(dice, 8), 0, 0);
    const auto least = LeastOfSlots(fleet, job, stand);
    const auto found = FindCheapestPieces(stand.offer);
    ASSERT_EQ(found.has_value(), least.has_value()) << "instance " << i;
    if (found) {
      paused += found->runs.size() > 1 ? 1 : 0;
      ASSERT_NEAR(found->cost, *least, 1e-6) << "instance " << i;
    }
  }
  EXPECT_GT(paused, kInstances / 100);
}

TEST(Offer, OfEquallyCheapRunsTheEarliestIsTaken) {
  FleetCase fleet = FleetDice(kSeed).Roll({.jobs = 1, .supplies = 1, .slots = 24});
  fleet.supplies[0].g_per_kwh.assign(24, 0.1);
  Demand& job = fleet.demands[0];
  job.earliest = fleet.slots.start + std::chrono::minutes(7);
  job.latest_start = fleet.slots.TimeOf(15);
  const Stand stand(fleet, job, std::vector<bool>(24, true), 0, 0);
  EXPECT_EQ(FindCheapestRun(stand.offer)->start, job.earliest);
  EXPECT_EQ(FindEarliestRun(stand.offer, stand.offer.StartsOfRun())->start, job.earliest);
}

TEST(Offer, ALaterRunThatCostsAsMuchIsNotTakenForBeingTheLastOne) {
  FleetCase fleet = FleetDice(kSeed).Roll({.jobs = 1, .supplies = 1, .slots = 4});
  fleet.supplies[0].g_per_kwh = {300, 100, 200, 100};
  Demand& job = fleet.demands[0];
  job.earliest = fleet.slots.start;
  job.length = std::chrono::hours(2);
  job.latest_start = fleet.slots.TimeOf(2);
  const Stand stand(fleet, job, std::vector<bool>(4, true), 0, 0);
  EXPECT_EQ(FindCheapestRun(stand.offer)->start, fleet.slots.TimeOf(1));
}

TEST(Offer, TheLastSlotMayBeUsedToItsEnd) {
  FleetCase fleet = FleetDice(kSeed).Roll({.jobs = 1, .supplies = 1, .slots = 3});
  fleet.supplies[0].g_per_kwh = {300, 200, 100};
  Demand& job = fleet.demands[0];
  job.earliest = fleet.slots.start;
  job.length = std::chrono::minutes(30);
  job.latest_start = fleet.slots.end();
  const Stand stand(fleet, job, std::vector<bool>(3, true), 0, 0);
  EXPECT_EQ(FindCheapestRun(stand.offer)->start, fleet.slots.TimeOf(2));
  job.length = std::chrono::hours(3);
  const Stand whole(fleet, job, std::vector<bool>(3, true), 0, 0);
  EXPECT_EQ(FindCheapestRun(whole.offer)->start, fleet.slots.start);
  job.length += std::chrono::minutes(1);
  const Stand longer(fleet, job, std::vector<bool>(3, true), 0, 0);
  EXPECT_FALSE(FindCheapestRun(longer.offer));
}

}  // namespace
}  // namespace carbon::plan
