// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sim/scenario.h"

namespace carbon::sim {

/// The default rules: real time, true lengths known on arrival, gaps of the signal unknown. A job
/// for which any instant from arrival to the latest end of its run is unknown is left out of all
/// sums, for every policy alike.
Result<Scenario> PreparePlain(const std::vector<TraceJob>& trace, const grid::Series& signal,
                              const Setting& setting);

}  // namespace carbon::sim
