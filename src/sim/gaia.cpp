// SPDX-License-Identifier: Apache-2.0
#include "sim/gaia.h"

#include <algorithm>

namespace carbon::sim {
namespace {

constexpr Duration kSlot = std::chrono::seconds(5);

Duration WholeSlots(Duration duration) { return duration - duration % kSlot; }

Status CheckRaster(const grid::Series& signal, const Setting& setting) {
  if ((setting.start - signal.start()) % signal.step() != Duration::zero() ||
      signal.step() % kSlot != Duration::zero()) {
    return Invalid("the rules count slots of 5s from the start of a step of the signal: " +
                   FormatTime(setting.start) + " is none");
  }
  return {};
}

}  // namespace

Result<Scenario> PrepareGaia(const std::vector<TraceJob>& trace, const grid::Series& signal,
                             const Setting& setting) {
  if (const Status ok = CheckSetting(signal, setting); !ok) {
    return ok.error();
  }
  if (const Status ok = CheckRaster(signal, setting); !ok) {
    return ok.error();
  }
  const Time window_end = setting.start + setting.window;
  const Duration short_mean = std::max(kSlot, WholeSlots(ClassMean(trace, true)));
  const Duration long_mean = std::max(kSlot, WholeSlots(ClassMean(trace, false)));
  Scenario scenario{.signal = signal.RepeatingLast().Between(setting.start, window_end),
                    .slot = kSlot,
                    .jobs = {},
                    .submitted = trace.size(),
                    .short_mean = short_mean,
                    .long_mean = long_mean};
  scenario.jobs.reserve(trace.size());
  for (const uint32_t index : ByArrival(trace)) {
    const TraceJob& job = trace[index];
    const Duration length = WholeSlots(job.length);
    if (job.arrival >= setting.window || length == Duration::zero()) {
      ++scenario.rejected;
      continue;
    }
    const bool is_short = length < kShorterIsShort;
    const Duration believed = is_short ? short_mean : long_mean;
    const Duration wait = setting.longest_wait ? WholeSlots(*setting.longest_wait)
                                               : (is_short ? kShortWait : kLongWait);
    const Time arrival = setting.start + WholeSlots(job.arrival);
    const Time last_end = arrival + std::max(length, believed) + wait + kSlot;
    AddIfKnown(scenario,
               {.arrival = arrival,
                .length = length,
                .believed = believed,
                .longest_wait = wait,
                .end = std::min(window_end, last_end),
                .cpus = job.cpus,
                .template_id = job.template_id,
                .trace_index = index,
                .is_short = is_short},
               arrival + length + wait);
  }
  return scenario;
}

}  // namespace carbon::sim
