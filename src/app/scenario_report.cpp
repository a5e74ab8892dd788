// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "app/scenario_json.h"
#include "app/text_table.h"
#include "base/text.h"
#include "sim/sweep.h"

namespace carbon::app {
namespace {

double Kilograms(Grams grams) { return grams.value() / 1000; }

std::string OrNothing(std::optional<double> value) { return value ? Shortest(*value) : ""; }

/// A way's columns in every format, so that JSON and CSV cannot drift apart. Empty = unknown.
struct Column {
  std::string_view name;
  std::string (*value)(const sim::FleetOutcome&, const sim::FleetSaving&);
};

using Outcome = sim::FleetOutcome;
using Saving = sim::FleetSaving;

constexpr std::array<Column, 18> kNumbers = {{
    {"submitted", [](const Outcome& o, const Saving&) { return std::to_string(o.submitted); }},
    {"done", [](const Outcome& o, const Saving&) { return std::to_string(o.done); }},
    {"rejected", [](const Outcome& o, const Saving&) { return std::to_string(o.rejected); }},
    {"unfinished", [](const Outcome& o, const Saving&) { return std::to_string(o.unfinished); }},
    {"kg", [](const Outcome& o, const Saving&) { return Shortest(Kilograms(o.emitted)); }},
    {"lost_kg",
     [](const Outcome& o, const Saving&) { return Shortest(Kilograms(o.lost_emitted)); }},
    {"lost_runs", [](const Outcome& o, const Saving&) { return std::to_string(o.lost_runs); }},
    {"unknown_runs",
     [](const Outcome& o, const Saving&) { return std::to_string(o.unknown_runs); }},
    {"saved", [](const Outcome&, const Saving& s) { return OrNothing(s.share); }},
    {"compared_jobs", [](const Outcome&, const Saving& s) { return std::to_string(s.compared); }},
    {"weeks",
     [](const Outcome&, const Saving& s) { return std::to_string(s.weekly_share.size()); }},
    {"mean_saved_of_weeks",
     [](const Outcome&, const Saving& s) {
       return s.weekly_share.empty() ? "" : Shortest(sim::MeanOf(s.weekly_share).mean);
     }},
    {"mean_saved_of_weeks_ci95",
     [](const Outcome&, const Saving& s) { return OrNothing(sim::MeanOf(s.weekly_share).half); }},
    {"mean_wait_hours",
     [](const Outcome& o, const Saving&) { return Shortest(o.mean_wait_hours); }},
    {"p95_wait_hours", [](const Outcome& o, const Saving&) { return Shortest(o.p95_wait_hours); }},
    {"held_late", [](const Outcome& o, const Saving&) { return std::to_string(o.held_late); }},
    {"queued_late", [](const Outcome& o, const Saving&) { return std::to_string(o.queued_late); }},
    {"lost_late", [](const Outcome& o, const Saving&) { return std::to_string(o.lost_late); }},
}};

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string InSeconds(Duration duration) {
  return Shortest(std::chrono::duration<double>(duration).count());
}

// ---- JSON

std::string ZonesJson(const sim::FleetScenario& scenario, const Outcome& outcome) {
  std::string out;
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    const sim::ZoneUse& use = outcome.zones[i];
    out += (i == 0 ? "{\"zone\":" : ",{\"zone\":") + Quoted(scenario.zones[i].name) +
           ",\"cpus\":" + Shortest(scenario.zones[i].cpus) +
           ",\"peak_cpus\":" + Shortest(use.peak_cpus) +
           ",\"cpu_hours\":" + Shortest(use.cpu_hours) +
           ",\"kg\":" + Shortest(Kilograms(use.emitted)) + "}";
  }
  return out;
}

std::string WaysJson(const ScenarioReport& report) {
  std::string out = "\"ways\":[";
  for (size_t i = 0; i < sim::kWays.size(); ++i) {
    out += (i == 0 ? "\n  {\"way\":" : ",\n  {\"way\":") + Quoted(ToString(sim::kWays[i]));
    for (const Column& column : kNumbers) {
      const std::string value = column.value(report.outcomes[i], report.savings[i]);
      out += ",\"" + std::string(column.name) + "\":" + (value.empty() ? "null" : value);
    }
    out += ",\"zones\":[" + ZonesJson(report.loaded.scenario, report.outcomes[i]) + "]}";
  }
  return out + "]";
}

std::string HeadJson(const ScenarioReport& report) {
  const sim::FleetScenario& scenario = report.loaded.scenario;
  return "{\"scenario\":" + Quoted(report.loaded.folder) +
         ",\"start\":" + Quoted(FormatTime(scenario.start)) +
         ",\"hours\":" + Shortest(Hours(scenario.window));
}

std::string WriteJson(const std::vector<ScenarioReport>& reports) {
  std::string out = "{\"scenarios\":[";
  for (const ScenarioReport& report : reports) {
    out += (&report == reports.data() ? "\n " : ",\n ") + HeadJson(report) + "," +
           WaysJson(report) + "}";
  }
  return out + "]}\n";
}

std::string FaultsJson(const sim::FleetScenario& scenario) {
  std::string out;
  for (const sim::Fault& fault : scenario.faults) {
    const bool eviction = fault.kind == sim::Fault::Kind::eviction;
    out += (out.empty() ? "{\"kind\":" : ",{\"kind\":") + Quoted(NameOfFault(fault.kind)) +
           ",\"zone\":" + Quoted(scenario.zones[fault.zone].name) +
           ",\"from\":" + Quoted(FormatTime(fault.from)) +
           ",\"to\":" + (eviction ? "null" : Quoted(FormatTime(fault.to))) +
           ",\"share\":" + (eviction ? Shortest(fault.share) : "null") + "}";
  }
  return out;
}

std::string OrNull(const std::optional<Duration>& duration) {
  return duration ? InSeconds(*duration) : "null";
}

std::string SettingsJson(const sim::FleetScenario& scenario) {
  const plan::Parameters& planner = scenario.planner;
  std::string out = "\"settings\":{\"jobs_every_seconds\":" + OrNull(scenario.jobs_every) +
                    ",\"max_wait_seconds\":" + OrNull(scenario.longest_wait) +
                    ",\"min_saving\":" + Shortest(planner.min_saving) +
                    ",\"patience\":" + Shortest(planner.patience.value()) + ",\"threshold\":" +
                    (planner.threshold ? Shortest(planner.threshold->value()) : "null") +
                    ",\"start_margin_seconds\":" + InSeconds(planner.start_margin) +
                    ",\"tick_seconds\":" + InSeconds(scenario.tick) +
                    ",\"decision_latency_seconds\":" + InSeconds(scenario.latency) + ",\"zones\":[";
  for (const sim::FleetZone& zone : scenario.zones) {
    out += (&zone == scenario.zones.data() ? "{\"zone\":" : ",{\"zone\":") + Quoted(zone.name) +
           ",\"cpus\":" + Shortest(zone.cpus) +
           ",\"watts_per_cpu\":" + Shortest(zone.per_cpu.value()) + "}";
  }
  return out + "],\"faults\":[" + FaultsJson(scenario) + "]}";
}

std::string InputsJson(const LoadedScenario& loaded) {
  std::string out;
  for (const InputFile& input : loaded.inputs) {
    out += (out.empty() ? "\n  {\"path\":" : ",\n  {\"path\":") + Quoted(input.path) +
           ",\"sha256\":" + Quoted(input.sha256) + "}";
  }
  return "\"inputs\":[" + out + "]";
}

// ---- CSV

std::string WriteCsv(const std::vector<ScenarioReport>& reports) {
  std::string out = "scenario,way,zone,cpus,peak_cpus,cpu_hours,kg_in_zone";
  for (const Column& column : kNumbers) {
    out += "," + std::string(column.name);
  }
  out += "\n";
  for (const ScenarioReport& report : reports) {
    for (size_t i = 0; i < sim::kWays.size(); ++i) {
      const Outcome& outcome = report.outcomes[i];
      const std::string key = report.loaded.folder + "," + std::string(ToString(sim::kWays[i]));
      out += key + ",,,,,";
      for (const Column& column : kNumbers) {
        out += "," + column.value(outcome, report.savings[i]);
      }
      out += "\n";
      for (size_t zone = 0; zone < outcome.zones.size(); ++zone) {
        const sim::ZoneUse& use = outcome.zones[zone];
        const sim::FleetZone& of = report.loaded.scenario.zones[zone];
        out += key + "," + of.name + "," + Shortest(of.cpus) + "," + Shortest(use.peak_cpus) + "," +
               Shortest(use.cpu_hours) + "," + Shortest(Kilograms(use.emitted)) +
               std::string(kNumbers.size(), ',') + "\n";
      }
    }
  }
  return out;
}

// ---- Table

std::string Percent(double share) { return Fixed(100 * share + 0.0, 1) + " %"; }

/// Where the mean of the weeks lies with 95 %.
std::string Between(const Saving& saving) {
  const auto mean = sim::MeanOf(saving.weekly_share);
  return mean.half && *mean.half > 0 ? Fixed(100 * (mean.mean - *mean.half) + 0.0, 1) + " to " +
                                           Percent(mean.mean + *mean.half)
                                     : "-";
}

std::string InHours(double hours) { return Fixed(hours, 2) + " h"; }

Cells RowOf(std::string_view way, const Outcome& outcome, const Saving& saving) {
  const size_t late = outcome.held_late + outcome.queued_late + outcome.lost_late;
  return {std::string(way),
          Fixed(Kilograms(outcome.emitted), 3),
          saving.share ? Percent(*saving.share) : "-",
          Between(saving),
          InHours(outcome.mean_wait_hours),
          InHours(outcome.p95_wait_hours),
          std::to_string(outcome.lost_runs),
          std::to_string(late),
          std::to_string(outcome.held_late)};
}

std::string HeadOf(const ScenarioReport& report) {
  const sim::FleetScenario& scenario = report.loaded.scenario;
  const Outcome& outcome = report.outcomes.back();
  std::string out = report.loaded.folder + ": " + FormatDuration(scenario.window) + " from " +
                    FormatTime(scenario.start) + ", " + std::to_string(outcome.done) + " of " +
                    std::to_string(outcome.submitted) + " jobs done\n";
  if (outcome.rejected > 0) {
    out += std::to_string(outcome.rejected) +
           " jobs are rejected: wider than every zone, without a length, or after the end\n";
  }
  size_t unknown = 0;
  for (const Outcome& each : report.outcomes) {
    unknown = std::max(unknown, each.unknown_runs);
  }
  if (unknown > 0) {
    out += "up to " + std::to_string(unknown) +
           " runs are in no sum of kg: the signal was not known all the time\n";
  }
  return out;
}

std::string ZoneTable(const ScenarioReport& report) {
  std::vector<Cells> rows = {{"zone", "CPUs"}};
  for (const sim::Way way : sim::kWays) {
    rows.front().push_back("peak " + std::string(ToString(way)));
    rows.front().emplace_back("CPU hours");
    rows.front().emplace_back("kg");
  }
  const sim::FleetScenario& scenario = report.loaded.scenario;
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    Cells row = {scenario.zones[i].name, Shortest(scenario.zones[i].cpus)};
    for (const Outcome& outcome : report.outcomes) {
      row.push_back(Shortest(outcome.zones[i].peak_cpus));
      row.push_back(Fixed(outcome.zones[i].cpu_hours, 0));
      row.push_back(Fixed(Kilograms(outcome.zones[i].emitted), 3));
    }
    rows.push_back(std::move(row));
  }
  return TextTable(rows);
}

std::string WriteTable(const std::vector<ScenarioReport>& reports) {
  std::string out;
  for (const ScenarioReport& report : reports) {
    std::vector<Cells> rows = {{"way", "kg", "saved", "95 % of weeks", "mean wait", "p95 wait",
                                "lost runs", "late", "held late"}};
    for (size_t i = 0; i < sim::kWays.size(); ++i) {
      rows.push_back(RowOf(ToString(sim::kWays[i]), report.outcomes[i], report.savings[i]));
    }
    out += (out.empty() ? "" : "\n") + HeadOf(report) + TextTable(rows) + ZoneTable(report);
  }
  return out;
}

constexpr std::array<ScenarioFormat, 3> kFormats = {
    {{"table", WriteTable}, {"json", WriteJson}, {"csv", WriteCsv}}};

}  // namespace

const ScenarioFormat* FindScenarioFormat(std::string_view name) {
  const auto* const found =
      std::find_if(kFormats.begin(), kFormats.end(),
                   [&](const ScenarioFormat& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

std::string RunJson(const std::vector<ScenarioReport>& reports) {
  std::string out = "{\"version\":" + Quoted(CARBON_KUBE_VERSION) + ",\"scenarios\":[";
  for (const ScenarioReport& report : reports) {
    out += (&report == reports.data() ? "\n " : ",\n ") + HeadJson(report) +
           ",\"seed\":" + std::to_string(report.loaded.scenario.seed) + "," +
           InputsJson(report.loaded) + ",\n " + SettingsJson(report.loaded.scenario) + ",\n " +
           WaysJson(report) + "}";
  }
  return out + "]}\n";
}

}  // namespace carbon::app
