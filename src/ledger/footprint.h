// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"

namespace carbon::ledger {

/// A stretch of time in which something ran: [start, end). start <= end.
struct Interval {
  Time start;
  Time end;

  bool operator==(const Interval&) const = default;
};

/// Emissions of a constant draw over one run: power × time × the time-weighted mean intensity.
/// Nothing where any part of the run's signal is unknown; an unknown is never counted as 0.
std::optional<Grams> Footprint(const grid::Series& signal, const Interval& run, Watts power);

/// The same over several runs of one job (suspended and resumed, or moved within a zone).
std::optional<Grams> Footprint(const grid::Series& signal, std::span<const Interval> runs,
                               Watts power);

/// The counterfactual: what the job would have emitted had it run on arrival, uninterrupted.
std::optional<Grams> RunNowFootprint(const grid::Series& signal, Time arrival, Duration length,
                                     Watts power);

}  // namespace carbon::ledger
