// SPDX-License-Identifier: Apache-2.0
#include "app/zones_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "app/text_table.h"
#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr Duration kDay = std::chrono::hours(24);

/// A mean of a year has no hour that is cleanest, and was not heard at any moment.
bool IsYearly(const grid::Outlook& outlook) { return outlook.rung == grid::Rung::static_factor; }

/// The cleanest step that starts within a day.
struct Low {
  GramsPerKwh intensity;
  Time at;
};
std::optional<Low> LowOf(const grid::Outlook& outlook, Time now) {
  std::optional<Low> low;
  if (IsYearly(outlook)) {
    return low;
  }
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
  return IsYearly(outlook)
             ? "-"
             : FormatDuration(std::chrono::floor<std::chrono::seconds>(now - outlook.fetched_at));
}

std::string WhyUnknown(const ZoneRow& row, const grid::Board& board, std::string_view provider) {
  if (row.zone.name.empty()) {
    return "what " + std::string(provider) + " calls its zone is not known: --region " +
           row.region + "=ZONE, or a table (--regions)";
  }
  return board.WhyUnknown(row.zone);
}

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

// ---- Who says where a region lies

std::string ToText(const workloads::ZoneClaim& claim) {
  return claim.zone.name + " (" + claim.source + (claim.as_of.empty() ? "" : ", " + claim.as_of) +
         ")";
}

bool Agrees(const ZoneRow& row) { return row.located->zone == row.zone; }

std::string Answered(const ZoneRow& row) {
  return row.located->failure ? "no answer"
         : Agrees(row)        ? "agrees"
                              : "says " + row.located->zone->name;
}

/// The rows that are regions, each with its source; nothing where there is none.
std::string MapTable(const std::vector<ZoneRow>& rows) {
  std::vector<Cells> cells = {{"REGION", "SOURCE", "AS OF", "OTHERS SAY"}};
  bool checked = false;
  for (const ZoneRow& row : rows) {
    if (row.region.empty()) {
      continue;
    }
    std::string others;
    for (const workloads::ZoneClaim& claim : row.alternatives) {
      others += (others.empty() ? "" : "; ") + ToText(claim);
    }
    cells.push_back({row.region, row.mapped_by.empty() ? "-" : row.mapped_by,
                     row.as_of.empty() ? "-" : row.as_of, others.empty() ? "-" : others});
    if (row.located) {
      checked = true;
      cells.back().insert(cells.back().begin() + 3, Answered(row));
    }
  }
  if (checked) {
    cells.front().insert(cells.front().begin() + 3, "PROVIDER");
  }
  return cells.size() == 1 ? "" : "\n" + TextTable(cells);
}

// ---- Notes

/// Lines, each once.
class Notes {
 public:
  void Add(const std::string& line) {
    if (std::find(lines_.begin(), lines_.end(), line) == lines_.end()) {
      lines_.push_back(line);
    }
  }
  std::string Text() const {
    std::string text;
    for (const std::string& line : lines_) {
      text += (text.empty() ? "\n" : "") + line + "\n";
    }
    return text;
  }

 private:
  std::vector<std::string> lines_;
};

void NoteCheck(const ZoneRow& row, std::string_view provider, Notes& notes) {
  const feeds::Located& located = *row.located;
  if (!located.failure) {
    if (!Agrees(row)) {
      notes.Add(row.region + ": " + std::string(provider) + " itself answers for " +
                located.zone->name + " (--region " + row.region + "=" + located.zone->name + ")");
    }
    return;
  }
  const bool of_all = located.failure->scope == feeds::Failure::Scope::provider;
  notes.Add((of_all ? "the map was not checked" : row.region + ": not checked") + ": " +
            located.failure->error.message);
}

/// What an operator should know before trusting a row.
std::string NotesOn(const std::vector<ZoneRow>& rows, const grid::Board& board,
                    std::string_view provider) {
  Notes notes;
  for (const ZoneRow& row : rows) {
    if (board.Find(row.zone) == nullptr) {
      notes.Add((row.region.empty() ? "" : row.region + ": ") + WhyUnknown(row, board, provider));
    }
  }
  for (const ZoneRow& row : rows) {
    if (row.located) {
      NoteCheck(row, provider, notes);
    }
  }
  for (const ZoneRow& row : rows) {
    if (!row.alternatives.empty()) {
      notes.Add("where others say otherwise, the choice is yours: --region REGION=ZONE");
    }
  }
  return notes.Text();
}

// ---- JSON

json::value AtNow(const grid::Series& series, Time now) {
  const auto value = series.At(now);
  return value ? json::value(value->value()) : json::value(nullptr);
}

json::value OrNull(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// Who says where the region lies.
void AddMapping(const ZoneRow& row, json::object& out) {
  json::array others;
  for (const workloads::ZoneClaim& claim : row.alternatives) {
    others.push_back(json::object{
        {"zone", claim.zone.name}, {"source", claim.source}, {"as_of", OrNull(claim.as_of)}});
  }
  out["mapped_by"] = row.mapped_by;
  out["mapped_as_of"] = OrNull(row.as_of);
  out["alternatives"] = std::move(others);
  if (!row.located) {
    return;
  }
  const feeds::Located& located = *row.located;
  out["provider_says"] = located.failure
                             ? json::object{{"error", located.failure->error.message}}
                             : json::object{{"zone", located.zone->name}, {"agrees", Agrees(row)}};
}

json::object ToJson(const ZoneRow& row, const grid::Board& board, std::string_view provider) {
  const Time now = board.as_of();
  json::object out = {{"region", row.region}, {"nodes", row.nodes}, {"zone", row.zone.name}};
  AddMapping(row, out);
  out["g_per_kwh"] = nullptr;
  const grid::Outlook* outlook = board.Find(row.zone);
  if (outlook == nullptr) {
    out["unknown"] = WhyUnknown(row, board, provider);
    return out;
  }
  out["g_per_kwh"] = outlook->now.value();
  out["p10"] = AtNow(outlook->p10, now);
  out["p90"] = AtNow(outlook->p90, now);
  out["kind"] = ToString(outlook->kind);
  out["estimated"] = outlook->estimated;
  out["rung"] = ToString(outlook->rung);
  out["source"] = outlook->source;
  out["fetched_at"] = OrNull(IsYearly(*outlook) ? "" : FormatTime(outlook->fetched_at));
  out["issued_at"] = OrNull(IsYearly(*outlook) ? "" : FormatTime(outlook->issued_at));
  if (const auto low = LowOf(*outlook, now)) {
    out["low_24h"] = {{"g_per_kwh", low->intensity.value()}, {"at", FormatTime(low->at)}};
  }
  return out;
}

}  // namespace

std::string ZonesTable(const std::vector<ZoneRow>& rows, const grid::Board& board,
                       std::string_view provider) {
  std::vector<Cells> cells = {
      {"REGION", "NODES", "ZONE", "KIND", "G/KWH", "24H LOW (UTC)", "RUNG", "AGE", "SOURCE"}};
  for (const ZoneRow& row : rows) {
    cells.push_back(CellsOf(row, board));
  }
  return TextTable(cells) + MapTable(rows) + NotesOn(rows, board, provider);
}

std::string ZonesJson(const std::vector<ZoneRow>& rows, const grid::Board& board,
                      std::string_view provider) {
  json::array zones;
  for (const ZoneRow& row : rows) {
    zones.push_back(ToJson(row, board, provider));
  }
  return json::serialize(json::object{{"as_of", FormatTime(board.as_of())},
                                      {"provider", provider},
                                      {"zones", std::move(zones)}}) +
         "\n";
}

}  // namespace carbon::app
