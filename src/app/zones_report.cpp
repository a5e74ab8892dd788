// SPDX-License-Identifier: Apache-2.0
#include "app/zones_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr Duration kDay = std::chrono::hours(24);

/// The cleanest step that starts within a day.
struct Low {
  GramsPerKwh intensity;
  Time at;
};
std::optional<Low> LowOf(const grid::Outlook& outlook, Time now) {
  std::optional<Low> low;
  const grid::Series& expected = outlook.expected;
  for (size_t i = 0; i < expected.size() && expected.TimeOf(i) < now + kDay; ++i) {
    const auto value = expected.Value(i);
    if (value && (!low || *value < low->intensity)) {
      low = Low{*value, std::max(expected.TimeOf(i), now)};
    }
  }
  return low;
}

std::string Age(const grid::Outlook& outlook, Time now) {
  return FormatDuration(std::chrono::floor<std::chrono::seconds>(now - outlook.fetched_at));
}

std::string WhyUnknown(const ZoneRow& row, const grid::Board& board) {
  if (row.zone.name.empty()) {
    return "no grid zone is known for this region: name it with --region";
  }
  const auto found = board.Unknown().find(row.zone);
  return found == board.Unknown().end() ? "not read yet" : found->second;
}

using Cells = std::vector<std::string>;

Cells CellsOf(const ZoneRow& row, const grid::Board& board) {
  Cells cells = {row.region.empty() ? "-" : row.region,
                 row.region.empty() ? "-" : std::to_string(row.nodes),
                 row.zone.name.empty() ? "?" : row.zone.name};
  const grid::Outlook* outlook = board.Find(row.zone);
  if (outlook == nullptr) {
    cells.insert(cells.end(), {"-", "unknown", "-", "-", "-", "-"});
    return cells;
  }
  const auto low = LowOf(*outlook, board.as_of());
  cells.insert(
      cells.end(),
      {std::string(ToString(outlook->kind)), Fixed(outlook->now.value(), 0),
       low ? Fixed(low->intensity.value(), 0) + " at " + FormatClock(low->at, board.as_of()) : "-",
       std::string(ToString(outlook->rung)), Age(*outlook, board.as_of()), outlook->source});
  return cells;
}

/// Columns as wide as their widest cell.
std::string Table(const std::vector<Cells>& rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const Cells& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Cells& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// What an operator should know before trusting a row.
std::string Notes(const std::vector<ZoneRow>& rows, const grid::Board& board) {
  std::string notes;
  for (const ZoneRow& row : rows) {
    if (board.Find(row.zone) == nullptr) {
      notes += (row.region.empty() ? "" : row.region + ": ") + WhyUnknown(row, board) + "\n";
    }
    if (row.region == "us-west-2") {
      notes +=
          "us-west-2: Electricity Maps places it in US-NW-PACW, others in the much cleaner "
          "US-NW-BPAT; choose with --region us-west-2=ZONE\n";
    }
  }
  return notes.empty() ? "" : "\n" + notes;
}

json::value AtNow(const grid::Series& series, Time now) {
  const auto value = series.At(now);
  return value ? json::value(value->value()) : json::value(nullptr);
}

json::object ToJson(const ZoneRow& row, const grid::Board& board) {
  const Time now = board.as_of();
  json::object out = {{"region", row.region},
                      {"nodes", row.nodes},
                      {"zone", row.zone.name},
                      {"mapped_by", row.mapped_by},
                      {"g_per_kwh", nullptr}};
  const grid::Outlook* outlook = board.Find(row.zone);
  if (outlook == nullptr) {
    out["unknown"] = WhyUnknown(row, board);
    return out;
  }
  out["g_per_kwh"] = outlook->now.value();
  out["p10"] = AtNow(outlook->p10, now);
  out["p90"] = AtNow(outlook->p90, now);
  out["kind"] = ToString(outlook->kind);
  out["estimated"] = outlook->estimated;
  out["rung"] = ToString(outlook->rung);
  out["source"] = outlook->source;
  out["fetched_at"] = FormatTime(outlook->fetched_at);
  out["issued_at"] = FormatTime(outlook->issued_at);
  if (const auto low = LowOf(*outlook, now)) {
    out["low_24h"] = {{"g_per_kwh", low->intensity.value()}, {"at", FormatTime(low->at)}};
  }
  return out;
}

}  // namespace

std::string ZonesTable(const std::vector<ZoneRow>& rows, const grid::Board& board) {
  std::vector<Cells> cells = {
      {"REGION", "NODES", "ZONE", "KIND", "G/KWH", "24H LOW (UTC)", "RUNG", "AGE", "SOURCE"}};
  for (const ZoneRow& row : rows) {
    cells.push_back(CellsOf(row, board));
  }
  return Table(cells) + Notes(rows, board);
}

std::string ZonesJson(const std::vector<ZoneRow>& rows, const grid::Board& board) {
  json::array zones;
  for (const ZoneRow& row : rows) {
    zones.push_back(ToJson(row, board));
  }
  return json::serialize(
             json::object{{"as_of", FormatTime(board.as_of())}, {"zones", std::move(zones)}}) +
         "\n";
}

}  // namespace carbon::app
