// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sim/scenario.h"

namespace carbon::sim {

/// The rules of the numbers published with GAIA (W. A. Hanafy et al., ASPLOS 2024), for comparison
/// with them:
/// - time counts in slots of 5 s from the window's first hour; arrivals and lengths are rounded
///   down to whole slots, and jobs shorter than one slot are left out;
/// - a job is "short" below 2 h, else "long"; policies that need a length are told the mean length
///   of the trace's jobs of that class (those of exactly 2 h count in both), in whole slots;
/// - short jobs wait at most 6 h, long ones 24 h;
/// - a gap of the signal repeats the last known value; nothing outside the window is known.
/// Emissions are those of 1 kW per CPU. `start` must be on a step of the signal.
Result<Scenario> PrepareGaia(const std::vector<TraceJob>& trace, const grid::Series& signal,
                             const Setting& setting);

}  // namespace carbon::sim
