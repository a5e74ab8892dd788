// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "grid/series_csv.h"
#include "net/files.h"
#include "or_fail.h"
#include "plan/fleet_case.h"
#include "sim/scenario.h"
#include "sim/trace.h"

/// Jobs of a recorded trace on recorded grids, for benchmarks of plans.
namespace carbon::plan {

class RecordedFleet {
 public:
  explicit RecordedFleet(const std::vector<std::string>& zones) {
    for (const std::string& zone : zones) {
      const std::string path = CARBON_SOURCE_DIR "/data/carbon/" + zone + "_lifecycle.csv.gz";
      series_.push_back(OrFail(grid::ParseSeriesCsv(OrFail(net::ReadFile(path, kMost)), path)));
    }
    const std::string path = CARBON_SOURCE_DIR "/data/jobs/pai_1k.csv.gz";
    jobs_ = OrFail(sim::ParseJobs(OrFail(net::ReadFile(path, kMost)), path, sim::JobUnit::seconds))
                .jobs;
    std::erase_if(jobs_, [](const sim::TraceJob& job) { return job.length < Duration(1); });
  }

  /// The zones from `start` on, with room for so many CPUs in each slot.
  FleetCase Places(Time start, size_t slots, double cpus) const {
    FleetCase fleet{.slots = {start, std::chrono::hours(1), slots}, .supplies = {}, .demands = {}};
    for (const grid::Series& series : series_) {
      Supply supply{.g_per_kwh = {}, .cpus = std::vector<double>(slots, cpus)};
      for (size_t slot = 0; slot < slots; ++slot) {
        const auto value = series.At(fleet.slots.TimeOf(slot));
        supply.g_per_kwh.push_back(value ? value->value() : grid::Series::kUnknown);
      }
      fleet.supplies.push_back(std::move(supply));
    }
    return fleet;
  }

  /// A job of the trace, in whole minutes, that fits into a share of the slots; a kilowatt per CPU.
  Demand AJob(const Slots& slots, FleetDice& dice) const {
    const sim::TraceJob& job = jobs_[dice.Below(jobs_.size())];
    Demand demand{.places = {}, .cpus = job.cpus};
    const Duration minute = std::chrono::minutes(1);
    const Duration longest = slots.length * static_cast<int64_t>(slots.count / 4);
    demand.length = std::min((job.length + minute - Duration(1)) / minute * minute, longest);
    for (size_t i = 0; i < series_.size(); ++i) {
      demand.places.push_back({i, Watts(1000 * job.cpus)});
    }
    return demand;
  }

 private:
  static constexpr size_t kMost = size_t{256} << 20;

  std::vector<grid::Series> series_;
  std::vector<sim::TraceJob> jobs_;
};

/// CPUs x slots that a run takes.
inline double RoomOf(const Slots& slots, const Demand& demand, const Booking& booking) {
  double room = 0;
  for (const Segment& run : booking.runs) {
    const Slots::Range touched = slots.TouchedBy(run);
    room += demand.cpus * static_cast<double>(touched.last - touched.first);
  }
  return room;
}

}  // namespace carbon::plan
