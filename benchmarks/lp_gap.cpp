// SPDX-License-Identifier: Apache-2.0
// Not a timing: how far plans of crowded places lie above the bound of a linear program. JSON.
#include <boost/json.hpp>
#include <iostream>

#include "fleet_input.h"
#include "plan/fleet_plan.h"
#include "plan/lp_bound.h"
#include "sim/sweep.h"

namespace carbon::plan {
namespace {

constexpr uint64_t kSeed = 20260105;
constexpr size_t kInstances = 20;
constexpr size_t kSlots = 72;
constexpr double kCpus = 24;
/// Of all room, by what the jobs take that run as they come.
constexpr double kLoad = 0.8;

/// Jobs that come all along, of which each has found room in turn as it came: so that running now
/// is possible.
FleetCase Crowd(const RecordedFleet& recorded, Time start, FleetDice& dice) {
  FleetCase fleet = recorded.Places(start, kSlots, kCpus);
  Timetable timetable(fleet.slots, fleet.supplies);
  const double most = kLoad * kCpus * static_cast<double>(kSlots * fleet.supplies.size());
  for (double room = 0; room < most;) {
    Demand job = recorded.AJob(fleet.slots, dice);
    const Duration wait = job.length < sim::kShorterIsShort ? sim::kShortWait : sim::kLongWait;
    const Duration latest = fleet.slots.end() - start - job.length - wait;
    job.earliest = start + std::chrono::minutes(static_cast<int64_t>(
                               dice.Between(0, std::max(0.0, Hours(latest))) * 60));
    job.latest_start = std::min(job.earliest + wait, fleet.slots.end() - job.length);
    job.since = start + Duration(static_cast<int64_t>(fleet.demands.size()));
    if (const auto booking = timetable.FindEarliest(job)) {
      timetable.Take(job, *booking);
      room += RoomOf(fleet.slots, job, *booking);
      fleet.demands.push_back(std::move(job));
    }
  }
  return fleet;
}

boost::json::object Measured(const std::vector<double>& values) {
  const sim::Interval interval = sim::MeanOf(values);
  return {{"mean", interval.mean},
          {"ci95", *interval.half},
          {"max", *std::max_element(values.begin(), values.end())}};
}

int Main() {
  const RecordedFleet recorded({"CISO", "DE"});
  FleetDice dice(kSeed);
  std::vector<double> gaps;
  std::vector<double> saved;
  std::vector<double> possible;
  size_t jobs = 0;
  for (size_t i = 0; i < kInstances; ++i) {
    const Time start = *ParseTime("2020-01-05T00:00Z") + std::chrono::hours(24 * 35) * i;
    const FleetCase fleet = Crowd(recorded, start, dice);
    Timetable early(fleet.slots, fleet.supplies);
    Timetable timetable(fleet.slots, fleet.supplies);
    const FleetPlan earliest = PlanEarliest(early, fleet.demands);
    const FleetPlan plan = PlanFleet(timetable, fleet.demands);
    const auto bound = LpBound(fleet);
    if (!bound || plan.placed < fleet.demands.size() || *bound > plan.cost * (1 + 1e-9) ||
        plan.cost > earliest.cost * (1 + 1e-9)) {
      std::cerr << "lp_gap: the plan is not between the bound and running now\n";
      return 1;
    }
    jobs += fleet.demands.size();
    gaps.push_back(plan.cost / *bound - 1);
    saved.push_back(1 - plan.cost / earliest.cost);
    possible.push_back(1 - *bound / earliest.cost);
  }
  std::cout << boost::json::serialize(
                   boost::json::object{{"instances", kInstances},
                                       {"seed", kSeed},
                                       {"jobs", jobs},
                                       {"load", kLoad},
                                       {"gap", Measured(gaps)},
                                       {"saved", Measured(saved)},
                                       {"saved_by_the_bound", Measured(possible)}})
            << std::endl;
  return 0;
}

}  // namespace
}  // namespace carbon::plan

int main() { return carbon::plan::Main(); }
