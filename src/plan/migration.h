// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/outlook.h"
#include "plan/job.h"
#include "plan/run_lengths.h"

namespace carbon::plan {

/// What moving a running job takes.
struct MoveCost {
  Duration downtime{};       ///< from the checkpoint until it works on in the other place, >= 0
  Duration recomputed{};     ///< work since the checkpoint that is done again there, >= 0
  KilowattHours checkpoint;  ///< spent in the present place at once, what idles there included
  KilowattHours transfer;    ///< spent on the way: counted at the dirtier of both ends
};

/// A place where a job may run, with what is expected of its zone.
struct PlaceOutlook {
  Place place;
  const grid::Outlook* outlook = nullptr;  ///< null where the zone is unknown; outlives the call
};

/// Where a running job could go.
struct MoveTarget {
  PlaceOutlook to;
  MoveCost cost;
};

/// A job that runs, and that can be stopped in one place and go on in another.
struct RunningJob {
  std::string id;
  PlaceOutlook here;
  Time here_since;                       ///< when it began to run in its present place
  std::optional<std::string> came_from;  ///< the region that it was last moved away from
  RunLengths::Left left;                 ///< what is left of its run
  std::optional<Time> deadline;          ///< to have finished
  std::vector<MoveTarget> targets;
};

/// What a user may tune. The defaults of `most_late` and of the budget are the project's seed's
/// (FR3, and its alert at 10 migrations an hour).
struct MigrationRules {
  /// A move must be expected to save more than that, beyond its own cost; >= 0.
  Grams least_saving{100};
  /// Jobs stay where the present intensity is not above this; the seed says 200 g/kWh.
  std::optional<GramsPerKwh> least_intensity;
  /// A job moves only if it is late with less than this chance then; (0, 1].
  double most_late = 0.05;
  /// A move must be expected to save more, beyond its own cost, than so many standard errors of the
  /// saving. The default leaves a chance of one in ten, under a normal law.
  double standard_errors = 1.2816;
  /// What a move must save and cost counts so many times for one back to where the last one began;
  /// >= 1.
  double return_factor = 2;
  /// A job stays that long before it moves again; >= 0.
  Duration least_stay = std::chrono::hours(1);
  /// A zone is known if its outlook stands on this rung or above.
  grid::Rung lowest_rung = grid::Rung::second_provider;
};

/// How many moves a fleet may begin within any hour. A value.
class MoveBudget {
 public:
  explicit MoveBudget(size_t per_hour = 10) : per_hour_(per_hour) {}

  /// Whether one more may begin at `now`.
  bool Allows(Time now) const;
  /// One begins at `now`, which is not before any that began earlier.
  void Spend(Time now);

 private:
  size_t per_hour_;
  std::deque<Time> begun_;  ///< the last `per_hour_`
};

enum class MoveCause {
  cleaner_place,     ///< moves: another place saves enough
  no_target,         ///< there is no other place
  just_moved,        ///< it has not been here for the least stay
  no_signal,         ///< nothing is known of this place, or of any other in the same kind of signal
  clean_enough,      ///< the present intensity is not above the least one
  may_be_late,       ///< moving would make it late with too great a chance
  saves_too_little,  ///< the saving less the move's cost is not above the threshold
  too_uncertain,     ///< it is, but the forecasts' own error may swallow it
  only_just_left,    ///< it would be enough, if the job had not been moved away from there
  budget_spent,      ///< the fleet has begun as many moves as it may within an hour
};
/// "CleanerPlace", …: for events and metrics.
std::string_view ToString(MoveCause cause);

/// What a move to one place is expected to bring.
struct MoveFigures {
  std::string region;    ///< the target
  Grams saving;          ///< what running on there emits less than here, the downtime regarded
  Grams cost;            ///< of the move: checkpoint, transfer, what is computed again
  Grams standard_error;  ///< of the saving, by the forecasts' own bounds
  double late = 0;       ///< the chance of missing the deadline after the move

  Grams Net() const { return saving - cost; }
  bool operator==(const MoveFigures&) const = default;
};

/// Whether a job moves, and why.
struct MoveDecision {
  std::string job;
  MoveCause cause = MoveCause::no_signal;
  /// Of the place that it moves to; of a job that stays, of the place for which the least is
  /// missing, and nothing where no place could be judged.
  std::optional<MoveFigures> figures;

  bool Moves() const { return cause == MoveCause::cleaner_place; }
  bool operator==(const MoveDecision&) const = default;
};

/// What moving a job at `now` is expected to bring; nothing where it is not known: a zone is
/// unknown, stands on too low a rung or has no bounds, the signals are of different kinds, or a
/// forecast ends before the job would go on.
///
/// Expectations are means over job.left, each of its quantiles as likely as the others. A run's
/// emissions are power × time × the mean forecast while it lasts. Work that staying would do after
/// one of the forecasts ends does not count: nothing is saved where nothing is known. The standard
/// error takes a zone's errors for the same over a whole run, (p90 - p10) / 2.5631 of their means,
/// and those of two zones for independent.
std::optional<MoveFigures> FiguresOf(const RunningJob& job, const MoveTarget& target, Time now,
                                     const MigrationRules& rules);

/// Whether each job moves at `now`, in the jobs' order. Pure: the same input gives the same
/// decisions. Where the budget does not reach, those move first that save most, of equals the
/// first; what they need is taken from `budget`.
///
/// Promises: no job moves whose saving less the cost is not above the threshold, or whose chance of
/// being late is `most_late` or more; unknown zones keep jobs where they are, and signals of
/// different kinds are never compared.
std::vector<MoveDecision> DecideMoves(std::span<const RunningJob> jobs, Time now,
                                      const MigrationRules& rules, MoveBudget& budget);

}  // namespace carbon::plan
