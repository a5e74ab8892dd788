// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/time.h"
#include "sim/priced_zone.h"

namespace carbon::sim {

/// A stretch of time in one zone.
struct PricedPiece {
  size_t zone = 0;  ///< index
  Time from;
  Time to;
  double cost = 0;  ///< g per CPU
};

/// The pieces of [from, to) that add up to `length` and cost least, each in the zone that is the
/// cheapest then, as if a job could be paused and moved for nothing: no way to run it costs less.
/// In any order; none where less than `length` > 0 is known. All zones begin together; null where
/// the job may not run. Costs O(n log n) for the steps between `from` and `to`, times the zones.
std::vector<PricedPiece> CheapestTime(std::span<const PricedZone* const> zones, Time from, Time to,
                                      Duration length);

}  // namespace carbon::sim
