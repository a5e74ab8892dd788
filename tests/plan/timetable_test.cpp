// SPDX-License-Identifier: Apache-2.0
#include "plan/timetable.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "plan/fleet_case.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

Timetable ATimetable(std::vector<double> g_per_kwh, double cpus) {
  const Slots slots{kStart, hours(1), g_per_kwh.size()};
  std::vector<double> room(g_per_kwh.size(), cpus);
  return {slots, {{std::move(g_per_kwh), std::move(room)}}};
}

Demand AJob(Duration length, Duration slack) {
  return {.places = {{0, Watts(1000)}},
          .cpus = 2,
          .length = length,
          .earliest = kStart,
          .latest_start = kStart + slack,
          .since = kStart};
}

TEST(Timetable, WhoComesLaterTakesWhatIsLeft) {
  Timetable timetable = ATimetable({300, 100, 200}, 3);
  const Demand job = AJob(hours(1), hours(2));
  const auto first = timetable.Find(job);
  EXPECT_EQ(first->runs, (Schedule{{kStart + hours(1), hours(1)}}));
  EXPECT_EQ(first->emissions, Grams(100));
  timetable.Take(job, *first);
  EXPECT_EQ(timetable.Free(0, 1), 1);
  EXPECT_EQ(timetable.Find(job)->emissions, Grams(200));
  EXPECT_EQ(timetable.FindAlone(job)->emissions, Grams(100)) << "as if no room were taken";
  EXPECT_EQ(timetable.FindEarliest(job)->emissions, Grams(300));
  timetable.GiveBack(job, *first);
  EXPECT_EQ(timetable.Find(job)->emissions, Grams(100));
}

TEST(Timetable, ARunTakesEachSlotThatItTouchesWhole) {
  Timetable timetable = ATimetable({300, 100, 100, 300}, 2);
  const Demand job = AJob(minutes(90), hours(2));
  const auto booking = timetable.Find(job);
  EXPECT_EQ(booking->runs[0].start, kStart + hours(1));
  timetable.Take(job, *booking);
  EXPECT_EQ(timetable.Free(0, 1), 0);
  EXPECT_EQ(timetable.Free(0, 2), 0);
  EXPECT_EQ(timetable.Free(0, 3), 2);
}

TEST(Timetable, AnUnknownSlotIsNotPlannedInAndNotTakenForZero) {
  const Timetable timetable = ATimetable({300, std::nan(""), 200}, Supply::kUnbounded);
  EXPECT_EQ(timetable.Find(AJob(hours(1), hours(2)))->emissions, Grams(200));
  EXPECT_FALSE(timetable.Find(AJob(hours(2), hours(2))));
  Demand pausable = AJob(hours(2), hours(1));
  pausable.pausable = true;
  const auto booking = timetable.Find(pausable);
  EXPECT_EQ(booking->runs, (Schedule{{kStart, hours(1)}, {kStart + hours(2), hours(1)}}));
}

TEST(Timetable, PausesAreNotPastTheLatestEnd) {
  const Timetable timetable = ATimetable({300, 500, 200, 10}, Supply::kUnbounded);
  Demand job = AJob(hours(2), hours(1));
  job.pausable = true;
  EXPECT_EQ(timetable.Find(job)->emissions, Grams(500))
      << "300 and 200: the fourth hour is too late";
}

TEST(Timetable, PricesOfRoomMoveJobsElsewhere) {
  Timetable timetable = ATimetable({300, 100, 200}, 4);
  const Demand job = AJob(hours(1), hours(2));
  timetable.SetPrices({0, 60, 0});
  const auto booking = timetable.Find(job);
  EXPECT_EQ(booking->emissions, Grams(200)) << "100 g and 2 CPUs at 60 are more";
  EXPECT_EQ(booking->cost, 200);
  timetable.SetPrices({0, 40, 0});
  EXPECT_EQ(timetable.Find(job)->at_prices, 180);
  timetable.SetPrices({});
  EXPECT_EQ(timetable.Find(job)->at_prices, 100);
}

TEST(Timetable, AJobWiderThanThePlaceFindsNoRoom) {
  const Timetable timetable = ATimetable({300, 100}, 1);
  EXPECT_FALSE(timetable.Find(AJob(hours(1), hours(1))));
  EXPECT_FALSE(timetable.FindAlone(AJob(hours(1), hours(1))));
  EXPECT_FALSE(timetable.FindEarliest(AJob(hours(1), hours(1))));
}

TEST(Timetable, FloorsSpareLooksAndChangeNoBooking) {
  constexpr uint64_t kSeed = 1131;
  RecordProperty("seed", static_cast<int>(kSeed));
  FleetDice dice(kSeed);
  for (size_t n = 0; n < 10'000; ++n) {
    const FleetCase fleet = dice.Roll(
        {.jobs = 8, .supplies = 4, .cpus = 3, .unknown = 0.1, .pausable = n % 2 == 0 ? 0.0 : 0.5});
    Timetable timetable(fleet.slots, fleet.supplies, GramsPerHour(n % 3 == 0 ? 20 : 0));
    std::vector<double> prices(fleet.supplies.size() * fleet.slots.count);
    std::generate(prices.begin(), prices.end(), [&] { return dice.Between(0, 100); });
    for (const Demand& demand : fleet.demands) {
      timetable.SetPrices({});
      const std::vector<Floor> floors = timetable.Floors(demand);
      EXPECT_EQ(timetable.FindAlone(demand, floors), timetable.FindAlone(demand));
      timetable.SetPrices(prices);
      EXPECT_EQ(timetable.Floors(demand).size(), floors.size()) << "prices are no part of them";
      const auto booking = timetable.Find(demand);
      ASSERT_EQ(timetable.Find(demand, floors), booking) << "seed " << kSeed << ", " << n;
      if (booking) {
        ASSERT_LE(floors.front().cost, booking->at_prices * (1 + 1e-9));
        timetable.Take(demand, *booking);
      }
    }
  }
}

}  // namespace
}  // namespace carbon::plan
