// SPDX-License-Identifier: Apache-2.0
// What it costs to plan many waiting jobs in five zones for 96 hours.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "fleet_input.h"
#include "plan/fleet_plan.h"

namespace carbon::plan {
namespace {

constexpr uint64_t kSeed = 20260104;
constexpr size_t kSlots = 96;
/// Of the room that there is in all the hours and zones.
constexpr double kLoad = 0.6;

/// Jobs that all wait now, and may wait for six hours at least and up to the end of the forecast.
FleetCase WaitingJobs(size_t count, double pausable) {
  const RecordedFleet recorded({"CISO", "DE", "PJM", "SE", "BPAT"});
  const Time now = *ParseTime("2021-07-15T00:00Z");
  FleetCase fleet = recorded.Places(now, kSlots, 0);
  FleetDice dice(kSeed);
  double room = 0;
  for (size_t i = 0; i < count; ++i) {
    Demand job = recorded.AJob(fleet.slots, dice);
    const double latest = Hours(fleet.slots.end() - now - job.length);
    job.earliest = now;
    job.latest_start =
        now + std::chrono::minutes(static_cast<int64_t>(dice.Between(6, latest) * 60));
    job.pausable = dice.Chance(pausable);
    job.owner = dice.Below(20);
    job.since = now - std::chrono::minutes(dice.Below(600));
    room += job.cpus * std::ceil(Hours(job.length));
    fleet.demands.push_back(std::move(job));
  }
  const double cpus = std::ceil(room / kLoad / static_cast<double>(kSlots * fleet.supplies.size()));
  for (Supply& supply : fleet.supplies) {
    supply.cpus.assign(kSlots, cpus);
  }
  return fleet;
}

void FromNothing(benchmark::State& state, size_t jobs, double pausable) {
  const FleetCase fleet = WaitingJobs(jobs, pausable);
  size_t placed = 0;
  for (auto _ : state) {
    Timetable timetable(fleet.slots, fleet.supplies);
    placed = PlanFleet(timetable, fleet.demands).placed;
  }
  state.SetLabel(std::to_string(placed) + " of " + std::to_string(jobs) + " jobs placed, " +
                 std::to_string(kSlots) + " hours, 5 zones");
}

/// A job leaves, comes back changed, and is placed among 10 000 others.
void OneJob(benchmark::State& state) {
  FleetCase fleet = WaitingJobs(10'000, 0);
  Timetable timetable(fleet.slots, fleet.supplies);
  FleetPlan plan = PlanFleet(timetable, fleet.demands);
  size_t next = 0;
  for (auto _ : state) {
    Demand& job = fleet.demands[next];
    auto& booking = plan.bookings[next];
    next = (next + 7919) % fleet.demands.size();
    if (booking) {
      timetable.GiveBack(job, *booking);
    }
    job.length += std::chrono::minutes(job.length < std::chrono::hours(2) ? 1 : -1);
    booking = timetable.Find(job);
    if (booking) {
      timetable.Take(job, *booking);
    }
  }
}

BENCHMARK_CAPTURE(FromNothing, starts, 10'000, 0)
    ->Name("plan.cold_10k_ms")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(FromNothing, pauses, 10'000, 1)
    ->Name("plan.cold_10k_pausable_ms")
    ->Unit(benchmark::kMillisecond);
BENCHMARK(OneJob)->Name("plan.one_job_us")->Unit(benchmark::kMicrosecond);

BENCHMARK_CAPTURE(FromNothing, thousand, 1'000, 0)
    ->Name("plan.cold.1000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(FromNothing, ten_thousand, 10'000, 0)
    ->Name("plan.cold.10000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(FromNothing, hundred_thousand, 100'000, 0)
    ->Name("plan.cold.100000")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(FromNothing, million, 1'000'000, 0)
    ->Name("plan.cold.1000000")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace carbon::plan

BENCHMARK_MAIN();
