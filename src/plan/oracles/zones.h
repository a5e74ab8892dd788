// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"
#include "grid/signal.h"

namespace carbon::plan {

/// A zone in which a job may run, and what is known of it.
struct OracleZone {
  const grid::Series& signal;  ///< outlives the call
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  Watts power;  ///< of the job there
};

/// A job that can be paused and moved, in steps of the signals.
struct MovableWork {
  Time arrival;           ///< at the start of a step
  Time end;               ///< to be done by then; at the start of a step
  size_t steps = 0;       ///< that it runs, > 0
  Grams move_cost;        ///< of each move, >= 0
  size_t move_steps = 0;  ///< in which it does not run while it moves
  Grams pause_cost;       ///< of each gap between two runs in one zone, >= 0
};

/// An uninterrupted run in one zone.
struct ZoneRun {
  size_t zone;  ///< index
  Time start;
  size_t steps;

  bool operator==(const ZoneRun&) const = default;
};

struct ZonePlan {
  std::vector<ZoneRun> runs;  ///< ascending
  Grams emitted;              ///< while running
  Grams overhead;             ///< of moves and pauses
  size_t moves = 0;
  size_t pauses = 0;

  Grams Total() const { return emitted + overhead; }
};

/// The way to run the job that emits least, moves and pauses included, with the signals known. Two
/// runs in different zones are one move, with at least `move_steps` between them, however long it
/// waits besides; two in one zone are one pause. Where it runs first and how long it waits before
/// costs nothing. Never in a step in which the zone is unknown. The same input gives the same plan.
///
/// Exact, by dynamic programming over (step, steps left, zone, whether it has just run): R.
/// Bellman, "Dynamic Programming", 1957. O(T × steps × zones²) time, O(T × steps × zones) memory,
/// for T steps between arrival and end.
///
/// Invalid where there is no zone, where signals differ in kind, step or raster, where the times
/// are not on the raster, a cost is negative, or the job cannot be done in what is known.
Result<ZonePlan> CheapestOverZones(std::span<const OracleZone> zones, const MovableWork& work);

}  // namespace carbon::plan
