// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "plan/known_places.h"
#include "plan/timetable.h"

namespace carbon::plan {

/// How many CPUs the jobs of a region may use at once, and what running ones use of them.
struct Room {
  std::string region;
  double cpus = 0;  ///< >= 0
  struct Taken {
    double cpus;
    Time until;  ///< when the run is expected to end
  };
  std::vector<Taken> taken;
};

/// A job that waits, and what is known of its places.
struct WaitingJob {
  const Job* job;
  std::vector<KnownPlace> places;
  Time latest_start;  ///< to be planned by; before now for a job that must not wait any longer
};

/// When and where a job starts; `place` is an index into its places.
struct PlannedStart {
  size_t place;
  Time start;
};

/// Starts of one job: if it had all room to itself, and in the room that all share. Nothing where
/// none is found: no room, or what is known of the signal is too short for the run.
struct SharedStart {
  std::optional<PlannedStart> alone;
  std::optional<PlannedStart> shared;
};

/// Plans jobs together, from `now` on, by slots of an hour and at most a week ahead; a region
/// without a room has all that is asked for. Namespaces share fairly (PlanFleet()).
std::vector<SharedStart> ShareRoom(std::span<const WaitingJob> jobs, std::span<const Room> rooms,
                                   Time now, GramsPerHour patience);

}  // namespace carbon::plan
