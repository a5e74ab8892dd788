// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/signal.h"
#include "plan/length_belief.h"

namespace carbon::plan {

/// Where a job may run: nodes of one region, on one zone of the grid.
struct Place {
  std::string region;
  grid::ZoneId zone;
  Watts power;  ///< expected draw of this job there, overhead of the building (PUE) included

  bool operator==(const Place&) const = default;
};

/// A start that a job's owner has been told of.
struct ToldStart {
  std::string region;
  Time start;

  bool operator==(const ToldStart&) const = default;
};

/// Work that waits for its start. All times are absolute.
struct Job {
  std::string id;                 ///< unique among the jobs of a snapshot: "namespace/name"
  std::vector<Place> places;      ///< where it may run; empty where no node matches today
  LengthBelief length;            ///< of its run
  Time latest_start;              ///< starting later would break the promised delay, or the
                                  ///< deadline if it takes as long as the longest known
  std::optional<Time> deadline;   ///< to have finished
  double cpus = 1;                ///< of the room that jobs share
  std::string owner;              ///< who shares room fairly with others: the namespace
  Time since;                     ///< waits since
  std::optional<ToldStart> told;  ///< kept in shared room, unless another saves enough
};

/// By which a job has to start: so that it keeps its deadline though it takes as long as its bound.
inline Time LatestStartOf(const Job& job) {
  return job.deadline ? std::min(job.latest_start, *job.deadline - job.length.bound)
                      : job.latest_start;
}

}  // namespace carbon::plan
