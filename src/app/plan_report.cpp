// SPDX-License-Identifier: Apache-2.0
#include "app/plan_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <set>

#include "app/flexible_report.h"
#include "app/grams_text.h"
#include "app/outlook_report.h"
#include "app/text_table.h"
#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr std::string_view kIndent = "  ";

/// The chosen way, then the others.
std::vector<plan::Option> Windows(const plan::Reason& reason) {
  std::vector<plan::Option> windows;
  if (reason.chosen) {
    windows.push_back(*reason.chosen);
    windows.insert(windows.end(), reason.alternatives.begin(), reason.alternatives.end());
  }
  return windows;
}

Duration AgeOf(const PlanPreview& preview, Time issued_at) {
  return std::chrono::floor<std::chrono::seconds>(preview.board->as_of() - issued_at);
}

/// Where what is known of the future ends.
Time KnownUntil(const grid::Series& series) {
  size_t steps = series.size();
  while (steps > 0 && !series.Value(steps - 1)) {
    --steps;
  }
  return series.TimeOf(steps);
}

/// When the job has ended at the latest, as it may start.
Time WindowEnd(const PlanPreview& preview) {
  const plan::Decision& decision = preview.decision;
  return std::max(decision.reason.latest_start.value_or(decision.start), decision.start) +
         preview.length;
}

// ---- For people

std::string SignalLine(const PlanPreview& preview) {
  const plan::Reason& reason = preview.decision.reason;
  if (reason.source.empty()) {
    return "";
  }
  std::string text = std::string(kIndent) + "by " + reason.source + " (" + reason.rung;
  if (reason.forecast_issued_at) {
    text += ", forecast issued " + FormatTime(*reason.forecast_issued_at) + ", " +
            FormatDuration(AgeOf(preview, *reason.forecast_issued_at)) + " old";
  }
  return text + ")\n";
}

std::string SavingLine(const plan::Reason& reason) {
  const auto saving = reason.ExpectedSaving();
  if (!saving) {
    return "";
  }
  const double now = reason.run_now->emissions.value();
  const std::string share = now > 0 ? " (" + Fixed(100 * saving->value() / now, 1) + " %)" : "";
  return std::string(kIndent) + GramsText(reason.chosen->emissions) + " g instead of the " +
         GramsText(reason.run_now->emissions) + " g of running now" +
         (reason.run_now->region == "any" ? " anywhere" : "") + ": saves " + GramsText(*saving) +
         " g" + share + "\n";
}

std::string Warnings(const PlanPreview& preview) {
  std::string text;
  if (!preview.managed) {
    text += std::string(kIndent) + "not held: it lacks the label " +
            std::string(workloads::kManagedLabel) + ": \"true\"; with it this would be the plan\n";
  }
  if (preview.decision.reason.chosen) {  // else the sentence says it
    for (const std::string& place : preview.unknown) {
      text += std::string(kIndent) + "left out: " + place + "\n";
    }
  }
  if (preview.late) {
    text += std::string(kIndent) + "its deadline cannot be kept: it ends " +
            FormatDuration(*preview.late) + " late if it starts now\n";
  }
  return text;
}

std::string WindowTable(const PlanPreview& preview) {
  const Time now = preview.board->as_of();
  std::vector<Cells> rows = {{" ", "START (UTC)", "END", "REGION", "ZONE", "G/KWH", "GRAMS"}};
  for (const plan::Option& option : Windows(preview.decision.reason)) {
    rows.push_back({rows.size() == 1 ? "*" : " ", FormatClock(option.start, now),
                    FormatClock(option.start + preview.length, now), option.region, option.zone,
                    Fixed(option.intensity.value(), 0), GramsText(option.emissions)});
  }
  return rows.size() == 1 ? "" : "\n" + TextTable(rows, kIndent);
}

std::string PatienceTable(const PlanPreview& preview) {
  const Time now = preview.board->as_of();
  std::vector<Cells> rows = {{"MAY WAIT", "START (UTC)", "REGION", "GRAMS", "SAVED PER HOUR"}};
  for (const Patience& row : preview.patience) {
    const Duration wait = std::chrono::floor<std::chrono::seconds>(row.wait);
    rows.push_back({FormatDuration(wait), FormatClock(row.best.start, now), row.best.region,
                    GramsText(row.best.emissions),
                    row.saved_per_hour ? GramsText(*row.saved_per_hour) + " g" : "-"});
  }
  return rows.size() == 1 ? "" : "\n" + TextTable(rows, kIndent);
}

/// The runs in a zone: that of the controller's plan, and those of pausing and scaling.
std::vector<ChartMark> MarksIn(const std::string& zone, const PlanPreview& preview) {
  std::vector<ChartMark> marks;
  const plan::Decision& decision = preview.decision;
  if (decision.reason.chosen && decision.reason.chosen->zone == zone) {
    marks.push_back({'^', "the run", {{decision.start, preview.length}}});
  }
  if (preview.flexible && preview.flexible->chosen.zone == zone) {
    ChartMark mark{.mark = '+', .name = "pausing and scaling", .runs = {}};
    for (const plan::ArrangedRun& run : preview.flexible->chosen.runs) {
      mark.runs.push_back({run.start, run.length});
    }
    marks.push_back(std::move(mark));
  }
  return marks;
}

std::string ChartOf(const std::string& zone, const PlanPreview& preview, const ChartStyle& style) {
  const grid::Outlook* outlook = preview.board->Find({zone});
  if (outlook == nullptr) {
    return "";
  }
  const Time known_until = KnownUntil(outlook->expected);
  const Time end = WindowEnd(preview);
  const std::string chart = Chart(outlook->expected,
                                  {.from = preview.board->as_of(),
                                   .to = std::min(end, known_until),
                                   .marks = MarksIn(zone, preview)},
                                  style);
  if (chart.empty()) {
    return "";
  }
  const std::string beyond = end <= known_until ? ""
                                                : std::string(kIndent) + "nothing is known from " +
                                                      FormatTime(known_until) + " on\n";
  return "\n" + std::string(kIndent) + outlook->zone.name + " (" +
         std::string(ToString(outlook->kind)) + ")\n" + chart + beyond;
}

/// Of the zones in which it would run.
std::string Charts(const PlanPreview& preview, const ChartStyle& style) {
  const auto& chosen = preview.decision.reason.chosen;
  if (!chosen) {
    return "";
  }
  std::string text = ChartOf(chosen->zone, preview, style);
  if (preview.flexible && preview.flexible->chosen.zone != chosen->zone) {
    text += ChartOf(preview.flexible->chosen.zone, preview, style);
  }
  return text;
}

std::string BlockOf(const PlanPreview& preview, const ChartStyle& style) {
  const plan::Reason& reason = preview.decision.reason;
  return preview.job + ": " + plan::Sentence(reason) + "\n" + Warnings(preview) +
         SavingLine(reason) + SignalLine(preview) + WindowTable(preview) + PatienceTable(preview) +
         FlexibleText(preview) + Charts(preview, style);
}

// ---- For programs

json::value OrNull(const std::optional<carbon::Grams>& grams) {
  return grams ? json::value(grams->value()) : json::value(nullptr);
}

int64_t Seconds(Duration duration) { return duration / std::chrono::seconds(1); }

json::object ToJson(const plan::Option& option) {
  return {{"region", option.region},
          {"zone", option.zone},
          {"start", FormatTime(option.start)},
          {"g_per_kwh", option.intensity.value()},
          {"grams", option.emissions.value()}};
}

json::array WindowsJson(const PlanPreview& preview) {
  json::array windows;
  for (const plan::Option& option : Windows(preview.decision.reason)) {
    json::object window = ToJson(option);
    window["end"] = FormatTime(option.start + preview.length);
    window["chosen"] = windows.empty();
    windows.push_back(std::move(window));
  }
  return windows;
}

json::array WaitingJson(const PlanPreview& preview) {
  json::array rows;
  for (const Patience& patience : preview.patience) {
    json::object row = ToJson(patience.best);
    row["may_wait_seconds"] = Seconds(patience.wait);
    row["saved_grams_per_hour"] = OrNull(patience.saved_per_hour);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::value ForecastJson(const PlanPreview& preview) {
  const plan::Reason& reason = preview.decision.reason;
  if (!reason.chosen || reason.source.empty()) {
    return nullptr;
  }
  json::object forecast{{"zone", reason.chosen->zone},
                        {"source", reason.source},
                        {"rung", reason.rung},
                        {"issued_at", nullptr},
                        {"age_seconds", nullptr}};
  if (reason.forecast_issued_at) {
    forecast["issued_at"] = FormatTime(*reason.forecast_issued_at);
    forecast["age_seconds"] = Seconds(AgeOf(preview, *reason.forecast_issued_at));
  }
  return forecast;
}

json::object ToJson(const PlanPreview& preview) {
  const plan::Decision& decision = preview.decision;
  const bool hold = decision.action == plan::Decision::Action::hold;
  return {{"job", preview.job},
          {"managed", preview.managed},
          {"action", hold ? "hold" : "release"},
          {"sentence", plan::Sentence(decision.reason)},
          {"length_seconds", Seconds(preview.length)},
          {"late_seconds", preview.late ? json::value(Seconds(*preview.late)) : json::value()},
          {"saves_grams", OrNull(decision.reason.ExpectedSaving())},
          {"reason", json::parse(plan::ToJson(decision.reason))},
          {"unknown", json::value_from(preview.unknown)},
          {"windows", WindowsJson(preview)},
          {"waiting", WaitingJson(preview)},
          {"flexible", FlexibleJson(preview)},
          {"forecast", ForecastJson(preview)}};
}

}  // namespace

std::string PlanTable(const std::vector<PlanPreview>& previews, const ChartStyle& style) {
  std::string text;
  for (const PlanPreview& preview : previews) {
    text += (text.empty() ? "" : "\n") + BlockOf(preview, style);
  }
  return text;
}

std::string PlanJson(const std::vector<PlanPreview>& previews) {
  json::array plans;
  std::set<grid::ZoneId> zones;
  Duration horizon{};
  const grid::Board& board = *previews.front().board;
  for (const PlanPreview& preview : previews) {
    plans.push_back(ToJson(preview));
    for (const plan::Option& option : Windows(preview.decision.reason)) {
      zones.insert({option.zone});
    }
    if (preview.flexible) {
      zones.insert({preview.flexible->chosen.zone});
    }
    horizon = std::max(horizon, WindowEnd(preview) - board.as_of());
  }
  return json::serialize(
             json::object{{"as_of", FormatTime(board.as_of())},
                          {"plans", std::move(plans)},
                          {"zones", OutlookRows({zones.begin(), zones.end()}, board, horizon)}}) +
         "\n";
}

}  // namespace carbon::app
