// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "sim/fleet_replay.h"

namespace carbon::sim {

/// By when a job arrives, weeks are told apart; a part of one at the end is none.
inline constexpr Duration kWeek = std::chrono::hours(7 * 24);

/// What some jobs of a scenario emit at least, however they are started, with the signals as they
/// came true.
///
/// A job runs without a pause in one zone, from a start that is neither before its arrival nor
/// after its latest start. A job that any of the outcomes started later may start as late as there:
/// an oracle that keeps a promise is no measure for who breaks it.
///
/// That it is a bound: let p >= 0 be a price of room, by zone and hour, per CPU and hour. A job's
/// run emits what it costs at these prices less what it pays for room, so at least min(cost) less
/// that, the minimum taken over all of its starts in all zones. At no instant the runs in a zone
/// use more CPUs than it has, so over an hour they all pay p x room at the most. Hence
///
///   emissions >= sum over jobs of min(cost at p) - sum over zones and hours of p x room
///
/// for every p (Lagrange's dual; M. Fisher, "The Lagrangian relaxation method for solving integer
/// programming problems", 1981), and for any of the jobs, as the others only take room. Room is
/// used as it is, not by whole slots, which would be too strict. What a zone lacks while it is
/// down, and runs that are lost, only add: the run that ends a job is one of those above. Each
/// bound is the best of p = 0 (each job alone) and the best prices that were found. It is one up to
/// rounding (1e-9 of it), and no plan need attain it.
///
/// Where a scenario's jobs can be moved, a run is any of its work at any time from its arrival to
/// its latest end, or the latest in which any outcome ended it, in any zone, as if pauses and moves
/// cost nothing. At no instant a job works in two zones, and what it computes again, checkpoints
/// and sends only adds: so it is a bound in the same way, and a loose one.
class FleetOracle {
 public:
  /// `outcomes`: of the ways that are measured by it. `rounds`: how often prices are moved, by
  /// which the bound gets better. Costs O(rounds x jobs x steps that a job may start in); where
  /// that is more than 200 million, prices are found on a sample of the jobs.
  FleetOracle(const FleetScenario& scenario, std::span<const FleetOutcome* const> outcomes,
              size_t rounds = 300);

  /// Of the jobs of JobsOf(scenario) that are marked. 0 g are counted of one that cannot start
  /// while a signal is known.
  Grams BoundOf(const std::vector<bool>& jobs) const { return Bound(all_, jobs); }
  /// The same, with prices for what happens in that week; to be used for jobs that arrive in it.
  Grams BoundOfWeek(size_t week, const std::vector<bool>& jobs) const {
    return Bound(weeks_[week], jobs);
  }

  /// The week of each job's arrival; weeks() for the part of one at the end.
  const std::vector<size_t>& WeekOfJob() const { return week_of_; }
  size_t weeks() const { return weeks_.size(); }

 private:
  /// What a part of the jobs costs at its prices.
  struct Part {
    std::vector<size_t> jobs;
    std::vector<double> costs;  ///< g, of `jobs`
    double room = 0;            ///< g, what all room costs
  };
  Grams Bound(const Part& part, const std::vector<bool>& jobs) const;

  std::vector<double> alone_;  ///< g, by job
  std::vector<size_t> week_of_;
  Part all_;
  std::vector<Part> weeks_;
};

}  // namespace carbon::sim
