// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/board.h"
#include "plan/migration.h"
#include "sim/fleet_scenario.h"

namespace carbon::sim {

/// A run that may be moved.
struct MovableRun {
  size_t run = 0;  ///< whatever names it
  size_t zone = 0;
  const FleetJob* job = nullptr;  ///< never null
  Time since;                     ///< works there since
  std::optional<size_t> came_from;
  Duration left{};  ///< > 0
  Duration done{};  ///< of its work
};

/// A run that moves.
struct FleetMove {
  size_t run = 0;
  size_t to = 0;
  Duration recomputed{};
  Grams expected;  ///< saving less the cost

  bool operator==(const FleetMove&) const = default;
};

/// What a move costs in each of its zones, as the signals came true.
struct MoveOverhead {
  std::optional<Grams> left;     ///< the zone that is left: checkpoint, transfer if it is dirtier
  std::optional<Grams> reached;  ///< the other one
};

/// Decides which runs of a scenario move. Not thread-safe.
class FleetMoves {
 public:
  /// `scenario` outlives this and says what a move takes.
  explicit FleetMoves(const FleetScenario& scenario);

  /// By plan::DecideMoves, given what `board` knows; times of calls ascend. `room`: by zone, in
  /// thousandths of a CPU, what may be moved into. Where there is no room for all, those go first
  /// that save most, and the others are asked again about what is left.
  std::vector<FleetMove> Decide(std::span<const MovableRun> runs, std::vector<int64_t> room,
                                const grid::Board& board, Time now);

 private:
  plan::RunningJob JobOf(const MovableRun& run, const std::vector<int64_t>& room,
                         const grid::Board& board) const;
  plan::PlaceOutlook At(size_t zone, const MovableRun& run, const grid::Board& board) const;
  size_t ZoneNamed(const std::string& name) const;

  const FleetScenario& scenario_;
  plan::MoveBudget budget_;
};

/// Of moving a job at `now`; nothing where a signal that is needed is not known then.
MoveOverhead OverheadOf(const FleetScenario& scenario, const FleetJob& job, size_t from, size_t to,
                        Time now);

}  // namespace carbon::sim
