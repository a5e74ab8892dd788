// SPDX-License-Identifier: Apache-2.0
#include "ledger/footprint.h"

#include <cassert>

namespace carbon::ledger {

std::optional<Grams> Footprint(const grid::Series& signal, const Interval& run, Watts power) {
  assert(run.start <= run.end);
  const auto mean = signal.Mean(run.start, run.end);
  if (!mean) {
    return std::nullopt;
  }
  return power * (run.end - run.start) * *mean;
}

std::optional<Grams> Footprint(const grid::Series& signal, std::span<const Interval> runs,
                               Watts power) {
  Grams total;
  for (const Interval& run : runs) {
    const auto part = Footprint(signal, run, power);
    if (!part) {
      return std::nullopt;
    }
    total += *part;
  }
  return total;
}

std::optional<Grams> RunNowFootprint(const grid::Series& signal, Time arrival, Duration length,
                                     Watts power) {
  return Footprint(signal, Interval{arrival, arrival + length}, power);
}

}  // namespace carbon::ledger
