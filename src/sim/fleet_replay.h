// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "sim/fleet_scenario.h"
#include "sim/simulate.h"

namespace carbon::sim {

/// How the jobs of a cluster are started.
enum class Way {
  run_now,            ///< as they come
  carbon_kube,        ///< when and where plan::Planner::Decide says
  carbon_kube_moves,  ///< and while they run they move where plan::DecideMoves says
};
/// Those that any scenario can be replayed in.
inline constexpr std::array kWays = {Way::run_now, Way::carbon_kube};
/// And the last one, where it says what a move takes.
std::vector<Way> WaysOf(const FleetScenario& scenario);
/// "run-now", "carbon-kube", "carbon-kube-moves".
std::string_view ToString(Way way);

/// A job on a part of the cluster, from its start to its end, or until it was moved or lost.
struct FleetRun {
  size_t job = 0;  ///< index into JobsOf(scenario).jobs
  size_t zone = 0;
  Time start;  ///< takes room from then on
  Time end;
  Duration downtime{};    ///< after a move: in which it does not work yet
  Duration recomputed{};  ///< after that: work which it had done elsewhere
  bool moved = false;     ///< ended by a move; the job's next run goes on with its work
  bool lost = false;      ///< its work is lost: with it or, after a move, later
  /// Of the move that ended or began it what counts here; nothing where the signal is not known.
  std::optional<Grams> overhead = Grams();
  /// `overhead` included; nothing where the signal is not known all the time.
  std::optional<Grams> emitted;

  bool operator==(const FleetRun&) const = default;
};

/// What became of a zone's part of the cluster.
struct ZoneUse {
  double peak_cpus = 0;  ///< most CPUs in use, or held for a move, at once
  double cpu_hours = 0;  ///< of all runs, lost ones too
  Grams emitted;         ///< of the runs whose signal is known

  bool operator==(const ZoneUse&) const = default;
};

/// What became of a scenario.
struct FleetOutcome {
  size_t submitted = 0;   ///< = done + rejected + unfinished
  size_t done = 0;        ///< jobs that ran to their end
  size_t rejected = 0;    ///< FleetJobs::rejected
  size_t unfinished = 0;  ///< jobs that never found room
  size_t lost_runs = 0;   ///< their jobs started over; runs that a job was moved between are one
  size_t moves = 0;       ///< of running jobs from zone to zone

  // Starts after the latest one, by why. A job that starts over keeps its latest start.
  size_t held_late = 0;    ///< was let go too late: without latency, 0 is the planner's promise
  size_t queued_late = 0;  ///< was let go in time, and the cluster was full
  size_t lost_late = 0;    ///< an earlier run was lost when it was too late already

  Grams emitted;            ///< of the runs whose signal is known, lost ones too
  Grams lost_emitted;       ///< the part of the lost ones
  size_t unknown_runs = 0;  ///< runs whose signal is not known all the time: in none of them
  Grams move_emitted;       ///< the part of checkpoints, transfers and what was computed again
  Grams move_expected;      ///< what the rule expected all moves to save, beyond their cost
  /// From a job's arrival to the start of the run that ended it, over all that are done.
  double mean_wait_hours = 0;
  double p95_wait_hours = 0;

  std::vector<ZoneUse> zones;  ///< as in the scenario
  std::vector<FleetRun> runs;  ///< by start
  /// By job, over all its runs; nothing where one of them is not known.
  std::vector<std::optional<Grams>> job_emitted;

  bool operator==(const FleetOutcome&) const = default;
};

/// Replays a scenario. Deterministic: the same input gives the same bytes.
///
/// With Way::carbon_kube each job waits until it is let go by plan::Planner::Decide, which is told
/// what the controller tells it: the board as it was known by then (sim/zone_feed.h), the jobs that
/// wait, all of one owner, with the starts that they were told, and what those that run take of
/// each zone's room, by their true lengths. It looks when a job arrives or is lost, a zone goes
/// down or comes back, a zone brings news, a planned start has come, and at each tick. A zone that
/// is down is no place. With Way::run_now each job is let go at once, and the grid is not looked
/// at.
///
/// With Way::carbon_kube_moves it also asks plan::DecideMoves about the jobs that run, at each look
/// and as long as any does; the rest of a run is known, and so is its deadline, the end of a run
/// that starts at the latest start. A zone is a target if it has room beyond what jobs need that
/// were let go to it, and nothing moves while a job queues. The room there is held from the
/// decision on; a move whose zone is down when it would be carried out does not take place.
///
/// A job that was let go starts in the region of its decision where it has room, else in the first
/// zone that has; else it queues, first come, first served: while the first finds no room, those
/// behind it wait too. Replaying ends when nothing is left to happen.
///
/// Fails as CheckFleet(), or where the scenario does not say what a move takes; internal where the
/// books do not balance. `progress` is told the share of jobs that have arrived.
Result<FleetOutcome> ReplayFleet(const FleetScenario& scenario, Way way,
                                 const Progress& progress = {});

}  // namespace carbon::sim
