// SPDX-License-Identifier: Apache-2.0
#include "sim/cheapest_time.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace carbon::sim {
namespace {

/// So short that each zone's steps begin with one.
Duration CommonStep(std::span<const PricedZone* const> zones) {
  Duration::rep common = 0;
  for (const PricedZone* const zone : zones) {
    common = zone == nullptr ? common : std::gcd(common, zone->step().count());
  }
  return Duration(common);
}

/// Where [from, to), which lies in one step, costs least.
std::optional<PricedPiece> Cheapest(std::span<const PricedZone* const> zones, Time from, Time to) {
  std::optional<PricedPiece> best;
  for (size_t i = 0; i < zones.size(); ++i) {
    const auto rate = zones[i] == nullptr ? std::nullopt : zones[i]->CostPerHour(from);
    if (rate && (!best || *rate < best->cost)) {
      best = PricedPiece{i, from, to, *rate};
    }
  }
  return best;
}

}  // namespace

std::vector<PricedPiece> CheapestTime(std::span<const PricedZone* const> zones, Time from, Time to,
                                      Duration length) {
  const Duration step = CommonStep(zones);
  if (step == Duration::zero()) {
    return {};
  }
  std::vector<PricedPiece> pieces;
  for (Time begin = from; begin < to;) {
    const Time end = std::min(FloorTo(begin, step) + step, to);
    if (const auto piece = Cheapest(zones, begin, end)) {
      pieces.push_back(*piece);
    }
    begin = end;
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const PricedPiece& a, const PricedPiece& b) { return a.cost < b.cost; });
  Duration left = length;
  size_t used = 0;
  for (; used < pieces.size() && left > Duration::zero(); ++used) {
    PricedPiece& piece = pieces[used];
    piece.to = std::min(piece.to, piece.from + left);
    left -= piece.to - piece.from;
    piece.cost *= Hours(piece.to - piece.from);
  }
  pieces.resize(left > Duration::zero() ? 0 : used);
  return pieces;
}

}  // namespace carbon::sim
