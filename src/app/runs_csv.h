// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/simulate.h"
#include "sim/trace.h"

namespace carbon::app {

/// What became of every single job, as CSV: docs/reference/formats.md. Written as it comes, since
/// it may be larger than all else together.
class RunsCsv {
 public:
  /// Replaces or creates the file; invalid where it cannot.
  static Result<RunsCsv> Open(const std::string& path);

  /// One job of `trace` under a policy, in a window that is counted from 1.
  void Add(const sim::Trace& trace, std::string_view zone, size_t window, std::string_view policy,
           const sim::JobRun& run);
  /// After the last one: unavailable where not all could be written.
  Status Close();

 private:
  explicit RunsCsv(std::string path);

  std::string path_;
  std::ofstream file_;
};

}  // namespace carbon::app
