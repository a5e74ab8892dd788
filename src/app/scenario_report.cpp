// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_report.h"

#include <algorithm>
#include <array>
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

/// Mean, and half of its 95 % interval.
std::string MeanOf(const std::vector<double>& weekly) {
  return weekly.empty() ? "" : Shortest(sim::MeanOf(weekly).mean);
}
std::string HalfOf(const std::vector<double>& weekly) {
  return OrNothing(sim::MeanOf(weekly).half);
}

/// A way's columns in every format, so that JSON and CSV cannot drift apart. Empty = unknown.
struct Column {
  std::string_view name;
  std::string (*value)(const WayReport&);
};

constexpr std::array<Column, 26> kNumbers = {{
    {"submitted", [](const WayReport& w) { return std::to_string(w.outcome.submitted); }},
    {"done", [](const WayReport& w) { return std::to_string(w.outcome.done); }},
    {"rejected", [](const WayReport& w) { return std::to_string(w.outcome.rejected); }},
    {"unfinished", [](const WayReport& w) { return std::to_string(w.outcome.unfinished); }},
    {"kg", [](const WayReport& w) { return Shortest(Kilograms(w.outcome.emitted)); }},
    {"lost_kg", [](const WayReport& w) { return Shortest(Kilograms(w.outcome.lost_emitted)); }},
    {"lost_runs", [](const WayReport& w) { return std::to_string(w.outcome.lost_runs); }},
    {"unknown_runs", [](const WayReport& w) { return std::to_string(w.outcome.unknown_runs); }},
    {"moves", [](const WayReport& w) { return std::to_string(w.outcome.moves); }},
    {"move_kg", [](const WayReport& w) { return Shortest(Kilograms(w.outcome.move_emitted)); }},
    {"moves_expected_kg",
     [](const WayReport& w) { return Shortest(Kilograms(w.outcome.move_expected)); }},
    {"saved", [](const WayReport& w) { return OrNothing(w.saving.share); }},
    {"compared_jobs", [](const WayReport& w) { return std::to_string(w.saving.compared); }},
    {"weeks", [](const WayReport& w) { return std::to_string(w.saving.weekly_share.size()); }},
    {"mean_saved_of_weeks", [](const WayReport& w) { return MeanOf(w.saving.weekly_share); }},
    {"mean_saved_of_weeks_ci95", [](const WayReport& w) { return HalfOf(w.saving.weekly_share); }},
    {"bound_kg", [](const WayReport& w) { return Shortest(Kilograms(w.saving.bound)); }},
    {"regret_kg", [](const WayReport& w) { return Shortest(Kilograms(w.saving.regret)); }},
    {"kept", [](const WayReport& w) { return OrNothing(w.saving.kept); }},
    {"mean_kept_of_weeks", [](const WayReport& w) { return MeanOf(w.saving.weekly_kept); }},
    {"mean_kept_of_weeks_ci95", [](const WayReport& w) { return HalfOf(w.saving.weekly_kept); }},
    {"mean_wait_hours", [](const WayReport& w) { return Shortest(w.outcome.mean_wait_hours); }},
    {"p95_wait_hours", [](const WayReport& w) { return Shortest(w.outcome.p95_wait_hours); }},
    {"held_late", [](const WayReport& w) { return std::to_string(w.outcome.held_late); }},
    {"queued_late", [](const WayReport& w) { return std::to_string(w.outcome.queued_late); }},
    {"lost_late", [](const WayReport& w) { return std::to_string(w.outcome.lost_late); }},
}};

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string InSeconds(Duration duration) {
  return Shortest(std::chrono::duration<double>(duration).count());
}

// ---- JSON

std::string ZonesJson(const sim::FleetScenario& scenario, const sim::FleetOutcome& outcome) {
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
  for (const WayReport& way : report.ways) {
    out += (&way == report.ways.data() ? "\n  {\"way\":" : ",\n  {\"way\":") +
           Quoted(ToString(way.way));
    for (const Column& column : kNumbers) {
      const std::string value = column.value(way);
      out += ",\"" + std::string(column.name) + "\":" + (value.empty() ? "null" : value);
    }
    out += ",\"zones\":[" + ZonesJson(report.loaded.scenario, way.outcome) + "]}";
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

std::string MigrationJson(const std::optional<sim::FleetMigration>& migration) {
  if (!migration) {
    return "null";
  }
  const plan::MigrationRules& rules = migration->rules;
  return "{\"downtime_seconds\":" + InSeconds(migration->downtime) +
         ",\"recomputed_seconds\":" + InSeconds(migration->recomputed) +
         ",\"checkpoint_kwh_per_cpu\":" + Shortest(migration->checkpoint_per_cpu.value()) +
         ",\"transfer_kwh_per_cpu\":" + Shortest(migration->transfer_per_cpu.value()) +
         ",\"least_saving\":" + Shortest(rules.least_saving.value()) + ",\"least_intensity\":" +
         (rules.least_intensity ? Shortest(rules.least_intensity->value()) : "null") +
         ",\"most_late\":" + Shortest(rules.most_late) +
         ",\"standard_errors\":" + Shortest(rules.standard_errors) +
         ",\"return_factor\":" + Shortest(rules.return_factor) +
         ",\"least_stay_seconds\":" + InSeconds(rules.least_stay) +
         ",\"moves_per_hour\":" + std::to_string(migration->moves_per_hour) + "}";
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
                    ",\"decision_latency_seconds\":" + InSeconds(scenario.latency) +
                    ",\"migration\":" + MigrationJson(scenario.migration) + ",\"zones\":[";
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
    for (const WayReport& way : report.ways) {
      const sim::FleetOutcome& outcome = way.outcome;
      const std::string key = report.loaded.folder + "," + std::string(ToString(way.way));
      out += key + ",,,,,";
      for (const Column& column : kNumbers) {
        out += "," + column.value(way);
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
std::string Between(const std::vector<double>& weekly) {
  const auto mean = sim::MeanOf(weekly);
  return mean.half && *mean.half > 0 ? Fixed(100 * (mean.mean - *mean.half) + 0.0, 1) + " to " +
                                           Percent(mean.mean + *mean.half)
                                     : "-";
}

std::string OrDash(std::optional<double> share) { return share ? Percent(*share) : "-"; }

std::string InHours(double hours) { return Fixed(hours, 2) + " h"; }

std::string WayTable(const ScenarioReport& report) {
  std::vector<Cells> rows = {{"way", "kg", "saved", "95 % of weeks", "mean wait", "p95 wait",
                              "lost runs", "late", "held late"}};
  for (const auto& [way, outcome, saving] : report.ways) {
    rows.push_back({std::string(ToString(way)), Fixed(Kilograms(outcome.emitted), 3),
                    OrDash(saving.share), Between(saving.weekly_share),
                    InHours(outcome.mean_wait_hours), InHours(outcome.p95_wait_hours),
                    std::to_string(outcome.lost_runs),
                    std::to_string(outcome.held_late + outcome.queued_late + outcome.lost_late),
                    std::to_string(outcome.held_late)});
  }
  return TextTable(rows);
}

std::string MoveTable(const ScenarioReport& report) {
  if (!report.loaded.scenario.migration) {
    return "";
  }
  std::vector<Cells> rows = {{"moves of running jobs", "moves", "spent kg", "expected to save kg"}};
  for (const auto& [way, outcome, saving] : report.ways) {
    if (way == sim::Way::carbon_kube_moves) {
      rows.push_back({std::string(ToString(way)), std::to_string(outcome.moves),
                      Fixed(Kilograms(outcome.move_emitted), 3),
                      Fixed(Kilograms(outcome.move_expected), 3)});
    }
  }
  return TextTable(rows);
}

std::string OracleTable(const ScenarioReport& report) {
  std::vector<Cells> rows = {{"to the oracle", "bound kg", "regret kg", "kept", "95 % of weeks"}};
  for (const auto& [way, outcome, saving] : report.ways) {
    rows.push_back({std::string(ToString(way)), Fixed(Kilograms(saving.bound), 3),
                    Fixed(Kilograms(saving.regret) + 0.0, 3), OrDash(saving.kept),
                    Between(saving.weekly_kept)});
  }
  return TextTable(rows);
}

std::string HeadOf(const ScenarioReport& report) {
  const sim::FleetScenario& scenario = report.loaded.scenario;
  const sim::FleetOutcome& outcome = report.ways.back().outcome;
  std::string out = report.loaded.folder + ": " + FormatDuration(scenario.window) + " from " +
                    FormatTime(scenario.start) + ", " + std::to_string(outcome.done) + " of " +
                    std::to_string(outcome.submitted) + " jobs done\n";
  if (outcome.rejected > 0) {
    out += std::to_string(outcome.rejected) +
           " jobs are rejected: wider than every zone, without a length, or after the end\n";
  }
  size_t unknown = 0;
  for (const WayReport& way : report.ways) {
    unknown = std::max(unknown, way.outcome.unknown_runs);
  }
  if (unknown > 0) {
    out += "up to " + std::to_string(unknown) +
           " runs are in no sum of kg: the signal was not known all the time\n";
  }
  return out;
}

std::string ZoneTable(const ScenarioReport& report) {
  std::vector<Cells> rows = {{"zone", "CPUs"}};
  for (const WayReport& way : report.ways) {
    rows.front().push_back("peak " + std::string(ToString(way.way)));
    rows.front().emplace_back("CPU hours");
    rows.front().emplace_back("kg");
  }
  const sim::FleetScenario& scenario = report.loaded.scenario;
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    Cells row = {scenario.zones[i].name, Shortest(scenario.zones[i].cpus)};
    for (const WayReport& way : report.ways) {
      const sim::ZoneUse& use = way.outcome.zones[i];
      row.push_back(Shortest(use.peak_cpus));
      row.push_back(Fixed(use.cpu_hours, 0));
      row.push_back(Fixed(Kilograms(use.emitted), 3));
    }
    rows.push_back(std::move(row));
  }
  return TextTable(rows);
}

std::string WriteTable(const std::vector<ScenarioReport>& reports) {
  std::string out;
  for (const ScenarioReport& report : reports) {
    out += (out.empty() ? "" : "\n") + HeadOf(report) + WayTable(report) + MoveTable(report) +
           OracleTable(report) + ZoneTable(report);
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
