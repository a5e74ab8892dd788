// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "sim/fleet_moves.h"
#include "sim/fleet_replay.h"

namespace carbon::sim {

/// The zones of a scenario with what runs in them. Whoever calls it keeps the time, which does not
/// go back. Not thread-safe.
class FleetCluster {
 public:
  /// All outlive this; what happens is entered into `outcome`.
  FleetCluster(const FleetScenario& scenario, const std::vector<FleetJob>& jobs,
               FleetOutcome& outcome);

  struct Zone {
    int64_t free = 0;          ///< thousandths of a CPU
    size_t down = 0;           ///< faults that keep it down
    std::set<size_t> running;  ///< indices of outcome.runs
  };
  const std::vector<Zone>& zones() const { return zones_; }
  void TakeDown(size_t zone) { ++zones_[zone].down; }
  void BringUp(size_t zone) { --zones_[zone].down; }

  /// Whether a job may start there.
  bool HasRoom(size_t zone, size_t job) const {
    return zones_[zone].down == 0 && jobs_[job].millicores <= zones_[zone].free;
  }
  bool IsRunning() const;
  /// That all room came back.
  bool IsEmpty() const;

  /// Room for a job that is to come, until it is given back.
  void Hold(size_t zone, size_t job) { zones_[zone].free -= jobs_[job].millicores; }
  void GiveBack(size_t zone, size_t job) { zones_[zone].free += jobs_[job].millicores; }

  // Runs are named by their index in outcome.runs.

  /// The new run, which ends as outcome.runs says unless it is ended before. There is room.
  size_t Start(size_t job, size_t zone, Time now);
  /// Ends a run and goes on with its job in another zone, in the run that is returned.
  size_t Move(const FleetMove& move, Time now);
  /// Ends a run that has come to its end; returns when its job was started.
  Time Finish(size_t index);
  /// Ends a run whose job has to start over.
  void Lose(size_t index, Time now);
  /// Whether a run goes on after `now`.
  bool GoesOn(size_t index, Time now) const;

  /// Those that work at `now`.
  std::vector<MovableRun> MovableRuns(Time now) const;
  /// Only when all of an instant is done: CPUs that come free and that are taken cancel out.
  void NotePeaks();

 private:
  size_t Place(const FleetRun& run);
  void End(size_t index);
  void MarkLost(size_t index);

  const FleetScenario& scenario_;
  const std::vector<FleetJob>& jobs_;
  FleetOutcome& outcome_;
  std::vector<Zone> zones_;
  std::map<size_t, std::vector<size_t>> earlier_;  ///< by job: the runs that it was moved from
};

}  // namespace carbon::sim
