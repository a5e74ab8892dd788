// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/names.h"

namespace carbon::sim {

inline constexpr uint32_t kNoTemplate = UINT32_MAX;

/// A job of a trace.
struct TraceJob {
  Duration arrival{};  ///< since the trace's beginning; >= 0
  Duration length{};   ///< >= 0
  double cpus = 0;     ///< > 0
  /// What it is a run of, by its number in Trace::templates.
  uint32_t template_id = kNoTemplate;

  bool operator==(const TraceJob&) const = default;
};

struct Trace {
  std::vector<TraceJob> jobs;
  Names templates;
  Names ids;  ///< of `jobs`, one each and in their order; empty where the trace has none
};

enum class JobUnit { seconds, hours };

/// Reads a trace line by line: CSV with the columns `arrival_time`, `length` (both in `unit`) and
/// `cpus`, in any order of rows. Times are rounded to milliseconds and at most 100 years. Two
/// columns more may be there: `template`, what the job is a run of, and `id`, which no other job
/// may have; without it, equal rows are jobs of their own. Errors read "name:line: what".
class JobsReader {
 public:
  JobsReader(const std::string& name, JobUnit unit);

  /// The next line, with or without its end.
  Status Read(std::string_view line);
  /// After the last line, and only once.
  Result<Trace> Finish();

 private:
  Result<Duration> ParseSpan(size_t column) const;
  Result<double> ParseCpus() const;
  uint32_t AddTemplate();
  Status AddId();

  std::string name_;
  double unit_in_ms_;
  CsvRows rows_;
  Trace trace_;
};

/// The same of a whole text.
Result<Trace> ParseJobs(std::string_view text, const std::string& name, JobUnit unit);

}  // namespace carbon::sim
