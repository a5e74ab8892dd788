// SPDX-License-Identifier: Apache-2.0
#include "app/backtest_report.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "base/text.h"

namespace carbon::app {
namespace {

using grid::Forecaster;
using grid::Skill;
namespace json = boost::json;

/// The horizons, in hours, that the table shows.
constexpr std::array<int, 9> kShownHours = {1, 2, 3, 6, 12, 24, 48, 72, 96};

std::string Padded(std::string text, size_t width) {
  text.insert(0, width - std::min(width, text.size()), ' ');
  return text;
}

std::string Cell(std::optional<double> value, int decimals, size_t width) {
  return Padded(value ? Fixed(*value, decimals) : "-", width);
}

std::string Percent(std::optional<double> share, size_t width) {
  return Padded(share ? Fixed(*share * 100, 1) + " %" : "-", width);
}

std::string Row(const std::string& name, const Skill& skill) {
  std::string row = "  " + name + std::string(13 - std::min<size_t>(13, name.size()), ' ');
  for (size_t i = 0; i < grid::kForecasters.size(); ++i) {
    row += Cell(skill.Mae(static_cast<Forecaster>(i)), 1, 12);
  }
  return row + Cell(skill.RatioToBetter(), 3, 8) + Percent(skill.Mape(Forecaster::blend), 9) +
         Percent(skill.Coverage(), 9) + "\n";
}

std::string Header() {
  std::string row = "  hours ahead  ";
  for (const std::string_view name : grid::kForecasters) {
    row += Padded(std::string(name), 12);
  }
  return row + "   ratio     MAPE  p10-p90\n";
}

std::string HoursName(Duration ahead) {
  return ahead % std::chrono::hours(1) == Duration::zero() ? Fixed(Hours(ahead), 0)
                                                           : Fixed(Hours(ahead), 2);
}

std::string TableOf(const ZoneBacktest& zone) {
  std::string text = zone.zone.name + ", " + std::string(ToString(zone.kind)) + ", " +
                     FormatTime(zone.from) + " to " + FormatTime(zone.to) +
                     ", mean absolute error in g/kWh\n" + Header();
  for (const int hours : kShownHours) {
    const auto steps = static_cast<size_t>(std::chrono::hours(hours) / zone.step);
    if (steps > 0 && steps <= zone.skills.size()) {
      text += Row(std::to_string(hours), zone.skills[steps - 1]);
    }
  }
  const auto summed = zone.step * static_cast<int64_t>(zone.summed_steps);
  return text + Row(HoursName(zone.step) + " to " + HoursName(summed),
                    grid::Together(zone.skills, zone.summed_steps));
}

json::value Number(std::optional<double> value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::object ToJson(const Skill& skill) {
  json::object mae;
  json::object mape;
  for (size_t i = 0; i < grid::kForecasters.size(); ++i) {
    mae[grid::kForecasters[i]] = Number(skill.Mae(static_cast<Forecaster>(i)));
    mape[grid::kForecasters[i]] = Number(skill.Mape(static_cast<Forecaster>(i)));
  }
  return {{"count", skill.count},
          {"mae", std::move(mae)},
          {"mape", std::move(mape)},
          {"mae_ratio", Number(skill.RatioToBetter())},
          {"coverage", Number(skill.Coverage())}};
}

json::object ToJson(const ZoneBacktest& zone) {
  json::array horizons;
  for (size_t i = 0; i < zone.skills.size(); ++i) {
    json::object row = ToJson(zone.skills[i]);
    row["hours"] = Hours(zone.step * (static_cast<int64_t>(i) + 1));
    horizons.push_back(std::move(row));
  }
  json::object together = ToJson(grid::Together(zone.skills, zone.summed_steps));
  together["hours"] = Hours(zone.step * static_cast<int64_t>(zone.summed_steps));
  return {{"zone", zone.zone.name},          {"kind", ToString(zone.kind)},
          {"from", FormatTime(zone.from)},   {"to", FormatTime(zone.to)},
          {"together", std::move(together)}, {"horizons", std::move(horizons)}};
}

}  // namespace

std::string BacktestTable(const std::vector<ZoneBacktest>& zones) {
  std::string text;
  for (const ZoneBacktest& zone : zones) {
    text += (text.empty() ? "" : "\n") + TableOf(zone);
  }
  return text +
         "\nratio: the blend's error over that of the better one of provider and climatology;\n"
         "p10-p90: the share of truths within the forecast's own bounds, 80 % if they are right\n";
}

std::string BacktestJson(const std::vector<ZoneBacktest>& zones) {
  json::array rows;
  for (const ZoneBacktest& zone : zones) {
    rows.push_back(ToJson(zone));
  }
  return json::serialize(json::object{{"zones", std::move(rows)}}) + "\n";
}

}  // namespace carbon::app
