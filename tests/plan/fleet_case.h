// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "plan/timetable.h"

/// Random jobs and places, and what a plan of them costs, worked out anew: slowly, and not as
/// plan/offer.cpp does.
namespace carbon::plan {

struct FleetCase {
  Slots slots;
  std::vector<Supply> supplies;
  std::vector<Demand> demands;
};

struct FleetShape {
  size_t jobs = 6;
  size_t supplies = 2;
  size_t slots = 12;
  double cpus = 4;           ///< of a supply
  bool whole_slots = false;  ///< lengths and times
  double unknown = 0;        ///< share of slots
  double pausable = 0;       ///< share of jobs
};

class FleetDice {
 public:
  explicit FleetDice(uint64_t seed) : engine_(seed) {}

  double Between(double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(engine_);
  }
  size_t Below(size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(engine_);
  }
  bool Chance(double share) { return Between(0, 1) < share; }

  FleetCase Roll(const FleetShape& shape) {
    FleetCase rolled;
    rolled.slots = {*ParseTime("2021-07-01T00:00:00Z"), std::chrono::hours(1), shape.slots};
    for (size_t i = 0; i < shape.supplies; ++i) {
      rolled.supplies.push_back(ASupply(shape));
    }
    for (size_t i = 0; i < shape.jobs; ++i) {
      rolled.demands.push_back(AJob(shape, rolled.slots, i));
    }
    return rolled;
  }

 private:
  Supply ASupply(const FleetShape& shape) {
    Supply supply;
    for (size_t slot = 0; slot < shape.slots; ++slot) {
      supply.g_per_kwh.push_back(Chance(shape.unknown) ? std::numeric_limits<double>::quiet_NaN()
                                                       : std::round(Between(50, 500)));
      supply.cpus.push_back(shape.cpus);
    }
    return supply;
  }

  Demand AJob(const FleetShape& shape, const Slots& slots, size_t number) {
    const auto minutes = [&](double least, double most) {
      const double rolled = Between(least, most);
      return std::chrono::minutes(static_cast<int64_t>(shape.whole_slots ? std::ceil(rolled) * 60
                                                                         : std::ceil(rolled * 60)));
    };
    const auto width = static_cast<double>(slots.count);
    Demand job;
    job.cpus = 1 + static_cast<double>(Below(2));
    job.length = minutes(0.01, std::min(4.0, width / 3));
    job.earliest = slots.start + minutes(-0.99, width / 3);
    job.earliest = std::max(job.earliest, slots.start);
    job.latest_start = std::min(job.earliest + minutes(-0.99, width), slots.end() - job.length);
    job.latest_start = std::max(job.latest_start, job.earliest);
    job.pausable = Chance(shape.pausable);
    job.owner = Below(3);
    job.since = slots.start + std::chrono::milliseconds(number);
    for (size_t supply = 0; supply < shape.supplies; ++supply) {
      job.places.push_back({supply, Watts(std::round(Between(50, 150)))});
    }
    return job;
  }

  std::mt19937_64 engine_;
};

/// Grams of runs, minute by minute; NaN where any is unknown.
inline double GramsByMinute(const FleetCase& fleet, const Demand& job, size_t place,
                            const Schedule& runs) {
  const Supply& supply = fleet.supplies[job.places[place].supply];
  double sum = 0;
  for (const Segment& run : runs) {
    for (Time at = run.start; at < run.end(); at += std::chrono::minutes(1)) {
      sum += supply.g_per_kwh[static_cast<size_t>((at - fleet.slots.start) / fleet.slots.length)];
    }
  }
  return sum / 60 * job.places[place].power.value() / 1000;
}

/// The most CPUs that bookings take of a supply in any minute beyond what there is; <= 0 where they
/// fit.
template <typename Bookings>
double MostTooMany(const FleetCase& fleet, const Bookings& bookings) {
  double most = -std::numeric_limits<double>::infinity();
  for (size_t supply = 0; supply < fleet.supplies.size(); ++supply) {
    const size_t per_slot = 60;
    std::vector<double> used(fleet.slots.count * per_slot);
    for (size_t i = 0; i < bookings.size(); ++i) {
      if (!bookings[i] || fleet.demands[i].places[bookings[i]->place].supply != supply) {
        continue;
      }
      for (const Segment& run : bookings[i]->runs) {
        const auto first = static_cast<size_t>((run.start - fleet.slots.start).count() / 60'000);
        const auto last = static_cast<size_t>((run.end() - fleet.slots.start).count() / 60'000);
        for (size_t minute = first; minute < last; ++minute) {
          used[minute] += fleet.demands[i].cpus;
        }
      }
    }
    for (size_t minute = 0; minute < used.size(); ++minute) {
      most = std::max(most, used[minute] - fleet.supplies[supply].cpus[minute / per_slot]);
    }
  }
  return most;
}

}  // namespace carbon::plan
