// SPDX-License-Identifier: Apache-2.0
#include "sim/trace.h"

#include <array>
#include <cmath>
#include <utility>

namespace carbon::sim {
namespace {

constexpr double kMostCpus = 1e9;

/// The columns in the order in which CsvRows is told of them.
constexpr size_t kArrival = 0;
constexpr size_t kLength = 1;
constexpr size_t kCpus = 2;
constexpr size_t kTemplate = 3;
constexpr size_t kId = 4;
constexpr std::array<std::string_view, 5> kNames = {"arrival_time", "length", "cpus", "template",
                                                    "id"};

}  // namespace

JobsReader::JobsReader(const std::string& name, JobUnit unit)
    : name_(name),
      unit_in_ms_(unit == JobUnit::seconds ? 1e3 : 3.6e6),
      rows_(name, {kNames[kArrival], kNames[kLength], kNames[kCpus]},
            {kNames[kTemplate], kNames[kId]}) {}

Result<Duration> JobsReader::ParseSpan(size_t column) const {
  const std::string_view field = rows_.Field(column);
  const auto value = ParseDouble(field);
  if (!value || *value < 0 ||
      *value * unit_in_ms_ > static_cast<double>(kLongestDuration.count())) {
    return rows_.At(std::string(kNames.at(column)) + " '" + Printable(field) +
                    "' is not a number from 0 to 100 years");
  }
  return Duration(std::llround(*value * unit_in_ms_));
}

Result<double> JobsReader::ParseCpus() const {
  const std::string_view field = rows_.Field(kCpus);
  const auto value = ParseDouble(field);
  if (!value || *value <= 0 || *value > kMostCpus) {
    return rows_.At("cpus '" + Printable(field) + "' is not a number > 0");
  }
  return *value;
}

uint32_t JobsReader::AddTemplate() {
  if (!rows_.Has(kTemplate) || rows_.Field(kTemplate).empty()) {
    return kNoTemplate;
  }
  return trace_.templates.Add(rows_.Field(kTemplate)).index;
}

Status JobsReader::AddId() {
  if (!rows_.Has(kId)) {
    return {};
  }
  const std::string_view id = rows_.Field(kId);
  if (id.empty()) {
    return rows_.At("id is empty: give every job one, or leave the column out");
  }
  if (!trace_.ids.Add(id).is_new) {
    return rows_.At("id '" + Printable(id) +
                    "' stands twice: leave a row out, or the column if these are two jobs");
  }
  return {};
}

Status JobsReader::Read(std::string_view line) {
  const auto is_row = rows_.Read(line);
  if (!is_row || !*is_row) {
    return is_row ? Status() : is_row.error();
  }
  const auto arrival = ParseSpan(kArrival);
  if (!arrival) {
    return arrival.error();
  }
  const auto length = ParseSpan(kLength);
  if (!length) {
    return length.error();
  }
  const auto cpus = ParseCpus();
  if (!cpus) {
    return cpus.error();
  }
  if (const Status added = AddId(); !added) {
    return added;
  }
  trace_.jobs.push_back({*arrival, *length, *cpus, AddTemplate()});
  return {};
}

Result<Trace> JobsReader::Finish() {
  if (const Status ok = rows_.Finish(); !ok) {
    return ok.error();
  }
  if (trace_.jobs.empty()) {
    return Invalid(name_ + ": no jobs below the header");
  }
  return std::move(trace_);
}

Result<Trace> ParseJobs(std::string_view text, const std::string& name, JobUnit unit) {
  JobsReader reader(name, unit);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (const Status read = reader.Read(text.substr(0, end)); !read) {
      return read.error();
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.Finish();
}

}  // namespace carbon::sim
