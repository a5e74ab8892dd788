// SPDX-License-Identifier: Apache-2.0
#include "plan/policies.h"

#include <algorithm>

namespace carbon::plan {

const std::array<Policy, 12> kPolicies = {{
    {"run-now", "starts on arrival", RunNow, KnownLength::nothing},
    {"lowest-slot", "starts in the cleanest hour it may wait for", LowestSlot,
     KnownLength::nothing},
    {"lowest-window", "starts where a run of the expected length is cleanest", LowestWindow,
     KnownLength::believed},
    {"carbon-time", "starts where the most is saved per hour until the end", CarbonTime,
     KnownLength::believed},
    {"ecovisor", "pauses while the grid is dirtier than usual, until its patience is used up",
     Ecovisor, KnownLength::nothing},
    {"wait-awhile", "runs in the cleanest hours, with pauses: the best a job alone can do",
     WaitAwhile, KnownLength::exact},
    {"threshold", "pauses above 200 g/kWh, until its patience is used up", Threshold,
     KnownLength::nothing, Sight::present},
    {"k-search", "runs at prices that bound what it may lose, whatever the future brings", KSearch,
     KnownLength::exact, Sight::present},
    {"plan-once", "runs in what are expected to be the cleanest hours when it arrives",
     CheapestHours, KnownLength::exact, Sight::on_arrival},
    {"rolling", "the same, planned again with what each hour brings", CheapestHours,
     KnownLength::exact, Sight::every_step},
    {"rolling-learnt", "the same, with lengths learnt from the jobs that have ended", RunOrWait,
     KnownLength::learnt, Sight::every_step},
    {kOracle, "what rolling would do if it knew the future: wait-awhile with the true length",
     WaitAwhile, KnownLength::exact},
}};

const Policy* FindPolicy(std::string_view name) {
  const auto* const found = std::find_if(kPolicies.begin(), kPolicies.end(),
                                         [&](const Policy& each) { return each.name == name; });
  return found == kPolicies.end() ? nullptr : found;
}

}  // namespace carbon::plan
