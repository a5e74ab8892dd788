// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "plan/timetable.h"

namespace carbon::plan {

/// Where and when each of many jobs runs that share room.
struct FleetPlan {
  std::vector<std::optional<Booking>> bookings;  ///< by demand; nothing where it found no room
  size_t placed = 0;
  double cost = 0;  ///< of all bookings
  /// No plan that places all demands that could be placed alone costs less: Lagrange's bound at the
  /// best prices that were found. Where only a sample was asked, that of no prices, which is low.
  double bound = 0;
  /// Whether certainly no plan costs less: nobody stands in anybody's way.
  bool optimal = false;
};

/// How much time is spent on a plan. The defaults were chosen on the instances of
/// benchmarks/fleet_bench.cpp.
struct FleetRules {
  size_t price_rounds = 20;  ///< how often prices are moved
  size_t attempts = 8;       ///< how often all jobs are placed anew, at prices and then without
  /// About how many times the price rounds, and half as often the attempts, may look at a slot of
  /// a place for a job: where the rounds would take more, only a sample of the jobs is asked, and
  /// there are fewer attempts, of which one is always made.
  double looks = 1.5e6;
};

/// Plans all demands together in a timetable of which no room is taken, and takes theirs. The same
/// input gives the same plan, byte for byte.
///
/// Room that more jobs want than there is gets a price (Lagrange multipliers; M. Fisher, "The
/// Lagrangian relaxation method for solving integer programming problems", 1981), so that those go
/// elsewhere that lose least by it. Beginning with each job as early as there is room, each then
/// takes the cheapest way in the room that the others leave, first at those prices, then without.
/// Owners take turns by the CPU time they have been given, of an owner's jobs the one that waits
/// longest comes first; jobs that cannot wait come before all. Where that leaves one without a
/// place, those come first that have to start first, if that leaves fewer.
///
/// Promises: capacity is never exceeded; a run without a pause starts by its demand's latest start,
/// all end by its latest end; the plan places at least as many demands as PlanEarliest(), and where
/// it places as many it costs no more.
FleetPlan PlanFleet(Timetable& timetable, std::span<const Demand> demands,
                    const FleetRules& rules = {});

/// Each demand as early as there is room, those that wait longest first: the plan without carbon.
/// Takes the room.
FleetPlan PlanEarliest(Timetable& timetable, std::span<const Demand> demands);

}  // namespace carbon::plan
