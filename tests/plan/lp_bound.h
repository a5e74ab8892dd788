// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "plan/fleet_case.h"

namespace carbon::plan {

/// The least cost of placing all jobs if they could be split between starts and places: a linear
/// program, solved by COIN-OR's CLP. No plan costs less. Nothing where they cannot all be placed
/// even so. For jobs that do not pause; every instant counts room as a Timetable does.
///
/// Variables: for each job, place and start at which a run's cost can be least (the earliest and
/// the latest, and those that begin or end with a slot) the share of the job that starts there.
/// Rows: each job's shares are 1 together; in each slot of a supply the CPUs of the runs that touch
/// it are at most what there is.
std::optional<double> LpBound(const FleetCase& fleet);

}  // namespace carbon::plan
