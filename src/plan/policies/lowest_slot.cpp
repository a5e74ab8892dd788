// SPDX-License-Identifier: Apache-2.0
// Lowest-Slot: start = the first instant of the piece of the signal with the least intensity
// within [arrival, arrival + longest wait], both ends included; of equal ones the first. Looks at
// the start only, so it needs no job length.
// Source: GAIA (W. A. Hanafy et al., "Going Green for Less Green: Optimizing the Cost of Reducing
// Cloud Carbon Emissions", ASPLOS 2024).
#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {

Schedule LowestSlot(const PolicyInput& input) {
  const Time past_last = input.arrival + input.longest_wait + Duration(1);
  Time start = input.arrival;
  std::optional<GramsPerKwh> least;
  for (const Piece& piece : PiecesBetween(input.signal, input.arrival, past_last)) {
    if (!least || piece.intensity < *least) {
      least = piece.intensity;
      start = piece.start;
    }
  }
  return {{start, input.length}};
}

}  // namespace carbon::plan
