// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_report.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/text.h"

namespace carbon::app {
namespace {

/// The columns of every format, so that JSON and CSV cannot drift apart.
struct Column {
  std::string_view name;
  std::string (*value)(const ZoneReport&, const sim::Outcome&);  ///< empty = unknown
};
constexpr std::array<Column, 9> kNumbers = {{
    {"kg",
     [](const ZoneReport&, const sim::Outcome& o) { return Shortest(o.emitted.value() / 1000); }},
    {"ratio_to_run_now",
     [](const ZoneReport& zone, const sim::Outcome& o) {
       const auto ratio = RatioToRunNow(zone, o);
       return ratio ? Shortest(*ratio) : std::string();
     }},
    {"mean_wait_hours",
     [](const ZoneReport&, const sim::Outcome& o) { return Shortest(o.mean_wait_hours); }},
    {"p95_wait_hours",
     [](const ZoneReport&, const sim::Outcome& o) { return Shortest(o.p95_wait_hours); }},
    {"mean_delay_hours",
     [](const ZoneReport&, const sim::Outcome& o) { return Shortest(o.mean_delay_hours); }},
    {"p95_delay_hours",
     [](const ZoneReport&, const sim::Outcome& o) { return Shortest(o.p95_delay_hours); }},
    {"peak_cpus", [](const ZoneReport&, const sim::Outcome& o) { return Shortest(o.peak_cpus); }},
    {"jobs", [](const ZoneReport&, const sim::Outcome& o) { return std::to_string(o.done); }},
    {"runs", [](const ZoneReport&, const sim::Outcome& o) { return std::to_string(o.segments); }},
}};

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string WriteJson(const SimulateReport& report) {
  std::string out = "{\"rules\":" + Quoted(report.rules) +
                    ",\"start\":" + Quoted(FormatTime(report.start)) +
                    ",\"hours\":" + Shortest(Hours(report.window)) +
                    ",\"watts_per_cpu\":" + Shortest(report.per_cpu.value()) + ",\"zones\":[";
  for (const ZoneReport& zone : report.zones) {
    out += (&zone == report.zones.data() ? "\n  " : ",\n  ") + ("{\"zone\":" + Quoted(zone.zone)) +
           ",\"submitted\":" + std::to_string(zone.submitted) +
           ",\"done\":" + std::to_string(zone.submitted - zone.unknown - zone.rejected) +
           ",\"unknown\":" + std::to_string(zone.unknown) +
           ",\"rejected\":" + std::to_string(zone.rejected) + "}";
  }
  out += "],\"policies\":[";
  bool first = true;
  for (const ZoneReport& zone : report.zones) {
    for (const sim::Outcome& outcome : zone.outcomes) {
      out += (first ? "\n  {\"zone\":" : ",\n  {\"zone\":") + Quoted(zone.zone) +
             ",\"policy\":" + Quoted(outcome.policy);
      first = false;
      for (const Column& column : kNumbers) {
        const std::string value = column.value(zone, outcome);
        out += ",\"" + std::string(column.name) + "\":" + (value.empty() ? "null" : value);
      }
      out += "}";
    }
  }
  return out + "]}\n";
}

std::string WriteCsv(const SimulateReport& report) {
  std::string out = "zone,policy";
  for (const Column& column : kNumbers) {
    out += "," + std::string(column.name);
  }
  out += "\n";
  for (const ZoneReport& zone : report.zones) {
    for (const sim::Outcome& outcome : zone.outcomes) {
      out += zone.zone + "," + std::string(outcome.policy);
      for (const Column& column : kNumbers) {
        out += "," + column.value(zone, outcome);
      }
      out += "\n";
    }
  }
  return out;
}

std::string Left(std::string_view text, size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}

std::string Right(const std::string& text, size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string TableHead(const SimulateReport& report, const ZoneReport& zone) {
  const size_t done = zone.submitted - zone.unknown - zone.rejected;
  std::string out = "Zone " + zone.zone + ", " + FormatDuration(report.window) + " from " +
                    FormatTime(report.start) + ", rules " + std::string(report.rules) + ", " +
                    Shortest(report.per_cpu.value()) + " W per CPU: " + std::to_string(done) +
                    " of " + std::to_string(zone.submitted) + " jobs\n";
  if (zone.unknown > 0) {
    out += std::to_string(zone.unknown) +
           " jobs are left out: they may run at times at which the signal is not known\n";
  }
  if (zone.rejected > 0) {
    out += std::to_string(zone.rejected) +
           " jobs are left out: they arrive after the window or have no length\n";
  }
  return out;
}

std::string WriteTable(const SimulateReport& report) {
  std::string out;
  for (const ZoneReport& zone : report.zones) {
    out += (out.empty() ? "" : "\n") + TableHead(report, zone);
    out += Left("policy", 14) + Right("kg", 14) + Right("saved", 9) + Right("mean wait", 12) +
           Right("p95 wait", 11) + Right("mean delay", 13) + Right("p95 delay", 12) +
           Right("peak CPUs", 11) + "\n";
    for (const sim::Outcome& outcome : zone.outcomes) {
      const auto ratio = RatioToRunNow(zone, outcome);
      const auto hours = [](double value) { return Fixed(value, 2) + " h"; };
      out += Left(outcome.policy, 14) + Right(Fixed(outcome.emitted.value() / 1000, 3), 14) +
             Right(ratio ? Fixed(100 * (1 - *ratio) + 0.0, 1) + " %" : "-", 9) +
             Right(hours(outcome.mean_wait_hours), 12) + Right(hours(outcome.p95_wait_hours), 11) +
             Right(hours(outcome.mean_delay_hours), 13) +
             Right(hours(outcome.p95_delay_hours), 12) + Right(Fixed(outcome.peak_cpus, 0), 11) +
             "\n";
    }
  }
  return out;
}

constexpr std::array<ReportFormat, 3> kFormats = {
    {{"table", WriteTable}, {"json", WriteJson}, {"csv", WriteCsv}}};

}  // namespace

const ReportFormat* FindReportFormat(std::string_view name) {
  const auto* const found = std::find_if(kFormats.begin(), kFormats.end(),
                                         [&](const ReportFormat& f) { return f.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

std::optional<double> RatioToRunNow(const ZoneReport& zone, const sim::Outcome& outcome) {
  if (zone.run_now.value() <= 0) {
    return std::nullopt;
  }
  return outcome.emitted / zone.run_now;
}

}  // namespace carbon::app
