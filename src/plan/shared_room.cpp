// SPDX-License-Identifier: Apache-2.0
#include "plan/shared_room.h"

#include <algorithm>
#include <map>
#include <utility>

#include "plan/fleet_plan.h"

namespace carbon::plan {
namespace {

constexpr Duration kSlot = std::chrono::hours(1);
constexpr size_t kMostSlots = 7 * 24;

Slots SlotsFor(std::span<const WaitingJob> jobs, Time now) {
  Slots slots{.start = FloorTo(now, kSlot), .length = kSlot, .count = 0};
  Time end = now;
  for (const WaitingJob& waiting : jobs) {
    end = std::max(end, std::max(waiting.latest_start, now) + waiting.job->length);
  }
  slots.count = std::min(kMostSlots, static_cast<size_t>((end - slots.start) / kSlot) + 1);
  return slots;
}

Supply SupplyOf(const Slots& slots, const KnownPlace& place, const Room* room, Time now) {
  Supply supply{.g_per_kwh = {}, .cpus = {}};
  for (size_t slot = 0; slot < slots.count; ++slot) {
    const Time from = std::max(slots.TimeOf(slot), now);
    const auto mean = place.outlook->expected.Mean(from, slots.TimeOf(slot + 1));
    supply.g_per_kwh.push_back(mean ? mean->value() : grid::Series::kUnknown);
    double cpus = room == nullptr ? Supply::kUnbounded : room->cpus;
    if (room != nullptr) {
      for (const Room::Taken& taken : room->taken) {
        cpus -= taken.until > from ? taken.cpus : 0;
      }
    }
    supply.cpus.push_back(std::max(cpus, 0.0));
  }
  return supply;
}

/// Names as numbers, in the order in which they are asked for.
class Numbers {
 public:
  /// The number, and whether it is new.
  std::pair<size_t, bool> Of(const std::string& name) {
    const auto [at, added] = numbers_.try_emplace(name, numbers_.size());
    return {at->second, added};
  }

 private:
  std::map<std::string, size_t> numbers_;
};

std::optional<PlannedStart> StartOf(const std::optional<Booking>& booking) {
  return booking ? std::optional(PlannedStart{booking->place, booking->runs.front().start})
                 : std::nullopt;
}

}  // namespace

std::vector<SharedStart> ShareRoom(std::span<const WaitingJob> jobs, std::span<const Room> rooms,
                                   Time now, GramsPerHour patience) {
  const Slots slots = SlotsFor(jobs, now);
  Numbers places;
  Numbers owners;
  std::vector<Supply> supplies;
  std::vector<Demand> demands;
  demands.reserve(jobs.size());
  for (const WaitingJob& waiting : jobs) {
    const Job& job = *waiting.job;
    Demand demand{.places = {},
                  .cpus = job.cpus,
                  .length = job.length,
                  .earliest = now,
                  .latest_start = std::max(now, waiting.latest_start),
                  .owner = owners.Of(job.owner).first,
                  .since = job.since};
    for (const KnownPlace& known : waiting.places) {
      const std::string& region = known.place->region;
      const auto [supply, added] = places.Of(region);
      if (added) {
        const auto room = std::find_if(rooms.begin(), rooms.end(),
                                       [&](const Room& each) { return each.region == region; });
        supplies.push_back(SupplyOf(slots, known, room == rooms.end() ? nullptr : &*room, now));
      }
      demand.places.push_back({supply, known.place->power});
    }
    demands.push_back(std::move(demand));
  }
  Timetable timetable(slots, std::move(supplies), patience);
  std::vector<SharedStart> starts(jobs.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    starts[i].alone = StartOf(timetable.FindAlone(demands[i]));
  }
  const FleetPlan plan = PlanFleet(timetable, demands);
  for (size_t i = 0; i < jobs.size(); ++i) {
    starts[i].shared = StartOf(plan.bookings[i]);
  }
  return starts;
}

}  // namespace carbon::plan
