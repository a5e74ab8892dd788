// SPDX-License-Identifier: Apache-2.0
// Threshold: run while the intensity is at most 200 g/kWh, pause above; every pause uses up the
// longest wait, and once that is gone, run to the end. Looks at the present step only.
// Source: the project's seed, FR3 ("if score > threshold, e.g. 200 g CO2/kWh"), with the pauses of
// Ecovisor.
#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

constexpr GramsPerKwh kThreshold{200};  // the project's seed: FR3

}  // namespace

Schedule Threshold(const PolicyInput& input) {
  return PauseUnless(input, [](const Piece& piece) { return piece.intensity <= kThreshold; });
}

}  // namespace carbon::plan
