// SPDX-License-Identifier: Apache-2.0
#include "app/outlook_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr Duration kHour = std::chrono::hours(1);
constexpr size_t kBarWidth = 40;

/// One line of the table.
struct Line {
  Time from;
  std::optional<GramsPerKwh> expected;
  std::optional<GramsPerKwh> p10;
  std::optional<GramsPerKwh> p90;
};

std::vector<Line> LinesOf(const grid::Outlook& outlook, Duration horizon, Duration every) {
  std::vector<Line> lines;
  const grid::Series& expected = outlook.expected;
  const Time end = std::min(expected.start() + horizon, expected.end());
  for (Time from = expected.start(); from < end; from += every) {
    const Time to = std::min(from + every, end);
    lines.push_back({.from = from,
                     .expected = expected.Mean(from, to),
                     .p10 = outlook.p10.Mean(from, to),
                     .p90 = outlook.p90.Mean(from, to)});
  }
  return lines;
}

double Highest(const std::vector<Line>& lines) {
  double highest = 1;
  for (const Line& line : lines) {
    highest = std::max(highest, line.expected ? line.expected->value() : 0);
  }
  return highest;
}

std::string Cell(const std::optional<GramsPerKwh>& value) {
  std::string text = value ? Fixed(value->value(), 0) : "-";
  text.insert(0, 8 - std::min<size_t>(8, text.size()), ' ');
  return text;
}

std::string Bar(const std::optional<GramsPerKwh>& value, double highest) {
  const double share = value ? value->value() / highest : 0;
  return std::string(static_cast<size_t>(share * kBarWidth + 0.5), '#');
}

/// A mean of a year is no forecast.
std::string Issued(const grid::Outlook& outlook) {
  return outlook.rung == grid::Rung::static_factor
             ? ""
             : ", forecast issued " + FormatTime(outlook.issued_at);
}

std::string TableOf(const grid::Outlook& outlook, const grid::Board& board, Duration horizon) {
  const auto lines = LinesOf(outlook, horizon, std::max(kHour, outlook.expected.step()));
  const double highest = Highest(lines);
  std::string text = outlook.zone.name + ", " + std::string(ToString(outlook.kind)) + ", by " +
                     outlook.source + " (" + std::string(ToString(outlook.rung)) + Issued(outlook) +
                     ")\n" + "  UTC             g/kWh     p10     p90\n";
  for (const Line& line : lines) {
    std::string when = FormatClock(line.from, board.as_of());
    when.resize(std::max<size_t>(12, when.size()), ' ');
    text += "  " + when + Cell(line.expected) + Cell(line.p10) + Cell(line.p90) + "  " +
            Bar(line.expected, highest) + "\n";
  }
  return text;
}

json::value Number(const std::optional<GramsPerKwh>& value) {
  return value ? json::value(value->value()) : json::value(nullptr);
}

json::object ToJson(const grid::Outlook& outlook, Duration horizon) {
  json::array steps;
  for (const Line& line : LinesOf(outlook, horizon, outlook.expected.step())) {
    steps.push_back(json::object{{"time", FormatTime(line.from)},
                                 {"g_per_kwh", Number(line.expected)},
                                 {"p10", Number(line.p10)},
                                 {"p90", Number(line.p90)}});
  }
  return {{"zone", outlook.zone.name},
          {"kind", ToString(outlook.kind)},
          {"source", outlook.source},
          {"rung", ToString(outlook.rung)},
          {"estimated", outlook.estimated},
          {"fetched_at", FormatTime(outlook.fetched_at)},
          {"issued_at", FormatTime(outlook.issued_at)},
          {"step_seconds", outlook.expected.step() / std::chrono::seconds(1)},
          {"steps", std::move(steps)}};
}

}  // namespace

std::string OutlookTable(const std::vector<grid::ZoneId>& zones, const grid::Board& board,
                         Duration horizon) {
  std::string text;
  for (const grid::ZoneId& zone : zones) {
    const grid::Outlook* outlook = board.Find(zone);
    text += (text.empty() ? "" : "\n") + (outlook != nullptr ? TableOf(*outlook, board, horizon)
                                                             : board.WhyUnknown(zone) + "\n");
  }
  return text;
}

json::array OutlookRows(const std::vector<grid::ZoneId>& zones, const grid::Board& board,
                        Duration horizon) {
  json::array rows;
  for (const grid::ZoneId& zone : zones) {
    const grid::Outlook* outlook = board.Find(zone);
    rows.push_back(outlook != nullptr
                       ? ToJson(*outlook, horizon)
                       : json::object{{"zone", zone.name}, {"unknown", board.WhyUnknown(zone)}});
  }
  return rows;
}

std::string OutlookJson(const std::vector<grid::ZoneId>& zones, const grid::Board& board,
                        Duration horizon) {
  return json::serialize(json::object{{"as_of", FormatTime(board.as_of())},
                                      {"zones", OutlookRows(zones, board, horizon)}}) +
         "\n";
}

}  // namespace carbon::app
