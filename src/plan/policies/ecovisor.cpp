// SPDX-License-Identifier: Apache-2.0
// Ecovisor: run while the intensity is strictly below a threshold, pause otherwise; every pause
// uses up the longest wait, and once that is gone, run to the end. The threshold is the 30th
// percentile of the 24 hours after arrival, interpolated linearly at 0.3 × (count − 1) over the
// intensities of its slots.
// Source: Ecovisor (A. Souza et al., "Ecovisor: A Virtual Energy System for Carbon-Efficient
// Applications", ASPLOS 2023) as evaluated in GAIA (ASPLOS 2024).
#include <algorithm>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

constexpr double kQuantile = 0.3;
constexpr Duration kLookAhead = std::chrono::hours(24);

/// The value at `rank` among the pieces' slots; `pieces` ascend by intensity.
double SlotOfRank(const std::vector<Piece>& pieces, int64_t rank, Duration slot) {
  int64_t before = 0;
  for (const Piece& piece : pieces) {
    before += piece.length / slot;
    if (rank < before) {
      return piece.intensity.value();
    }
  }
  return pieces.back().intensity.value();
}

/// Without a single known hour, everything is dirty and the job runs once its patience is gone.
double CleanBelow(const PolicyInput& input) {
  auto pieces = PiecesBetween(input.signal, input.arrival, input.arrival + kLookAhead);
  if (pieces.empty()) {
    return 0;
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.intensity < b.intensity; });
  int64_t count = 0;
  for (const Piece& piece : pieces) {
    count += piece.length / input.slot;
  }
  const double position = kQuantile * static_cast<double>(count - 1);
  const auto rank = static_cast<int64_t>(position);
  const double below = SlotOfRank(pieces, rank, input.slot);
  const double above = SlotOfRank(pieces, rank + 1, input.slot);
  return below + (above - below) * (position - static_cast<double>(rank));
}

}  // namespace

Schedule Ecovisor(const PolicyInput& input) {
  const double threshold = CleanBelow(input);
  return PauseUnless(input,
                     [&](const Piece& piece) { return piece.intensity.value() < threshold; });
}

}  // namespace carbon::plan
