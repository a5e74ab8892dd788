// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "grid/board.h"
#include "plan/job.h"
#include "plan/reason.h"
#include "plan/shared_room.h"

namespace carbon::plan {

/// All that a decision may depend on.
struct Snapshot {
  Time now;
  std::shared_ptr<const grid::Board> board;  ///< never null; as of `now`
  std::vector<Job> jobs;                     ///< those that wait for their start
  std::vector<Room> rooms;                   ///< of regions whose room is counted
};

/// What a user may tune.
struct Parameters {
  /// A job waits only for a start that is expected to emit at least this share less than starting
  /// now: smaller differences are within the forecast's own error. 0 <= min_saving < 1.
  double min_saving = 0.001;
  /// A job is released this long before its latest start: covers a restart of the controller, an
  /// outage of the API server and the time from release to running.
  Duration start_margin = std::chrono::minutes(5);
  /// A zone is known if its outlook stands on this rung or above. What is usual, and a yearly mean,
  /// are shown to people but keep no job waiting: without a signal jobs run as if nobody asked.
  grid::Rung lowest_rung = grid::Rung::second_provider;
  /// What is as clean as this is clean enough: no job waits for cleaner. Nothing: none is.
  std::optional<GramsPerKwh> threshold;
  /// What an hour of waiting must save. 0: a gram is worth any wait within the deadline.
  GramsPerHour patience;
};

struct Decision {
  enum class Action { hold, release };

  std::string job;
  Action action = Action::release;
  std::string region;  ///< where to run it; empty = no preference
  Time start;          ///< planned start; the snapshot's now for a release
  Reason reason;
};

/// What is decided of a job whose owner's wishes cannot be read: it is let go, and told why.
Decision BadRequest(std::string job, Time now, const Error& error);

/// The one place where it is decided when and where a job starts. Pure: the same snapshot and
/// parameters give the same decisions, byte for byte; knows neither Kubernetes nor a clock.
///
/// Promises: a job is never held past its latest start, nor so long that it would break its
/// deadline if it took as long as the bound of its length; the margin is kept before both. A held
/// job is expected to emit less than if it were released; a job whose zones are all unknown is
/// released. Signals of different kinds are never compared: the kind of the job's first known place
/// counts, others are unknown. Where regions have rooms, jobs are planned into them together, and
/// one that has no room now waits for it, though it may be no cleaner then; a job for which no room
/// is found before its latest start is planned as if there were all that it needs.
class Planner {
 public:
  explicit Planner(Parameters parameters) : parameters_(parameters) {}

  /// One decision per job, in the jobs' order.
  std::vector<Decision> Decide(const Snapshot& snapshot) const;

 private:
  Decision DecideOne(const Job& job, const Snapshot& snapshot,
                     const std::optional<PlannedStart>& shared) const;
  std::vector<WaitingJob> WaitingJobs(const Snapshot& snapshot) const;

  Parameters parameters_;
};

}  // namespace carbon::plan
