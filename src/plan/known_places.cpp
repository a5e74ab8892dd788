// SPDX-License-Identifier: Apache-2.0
#include "plan/known_places.h"

#include <algorithm>

namespace carbon::plan {

std::vector<KnownPlace> KnownPlacesOf(const Job& job, const grid::Board& board, grid::Rung lowest) {
  std::vector<KnownPlace> known;
  for (const Place& place : job.places) {
    const grid::Outlook* outlook = board.Find(place.zone);
    const bool trusted = outlook != nullptr && outlook->rung <= lowest;
    if (trusted && (known.empty() || outlook->kind == known.front().outlook->kind)) {
      known.push_back({&place, outlook});
    }
  }
  return known;
}

GramsPerKwh MeanFromNow(const KnownPlace& at, Time now, Duration length) {
  const grid::Series& expected = at.outlook->expected;
  auto mean = expected.Mean(now, now + length);
  if (!mean && expected.end() > now && expected.start() <= now) {
    mean = expected.Mean(now, std::min(now + length, expected.end()));
  }
  return mean.value_or(at.outlook->now);
}

std::string WhyUnknown(const Place& place, const grid::Board& board) {
  const grid::Outlook* outlook = board.Find(place.zone);
  return outlook == nullptr ? board.WhyUnknown(place.zone)
                            : "zone " + place.zone.name + ": only the " +
                                  std::string(ToString(outlook->rung)) + " is known";
}

}  // namespace carbon::plan
