// SPDX-License-Identifier: Apache-2.0
#include "app/flexible_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "app/grams_text.h"
#include "app/text_table.h"
#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr std::string_view kIndent = "  ";

/// Against the start that the controller would choose.
std::optional<Grams> SavingAgainstStart(const PlanPreview& preview) {
  const auto& chosen = preview.decision.reason.chosen;
  return chosen ? std::optional(chosen->emissions - preview.flexible->chosen.emissions)
                : std::nullopt;
}

// ---- For people

std::string Share(Grams part, Grams whole) {
  return whole > Grams(0) ? " (" + Fixed(100 * (part / whole), 1) + " %)" : "";
}

/// Only a job that one worker would not end in time emits more.
std::string AgainstStart(Grams saving, const plan::FlexiblePlan& plan, const PlanPreview& preview) {
  const plan::Option& start = *preview.decision.reason.chosen;
  if (saving >= Grams(0)) {
    return ", " + GramsText(saving) + " g" + Share(saving, start.emissions) +
           " against the one start";
  }
  const Grams more = Grams(0) - saving;
  std::string text =
      ", " + GramsText(more) + " g" + Share(more, start.emissions) + " more than the one start";
  const Duration sooner = start.start + preview.length - plan.chosen.end();
  return sooner > Duration::zero() ? text + ", which ends " + FormatInSeconds(sooner) + " later"
                                   : text;
}

std::string Saves(const plan::FlexiblePlan& plan, const PlanPreview& preview) {
  std::string text = std::string(kIndent) + GramsText(plan.chosen.emissions) + " g: saves " +
                     GramsText(plan.Saving()) + " g" + Share(plan.Saving(), plan.run_now) +
                     " against running now";
  if (const auto saving = SavingAgainstStart(preview)) {
    text += AgainstStart(*saving, plan, preview);
  }
  text += "\n";
  if (plan.chosen.pauses > 0) {
    text += std::string(kIndent) + GramsText(plan.chosen.of_pauses) + " g of it for " +
            std::to_string(plan.chosen.pauses) +
            (plan.chosen.pauses == 1 ? " pause\n" : " pauses\n");
  }
  if (plan.late) {
    text += std::string(kIndent) + "all its workers end " + FormatInSeconds(*plan.late) + " late\n";
  }
  return text;
}

std::string SegmentTable(const plan::Arrangement& chosen, Time now) {
  std::vector<Cells> rows = {{"FROM (UTC)", "TO", "WORKERS", "REGION", "ZONE", "G/KWH", "GRAMS"}};
  for (const plan::ArrangedRun& run : chosen.runs) {
    rows.push_back({FormatClock(run.start, now), FormatClock(run.end(), now),
                    std::to_string(run.workers), chosen.region, chosen.zone,
                    Fixed(run.intensity.value(), 0), GramsText(run.emissions)});
  }
  return TextTable(rows, kIndent);
}

std::string WorkersText(const plan::Arrangement& plan) {
  const auto fewest = std::min_element(plan.runs.begin(), plan.runs.end(),
                                       [](const plan::ArrangedRun& a, const plan::ArrangedRun& b) {
                                         return a.workers < b.workers;
                                       })
                          ->workers;
  const std::string most = std::to_string(plan.MostWorkers());
  return fewest == plan.MostWorkers() ? most : std::to_string(fewest) + "-" + most;
}

std::string OtherWays(const std::vector<plan::Arrangement>& others, Time now) {
  if (others.empty()) {
    return "";
  }
  std::vector<Cells> rows = {
      {"OR FROM (UTC)", "TO", "WORKERS", "PAUSES", "REGION", "ZONE", "GRAMS"}};
  for (const plan::Arrangement& other : others) {
    rows.push_back({FormatClock(other.start(), now), FormatClock(other.end(), now),
                    WorkersText(other), std::to_string(other.pauses), other.region, other.zone,
                    GramsText(other.emissions)});
  }
  return "\n" + TextTable(rows, kIndent);
}

// ---- For programs

int64_t Seconds(Duration duration) { return duration / std::chrono::seconds(1); }

json::object ToJson(const plan::Arrangement& plan) {
  json::array segments;
  for (const plan::ArrangedRun& run : plan.runs) {
    segments.push_back(json::object{{"start", FormatTime(run.start)},
                                    {"end", FormatTime(run.end())},
                                    {"delay_seconds", Seconds(run.delay)},
                                    {"workers", run.workers},
                                    {"g_per_kwh", run.intensity.value()},
                                    {"grams", run.emissions.value()}});
  }
  return {{"region", plan.region},
          {"zone", plan.zone},
          {"start", FormatTime(plan.start())},
          {"end", FormatTime(plan.end())},
          {"segments", std::move(segments)},
          {"pauses", plan.pauses},
          {"pause_grams", plan.of_pauses.value()},
          {"grams", plan.emissions.value()}};
}

}  // namespace

std::string FlexibleText(const PlanPreview& preview) {
  if (!preview.flexible) {
    return "";
  }
  const plan::FlexiblePlan& plan = *preview.flexible;
  const Time now = preview.board->as_of();
  return "\n" + std::string(kIndent) +
         "if it paused and scaled as it may, which the controller does not carry out:\n" +
         Saves(plan, preview) + SegmentTable(plan.chosen, now) + OtherWays(plan.alternatives, now);
}

json::value FlexibleJson(const PlanPreview& preview) {
  if (!preview.flexible) {
    return nullptr;
  }
  const plan::FlexiblePlan& plan = *preview.flexible;
  json::object out = ToJson(plan.chosen);
  const auto saving = SavingAgainstStart(preview);
  out["run_now_grams"] = plan.run_now.value();
  out["saves_grams"] = plan.Saving().value();
  out["saves_grams_against_start"] = saving ? json::value(saving->value()) : json::value();
  out["late_seconds"] = plan.late ? json::value(Seconds(*plan.late)) : json::value();
  json::array alternatives;
  for (const plan::Arrangement& other : plan.alternatives) {
    alternatives.push_back(ToJson(other));
  }
  out["alternatives"] = std::move(alternatives);
  return out;
}

}  // namespace carbon::app
