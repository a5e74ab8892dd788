// SPDX-License-Identifier: Apache-2.0
#include "app/runs_csv.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace carbon::app {
namespace {

/// A name from a log may hold what a plain field cannot.
std::string Field(std::string_view text) {
  std::string field(text);
  std::replace_if(
      field.begin(), field.end(),
      [](char c) { return c == ',' || c == '"' || (c >= 0 && c < ' '); }, '_');
  return field;
}

}  // namespace

RunsCsv::RunsCsv(std::string path) : path_(std::move(path)), file_(path_) {}

Result<RunsCsv> RunsCsv::Open(const std::string& path) {
  errno = 0;
  RunsCsv runs(path);
  if (!runs.file_) {
    return Invalid("--runs: cannot write " + path + ": " + std::generic_category().message(errno));
  }
  runs.file_ << "zone,window,policy,id,template,arrival,start,end,segments,grams,run_now_grams\n";
  return runs;
}

void RunsCsv::Add(const sim::Trace& trace, std::string_view zone, size_t window,
                  std::string_view policy, const sim::JobRun& run) {
  const uint32_t index = run.job.trace_index;
  std::string row = std::string(zone) + "," + std::to_string(window) + "," + std::string(policy);
  row += "," + (trace.ids.size() == 0 ? std::to_string(index + 1) : Field(trace.ids.At(index)));
  const bool named = run.job.template_id != sim::kNoTemplate;
  row += "," + (named ? Field(trace.templates.At(run.job.template_id)) : "");
  for (const Time time : {run.job.arrival, run.start, run.end}) {
    row += "," + FormatTime(time);
  }
  row += "," + std::to_string(run.segments) + "," + Shortest(run.emitted.value()) + "," +
         Shortest(run.run_now.value()) + "\n";
  file_ << row;
}

Status RunsCsv::Close() {
  file_.close();
  return file_ ? Status() : Unavailable("--runs: cannot write all of " + path_);
}

}  // namespace carbon::app
