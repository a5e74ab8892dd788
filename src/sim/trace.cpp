// SPDX-License-Identifier: Apache-2.0
#include "sim/trace.h"

#include <cmath>

#include "base/text.h"

namespace carbon::sim {
namespace {

constexpr double kLongestMs = 100.0 * 366 * 86'400'000;
constexpr double kMostCpus = 1e9;

Result<Duration> ParseSpan(const CsvTable& table, size_t row, size_t column, double unit_in_ms) {
  const std::string_view field = table.Field(row, column);
  const auto value = ParseDouble(field);
  if (!value || *value < 0 || *value * unit_in_ms > kLongestMs) {
    return table.At(row, std::string(column == 0 ? "arrival_time" : "length") + " '" +
                             Printable(field) + "' is not a number from 0 to 100 years");
  }
  return Duration(std::llround(*value * unit_in_ms));
}

Result<double> ParseCpus(const CsvTable& table, size_t row, size_t column) {
  const std::string_view field = table.Field(row, column);
  const auto value = ParseDouble(field);
  if (!value || *value <= 0 || *value > kMostCpus) {
    return table.At(row, "cpus '" + Printable(field) + "' is not a number > 0");
  }
  return *value;
}

Result<TraceJob> ParseJob(const CsvTable& table, size_t row, double unit_in_ms) {
  const auto arrival = ParseSpan(table, row, 0, unit_in_ms);
  if (!arrival) {
    return arrival.error();
  }
  const auto length = ParseSpan(table, row, 1, unit_in_ms);
  if (!length) {
    return length.error();
  }
  const auto cpus = ParseCpus(table, row, 2);
  if (!cpus) {
    return cpus.error();
  }
  return TraceJob{*arrival, *length, *cpus};
}

}  // namespace

Result<std::vector<TraceJob>> ParseJobs(std::string_view text, const std::string& name,
                                        JobUnit unit) {
  const auto table = CsvTable::Parse(text, name, {"arrival_time", "length", "cpus"});
  if (!table) {
    return table.error();
  }
  if (table->size() == 0) {
    return Invalid(name + ": no jobs below the header");
  }
  const double unit_in_ms = unit == JobUnit::seconds ? 1e3 : 3.6e6;
  std::vector<TraceJob> jobs;
  jobs.reserve(table->size());
  for (size_t row = 0; row < table->size(); ++row) {
    const auto job = ParseJob(*table, row, unit_in_ms);
    if (!job) {
      return job.error();
    }
    jobs.push_back(*job);
  }
  return jobs;
}

}  // namespace carbon::sim
