// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/reading.h"
#include "grid/series.h"
#include "plan/migration.h"
#include "plan/planner.h"
#include "sim/trace.h"

namespace carbon::sim {

/// A zone of the grid with a part of the cluster in it.
struct FleetZone {
  std::string name;  ///< unique in a scenario
  grid::Series signal;
  std::vector<grid::Forecast> forecasts;  ///< as they were issued; ascending, may be empty
  double cpus = 0;                        ///< room, >= 0.001; see RoomOf()
  Watts per_cpu;                          ///< mean power of a CPU that is in use, > 0
};

/// What goes wrong in a scenario. Of the fields, those that its kind names.
struct Fault {
  enum class Kind {
    /// From `from` to `to` no forecast of `zone` is heard; at `to` the newest one is.
    forecast_outage,
    /// The same, and nothing is observed; at `to` it is told what was.
    signal_outage,
    /// From `from` to `to` nothing runs in `zone`: runs are lost, their jobs start over.
    zone_down,
    /// At `from` a `share` of the runs in `zone`, rounded to whole ones, is lost.
    eviction,
  };

  Kind kind = Kind::forecast_outage;
  size_t zone = 0;
  Time from;
  Time to;           ///< after `from`
  double share = 0;  ///< in [0, 1]
};

/// What it takes to move a running job to another zone, and by which rule that is done.
struct FleetMigration {
  Duration downtime{};               ///< in which it holds room there and does not work, >= 0
  Duration recomputed{};             ///< at most: no more than it has done, >= 0
  KilowattHours checkpoint_per_cpu;  ///< spent in the zone that it leaves, >= 0
  KilowattHours transfer_per_cpu;    ///< spent in the dirtier one of both, >= 0
  plan::MigrationRules rules;
  size_t moves_per_hour = 10;
};

/// A cluster of several zones with bounded room, the jobs that come, and what goes wrong.
struct FleetScenario {
  Time start;
  Duration window{};  ///< jobs that arrive later are rejected; > 0
  std::vector<FleetZone> zones;
  std::vector<TraceJob> jobs;
  /// The trace begins anew so often within the window; nothing: it is replayed once. > 0.
  std::optional<Duration> jobs_every;
  /// For every job; nothing: 6 h for jobs shorter than 2 h, else 24 h.
  std::optional<Duration> longest_wait;
  plan::Parameters planner;
  /// The planner looks at the cluster at least so often while jobs wait. > 0.
  Duration tick = std::chrono::hours(1);
  Duration latency{};                       ///< from a decision to what it does
  std::optional<FleetMigration> migration;  ///< nothing: jobs end where they began
  std::vector<Fault> faults;
  uint64_t seed = 1;  ///< of what chance decides: which runs are evicted
};

/// That each zone's signal holds the start and has steps that divide an hour and begin with it,
/// that there is room, and that the numbers above are in their ranges; invalid otherwise.
Status CheckFleet(const FleetScenario& scenario);

/// A zone's room in whole thousandths of a CPU, so that taking and giving back leaves no rest.
int64_t RoomOf(const FleetZone& zone);

/// A job in real time.
struct FleetJob {
  Time arrival;
  Duration length{};  ///< > 0
  double cpus = 0;
  int64_t millicores = 0;  ///< of room that it takes: `cpus`, rounded up
  Time latest_start;
  size_t trace_index = 0;  ///< into FleetScenario::jobs
};

struct FleetJobs {
  std::vector<FleetJob> jobs;  ///< by arrival, and as in the trace where they arrive at once
  size_t submitted = 0;        ///< those in `jobs` and those that are rejected
  size_t rejected = 0;         ///< wider than every zone, without a length, or after the window
};

/// The jobs of a scenario that can run.
FleetJobs JobsOf(const FleetScenario& scenario);

}  // namespace carbon::sim
