// SPDX-License-Identifier: Apache-2.0
#include "sim/plain.h"

namespace carbon::sim {

Result<Scenario> PreparePlain(const std::vector<TraceJob>& trace, const grid::Series& signal,
                              const Setting& setting) {
  if (const Status ok = CheckSetting(signal, setting); !ok) {
    return ok.error();
  }
  Scenario scenario{.signal = signal,
                    .jobs = {},
                    .submitted = trace.size(),
                    .short_mean = ClassMean(trace, true),
                    .long_mean = ClassMean(trace, false)};
  scenario.jobs.reserve(trace.size());
  for (const uint32_t index : ByArrival(trace)) {
    const TraceJob& job = trace[index];
    if (job.arrival >= setting.window || job.length == Duration::zero()) {
      ++scenario.rejected;
      continue;
    }
    const Duration wait =
        setting.longest_wait.value_or(job.length < kShorterIsShort ? kShortWait : kLongWait);
    const Time arrival = setting.start + job.arrival;
    const Time horizon = arrival + job.length + wait;
    AddIfKnown(scenario,
               {.arrival = arrival,
                .length = job.length,
                .believed = job.length,
                .longest_wait = wait,
                .end = horizon,
                .cpus = job.cpus,
                .template_id = job.template_id,
                .trace_index = index,
                .is_short = job.length < kShorterIsShort},
               horizon);
  }
  return scenario;
}

}  // namespace carbon::sim
