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
  std::string (*value)(const ZoneReport&, const sim::Swept&);  ///< empty = unknown
};

std::string OrNothing(std::optional<double> value) { return value ? Shortest(*value) : ""; }

constexpr std::array<Column, 13> kNumbers = {{
    {"kg", [](const ZoneReport&,
              const sim::Swept& s) { return Shortest(s.together.emitted.value() / 1000); }},
    {"ratio_to_run_now",
     [](const ZoneReport& zone, const sim::Swept& s) {
       return OrNothing(RatioToRunNow(zone, s.together));
     }},
    {"mean_wait_hours",
     [](const ZoneReport&, const sim::Swept& s) { return Shortest(s.together.mean_wait_hours); }},
    {"p95_wait_hours",
     [](const ZoneReport&, const sim::Swept& s) { return Shortest(s.together.p95_wait_hours); }},
    {"mean_delay_hours",
     [](const ZoneReport&, const sim::Swept& s) { return Shortest(s.together.mean_delay_hours); }},
    {"p95_delay_hours",
     [](const ZoneReport&, const sim::Swept& s) { return Shortest(s.together.p95_delay_hours); }},
    {"peak_cpus",
     [](const ZoneReport&, const sim::Swept& s) { return Shortest(s.together.peak_cpus); }},
    {"jobs",
     [](const ZoneReport&, const sim::Swept& s) { return std::to_string(s.together.done); }},
    {"runs",
     [](const ZoneReport&, const sim::Swept& s) { return std::to_string(s.together.segments); }},
    {"late",
     [](const ZoneReport&, const sim::Swept& s) { return std::to_string(s.together.late); }},
    {"mean_saved",
     [](const ZoneReport&, const sim::Swept& s) {
       return s.saved.empty() ? "" : Shortest(sim::MeanOf(s.saved).mean);
     }},
    {"mean_saved_ci95",
     [](const ZoneReport&, const sim::Swept& s) { return OrNothing(sim::MeanOf(s.saved).half); }},
    {"oracle_share", [](const ZoneReport& zone,
                        const sim::Swept& s) { return OrNothing(OracleShare(zone, s.together)); }},
}};

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string WriteJson(const SimulateReport& report) {
  std::string out = "{\"rules\":" + Quoted(report.rules) +
                    ",\"start\":" + Quoted(FormatTime(report.start)) +
                    ",\"hours\":" + Shortest(Hours(report.window)) +
                    ",\"windows\":" + std::to_string(report.windows) +
                    ",\"every_hours\":" + Shortest(Hours(report.every)) +
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
    for (const sim::Swept& swept : zone.policies) {
      out += (first ? "\n  {\"zone\":" : ",\n  {\"zone\":") + Quoted(zone.zone) +
             ",\"policy\":" + Quoted(swept.together.policy);
      first = false;
      for (const Column& column : kNumbers) {
        const std::string value = column.value(zone, swept);
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
    for (const sim::Swept& swept : zone.policies) {
      out += zone.zone + "," + std::string(swept.together.policy);
      for (const Column& column : kNumbers) {
        out += "," + column.value(zone, swept);
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
  const std::string windows = report.windows == 1 ? "" : std::to_string(report.windows) + " times ";
  const std::string every = report.windows == 1 ? "" : ", every " + FormatDuration(report.every);
  std::string out = "Zone " + zone.zone + ", " + windows + FormatDuration(report.window) +
                    " from " + FormatTime(report.start) + every + ", rules " +
                    std::string(report.rules) + ", " + Shortest(report.per_cpu.value()) +
                    " W per CPU: " + std::to_string(done) + " of " +
                    std::to_string(zone.submitted) + " jobs\n";
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

std::string Percent(std::optional<double> share) {
  return share ? Fixed(100 * *share + 0.0, 1) + " %" : "-";
}

/// Of run-now's emissions; over several windows their mean with its 95 % confidence interval.
std::string Saved(const ZoneReport& zone, const sim::Swept& swept) {
  const auto mean = sim::MeanOf(swept.saved);
  if (mean.half) {
    return Fixed(100 * mean.mean + 0.0, 1) + " ± " + Fixed(100 * *mean.half, 1) + " %";
  }
  const auto ratio = RatioToRunNow(zone, swept.together);
  return Percent(ratio ? std::optional(1 - *ratio) : std::nullopt);
}

/// "±" is two bytes wide and one column.
std::string RightOfText(const std::string& text, size_t width) {
  return Right(text, width + (text.find("±") == std::string::npos ? 0 : 1));
}

std::string WriteTable(const SimulateReport& report) {
  std::string out;
  const size_t saved = report.windows > 1 ? 15 : 9;
  for (const ZoneReport& zone : report.zones) {
    out += (out.empty() ? "" : "\n") + TableHead(report, zone);
    out += Left("policy", 14) + Right("kg", 14) + Right("saved", saved) + Right("of oracle", 11) +
           Right("mean wait", 12) + Right("p95 wait", 11) + Right("mean delay", 13) +
           Right("p95 delay", 12) + Right("peak CPUs", 11) + "\n";
    for (const sim::Swept& swept : zone.policies) {
      const sim::Outcome& all = swept.together;
      const auto hours = [](double value) { return Fixed(value, 2) + " h"; };
      out += Left(all.policy, 14) + Right(Fixed(all.emitted.value() / 1000, 3), 14) +
             RightOfText(Saved(zone, swept), saved) + Right(Percent(OracleShare(zone, all)), 11) +
             Right(hours(all.mean_wait_hours), 12) + Right(hours(all.p95_wait_hours), 11) +
             Right(hours(all.mean_delay_hours), 13) + Right(hours(all.p95_delay_hours), 12) +
             Right(Fixed(all.peak_cpus, 0), 11) + "\n";
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

std::optional<double> OracleShare(const ZoneReport& zone, const sim::Outcome& outcome) {
  const Grams possible = zone.run_now - zone.oracle;
  // Less is rounding in sums.
  if (possible.value() <= 1e-9 * zone.run_now.value()) {
    return std::nullopt;
  }
  return (zone.run_now - outcome.emitted) / possible;
}

}  // namespace carbon::app
