// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/names.h"
#include "sim/simulate.h"
#include "sim/trace.h"

namespace carbon::app {

/// What became of every single job, as CSV: docs/reference/formats.md. Written as it comes, since
/// it may be larger than all else together, into FILE.part, which Close() gives its name: until
/// then what was there before stays. What is no regular file is written at once.
class RunsCsv {
 public:
  RunsCsv(RunsCsv&&) = default;
  RunsCsv& operator=(RunsCsv&&) = delete;
  ~RunsCsv();

  /// Begins a file with the names of `columns`, separated by commas; invalid where it cannot.
  static Result<RunsCsv> Open(const std::string& path, std::string_view columns);

  /// A row without its end.
  void Add(std::string_view row) { file_ << row << '\n'; }
  /// After the last one: unavailable where not all could be written.
  Status Close();

 private:
  RunsCsv(std::string path, std::string written);

  std::string path_;
  std::string written_;  ///< path_, or FILE.part
  std::ofstream file_;
};

/// That a file which is to be written, if `path` is not empty, is none of those that were read;
/// invalid otherwise: nothing may get lost.
Status CheckOutput(const std::string& flag, const std::string& path,
                   const std::vector<std::string>& inputs);

/// The columns id and template of a job, separated by a comma: its number in the trace, from 1,
/// where the trace has no `ids`, and nothing where it is not said what it is a run of.
std::string JobFields(const sim::Names& ids, const sim::Names& templates, size_t trace_index,
                      uint32_t template_id);

/// Of JobRow().
inline constexpr std::string_view kJobColumns =
    "zone,window,policy,id,template,arrival,start,end,segments,grams,run_now_grams";
/// One job of `trace` under a policy, in a window that is counted from 1.
std::string JobRow(const sim::Trace& trace, std::string_view zone, size_t window,
                   std::string_view policy, const sim::JobRun& run);

}  // namespace carbon::app
