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

/// What another start must save before one is given up that the job's owner was told of, as a share
/// of its cost: else jobs that are alike would swap their starts at every look.
inline constexpr double kLeastGainOfChange = 0.01;

/// Plans jobs together, from `now` on, by slots of an hour and at most a week ahead; a region
/// without a room has all that is asked for. Namespaces share fairly (PlanFleet()).
///
/// Of each job the start: `now` where it is to be let go. A start that was told is kept where there
/// still is room for it, unless that leaves out a job which finds room if all are planned anew.
/// Nothing where no start is found: no room before the latest start, or what is known of the signal
/// is too short for the run. `min_saving`: as Parameters says, against starting in the room that
/// there is now.
std::vector<std::optional<PlannedStart>> ShareRoom(std::span<const WaitingJob> jobs,
                                                   std::span<const Room> rooms, Time now,
                                                   GramsPerHour patience, double min_saving);

}  // namespace carbon::plan
