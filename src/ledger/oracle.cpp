// SPDX-License-Identifier: Apache-2.0
#include "ledger/oracle.h"

#include <algorithm>
#include <cassert>

namespace carbon::ledger {
namespace {

/// The first step boundary after `time`, which is not before the signal's start.
Time NextBoundary(const grid::Series& signal, Time time) {
  return signal.start() + signal.step() * ((time - signal.start()) / signal.step() + 1);
}

/// Without a margin, rounding in the means would make a job wait for nothing on a flat signal.
bool IsClearlyLess(GramsPerKwh a, GramsPerKwh b) { return a < b * (1 - 1e-9); }

}  // namespace

std::optional<BestStart> BestSingleStart(const grid::Series& signal, Time earliest,
                                         Time latest_start, Duration length) {
  assert(length > Duration::zero());
  const Time first = std::max(earliest, signal.start());
  const Time last = std::min(latest_start, signal.end() - length);
  std::optional<BestStart> best;
  for (Time start = first; start <= last;) {
    const auto mean = signal.Mean(start, start + length);
    if (mean && (!best || IsClearlyLess(*mean, best->mean))) {
      best = BestStart{start, *mean};
    }
    if (start == last) {
      break;
    }
    start = std::min(
        {NextBoundary(signal, start), NextBoundary(signal, start + length) - length, last});
  }
  return best;
}

}  // namespace carbon::ledger
