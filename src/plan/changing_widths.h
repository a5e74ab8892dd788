// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "grid/series.h"
#include "plan/elastic.h"

namespace carbon::plan {

/// The cheapest widths by which `work` is done without a pause: from its first moment to its last
/// there is a worker. Nothing where no two steps of the signal bound such a run.
///
/// Exact among runs that begin and end where the signal has steps, or at work.arrival or work.end:
/// between two such moments one worker always runs, and the others are a matter of CheapestWidths.
/// Of more than 48 such moments that many are tried, evenly spread, and fewer where a hundred
/// workers may run in a thousand steps: about 2e7 looks at a worker in a step in all.
std::optional<ElasticPlan> CheapestWithoutPause(const grid::Series& signal,
                                                const ElasticWork& work);

}  // namespace carbon::plan
