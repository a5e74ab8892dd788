// SPDX-License-Identifier: Apache-2.0
#include "app/runs_csv.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/csv_field.h"
#include "base/text.h"

namespace carbon::app {

RunsCsv::RunsCsv(std::string path, std::string written)
    : path_(std::move(path)), written_(std::move(written)), file_(written_) {}

RunsCsv::~RunsCsv() {
  if (file_.is_open() && written_ != path_) {
    file_.close();
    std::error_code ignored;
    std::filesystem::remove(written_, ignored);
  }
}

Result<RunsCsv> RunsCsv::Open(const std::string& path, std::string_view columns) {
  std::error_code ignored;
  const auto there = std::filesystem::status(path, ignored);
  const bool at_once = std::filesystem::exists(there) && !std::filesystem::is_regular_file(there);
  errno = 0;
  RunsCsv runs(path, at_once ? path : path + ".part");
  if (!runs.file_) {
    return Invalid("--runs: cannot write " + path + ": " + std::generic_category().message(errno));
  }
  runs.Add(columns);
  return runs;
}

Status RunsCsv::Close() {
  file_.close();
  std::error_code failed;
  if (file_ && written_ != path_) {
    std::filesystem::rename(written_, path_, failed);
  }
  return file_ && !failed ? Status() : Unavailable("--runs: cannot write all of " + path_);
}

Status CheckOutput(const std::string& flag, const std::string& path,
                   const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code not_there;
    if (!path.empty() && std::filesystem::equivalent(path, input, not_there)) {
      return Invalid(flag + ": " + Printable(path) + " is read, and would be lost");
    }
  }
  return {};
}

std::string JobFields(const sim::Names& ids, const sim::Names& templates, size_t trace_index,
                      uint32_t template_id) {
  return (ids.size() == 0 ? std::to_string(trace_index + 1) : PlainField(ids.At(trace_index))) +
         "," + (template_id == sim::kNoTemplate ? "" : PlainField(templates.At(template_id)));
}

std::string JobRow(const sim::Trace& trace, std::string_view zone, size_t window,
                   std::string_view policy, const sim::JobRun& run) {
  std::string row = std::string(zone) + "," + std::to_string(window) + "," + std::string(policy) +
                    "," +
                    JobFields(trace.ids, trace.templates, run.job.trace_index, run.job.template_id);
  for (const Time time : {run.job.arrival, run.start, run.end}) {
    row += "," + FormatTime(time);
  }
  return row + "," + std::to_string(run.segments) + "," + Shortest(run.emitted.value()) + "," +
         Shortest(run.run_now.value());
}

}  // namespace carbon::app
