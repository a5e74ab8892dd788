// SPDX-License-Identifier: Apache-2.0
#include "plan/policies/pieces.h"

#include <algorithm>

namespace carbon::plan {

std::vector<Piece> PiecesBetween(const grid::Series& signal, Time from, Time to) {
  std::vector<Piece> pieces;
  const Time first = std::max(from, signal.start());
  const Time last = std::min(to, signal.end());
  if (first >= last) {
    return pieces;
  }
  auto index = static_cast<size_t>((first - signal.start()) / signal.step());
  pieces.reserve(static_cast<size_t>((last - first) / signal.step()) + 2);
  for (Time start = first; start < last; ++index) {
    const Time end = std::min(signal.TimeOf(index + 1), last);
    if (const auto intensity = signal.Value(index)) {
      pieces.push_back({start, end - start, *intensity});
    }
    start = end;
  }
  return pieces;
}

void Append(Schedule& schedule, Time start, Duration length) {
  if (length == Duration::zero()) {
    return;
  }
  if (!schedule.empty() && schedule.back().end() == start) {
    schedule.back().length += length;
  } else {
    schedule.push_back({start, length});
  }
}

}  // namespace carbon::plan
