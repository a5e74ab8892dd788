// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/trace.h"

namespace carbon::demo {

/// A job of the demonstration; all times are of the recording.
struct DemoJob {
  std::string name;
  std::string region;  ///< the only one where it may run; empty = any
  Time arrival;
  Duration length{};
  double cpus = 0;
  Time deadline;  ///< to have finished

  bool bound() const { return !region.empty(); }
  Time latest_start() const { return deadline - length; }
};

struct DrawOptions {
  size_t count = 300;
  Time start;
  Duration span = std::chrono::hours(48);
  uint64_t seed = 1;
  std::vector<std::string> regions;
};

/// Draws jobs from a trace, in order of arrival: lengths and CPUs together as they are in the trace
/// (jobs of at most a quarter of `span`), arrivals evenly over the first half of `span`. Every
/// second job is bound to one region, in turn. A job of less than two hours may wait six, a longer
/// one a day, as in the GAIA study, but all finish within `span`. The same options give the same
/// jobs.
std::vector<DemoJob> DrawJobs(const std::vector<sim::TraceJob>& trace, const DrawOptions& options);

}  // namespace carbon::demo
