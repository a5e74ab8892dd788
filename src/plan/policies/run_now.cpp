// SPDX-License-Identifier: Apache-2.0
// Run-now: start = arrival. What happens without any scheduler for carbon, and the counterfactual
// that every saving is measured against.
#include "plan/policies.h"

namespace carbon::plan {

Schedule RunNow(const PolicyInput& input) { return {{input.arrival, input.length}}; }

}  // namespace carbon::plan
