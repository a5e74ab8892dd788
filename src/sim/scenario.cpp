// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario.h"

#include <algorithm>
#include <numeric>

#include "sim/gaia.h"
#include "sim/plain.h"

namespace carbon::sim {

const std::array<Rules, 2> kRules = {{
    {"plain", "real time, true job lengths, gaps unknown", PreparePlain},
    {"gaia", "as published with GAIA: 5 s slots, class mean lengths, gaps repeat the last value",
     PrepareGaia},
}};

const Rules* FindRules(std::string_view name) {
  const auto* const found = std::find_if(kRules.begin(), kRules.end(),
                                         [&](const Rules& each) { return each.name == name; });
  return found == kRules.end() ? nullptr : found;
}

Time Scenario::End() const {
  Time end = signal.start();
  for (const SimJob& job : jobs) {
    end = std::max(end, job.arrival + job.length + job.longest_wait);
  }
  return end;
}

Duration ClassMean(const std::vector<TraceJob>& trace, bool is_short) {
  double sum = 0;  // whole numbers, exact up to 285 000 years
  int64_t count = 0;
  for (const TraceJob& job : trace) {
    if (job.length > Duration::zero() &&
        (is_short ? job.length <= kShorterIsShort : job.length >= kShorterIsShort)) {
      sum += static_cast<double>(job.length.count());
      ++count;
    }
  }
  return Duration(
      count == 0 ? 1
                 : std::max<int64_t>(1, static_cast<int64_t>(sum / static_cast<double>(count))));
}

std::vector<uint32_t> ByArrival(const std::vector<TraceJob>& trace) {
  std::vector<uint32_t> jobs(trace.size());
  std::iota(jobs.begin(), jobs.end(), 0U);
  std::sort(jobs.begin(), jobs.end(), [&](uint32_t a, uint32_t b) {
    return trace[a].arrival != trace[b].arrival ? trace[a].arrival < trace[b].arrival : a < b;
  });
  return jobs;
}

void AddIfKnown(Scenario& scenario, const SimJob& job, Time horizon) {
  if (scenario.signal.Mean(job.arrival, horizon)) {
    scenario.jobs.push_back(job);
  } else {
    ++scenario.unknown;
  }
}

Status CheckSetting(const grid::Series& signal, const Setting& setting) {
  if (setting.start < signal.start() || setting.start >= signal.end()) {
    return Invalid("the start " + FormatTime(setting.start) +
                   " is not in the signal, which is of " + FormatTime(signal.start()) + " to " +
                   FormatTime(signal.end()));
  }
  if (setting.window <= Duration::zero()) {
    return Invalid("the window is empty: ask for more than 0 hours");
  }
  return {};
}

}  // namespace carbon::sim
