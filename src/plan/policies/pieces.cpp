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

Schedule CleanestOf(std::vector<Piece> pieces, Duration length) {
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return a.intensity < b.intensity || (a.intensity == b.intensity && a.start < b.start);
  });
  Duration left = length;
  size_t used = 0;
  for (; used < pieces.size() && left > Duration::zero(); ++used) {
    pieces[used].length = std::min(pieces[used].length, left);
    left -= pieces[used].length;
  }
  pieces.resize(used);
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.start < b.start; });
  Schedule schedule;
  for (const Piece& piece : pieces) {
    Append(schedule, piece.start, piece.length);
  }
  return schedule;
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
