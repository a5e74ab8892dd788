// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace carbon::sim {

/// A job of a trace.
struct TraceJob {
  Duration arrival{};  ///< since the trace's beginning; >= 0
  Duration length{};   ///< >= 0
  double cpus = 0;     ///< > 0

  bool operator==(const TraceJob&) const = default;
};

enum class JobUnit { seconds, hours };

/// Reads a trace: CSV with the columns `arrival_time`, `length` (both in `unit`) and `cpus`, in any
/// order of rows. Times are rounded to milliseconds. Errors read "name:line: what".
Result<std::vector<TraceJob>> ParseJobs(std::string_view text, const std::string& name,
                                        JobUnit unit);

}  // namespace carbon::sim
