// SPDX-License-Identifier: Apache-2.0
#include "workloads/regions.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "regions.csv.h"

namespace carbon::workloads {
namespace {

using Use = RegionRow::Use;

constexpr std::string_view kElectricityMaps = "electricity-maps";
constexpr std::string_view kNameLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
constexpr size_t kLongestName = 63;  // of a label's value

/// What a label's value and a zone's name are made of.
bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         text.find_first_not_of(kNameLetters) == std::string_view::npos;
}

// ---- Files

enum Column { kCloud, kRegion, kLatitude, kLongitude, kProvider, kZone, kUse, kSource, kAsOf };
const std::vector<std::string_view> kColumns = {
    "cloud", "region", "latitude", "longitude", "provider", "zone", "use", "source", "as_of"};

Result<std::string> NameIn(const CsvTable& table, size_t row, Column column) {
  const std::string_view field = table.Field(row, column);
  if (!IsName(field)) {
    return table.At(row, std::string(kColumns[column]) + " '" + Printable(field) +
                             "' is not a name of 1 to 63 letters, digits, '-', '_', '.'");
  }
  return std::string(field);
}

Result<std::optional<grid::Position>> PositionIn(const CsvTable& table, size_t row) {
  const std::string_view north = table.Field(row, kLatitude);
  const std::string_view east = table.Field(row, kLongitude);
  if (north.empty() && east.empty()) {
    return std::optional<grid::Position>();
  }
  const auto y = ParseDouble(north);
  const auto x = ParseDouble(east);
  if (!y || !x || std::abs(*y) > 90 || std::abs(*x) > 180) {
    return table.At(row, "latitude '" + Printable(north) + "' and longitude '" + Printable(east) +
                             "' are no place: degrees to 90 and to 180 (or both empty)");
  }
  return std::optional(grid::Position{*y, *x});
}

Result<Use> UseIn(const CsvTable& table, size_t row) {
  const std::string_view field = table.Field(row, kUse);
  if (field == "default") {
    return Use::chosen;
  }
  if (field == "alternative") {
    return Use::alternative;
  }
  if (field == "none") {
    return Use::none;
  }
  return table.At(row, "use '" + Printable(field) + "' is none of default, alternative and none");
}

Result<std::string> DayIn(const CsvTable& table, size_t row) {
  const std::string day(table.Field(row, kAsOf));
  if (!day.empty() && (day.size() != 10 || !ParseTime(day + "T00:00Z"))) {
    return table.At(row, "as_of '" + Printable(day) + "' is not a day such as 2026-08-21");
  }
  return day;
}

/// Where the row's zone is concerned: none where there is to be none.
Result<grid::ZoneId> ZoneIn(const CsvTable& table, size_t row, Use used) {
  if (used != Use::none) {
    auto name = NameIn(table, row, kZone);
    return name ? Result<grid::ZoneId>({*std::move(name)}) : name.error();
  }
  if (!table.Field(row, kZone).empty()) {
    return table.At(row, "a row of use none names a zone");
  }
  return grid::ZoneId{};
}

Result<RegionRow> RowIn(const CsvTable& table, size_t row, const std::string& name) {
  auto in_cloud = NameIn(table, row, kCloud);
  auto label = NameIn(table, row, kRegion);
  auto named_by = NameIn(table, row, kProvider);
  for (const auto* text : {&in_cloud, &label, &named_by}) {
    if (!*text) {
      return text->error();
    }
  }
  const auto position = PositionIn(table, row);
  if (!position) {
    return position.error();
  }
  const auto used = UseIn(table, row);
  if (!used) {
    return used.error();
  }
  auto at = ZoneIn(table, row, *used);
  if (!at) {
    return at.error();
  }
  auto day = DayIn(table, row);
  if (!day) {
    return day.error();
  }
  const std::string_view said_by = table.Field(row, kSource);
  return RegionRow{.place = {*std::move(in_cloud), *std::move(label), *position},
                   .provider = *std::move(named_by),
                   .zone = *std::move(at),
                   .use = *used,
                   .source = said_by.empty() ? name : Printable(said_by),
                   .as_of = *std::move(day)};
}

/// What a table has seen, so that nothing stands there twice.
class Seen {
 public:
  /// What is wrong with one more row; empty where nothing is.
  std::string Add(const RegionRow& row) {
    if (row.use != Use::alternative && !decided_.insert({row.place.region, row.provider}).second) {
      return "region " + row.place.region + " has a default (or none) for " + row.provider +
             " already";
    }
    if (!rows_.insert({row.place.region, row.provider, row.zone}).second) {
      return "zone " + row.zone.name + " stands twice for region " + row.place.region;
    }
    return "";
  }

 private:
  std::set<std::pair<std::string, std::string>> decided_;
  std::set<std::tuple<std::string, std::string, grid::ZoneId>> rows_;
};

// ---- Maps

bool Said(const RegionInfo& info, const grid::ZoneId& in) {
  return info.zone == in || std::any_of(info.alternatives.begin(), info.alternatives.end(),
                                        [&](const ZoneClaim& claim) { return claim.zone == in; });
}

/// A region's rows for two providers.
struct Pair {
  std::vector<const RegionRow*> from;
  std::vector<const RegionRow*> to;
};

/// The zones of pair.from that are what `named` names.
std::vector<const RegionRow*> Same(const Pair& pair, const RegionRow& named) {
  std::vector<const RegionRow*> same;
  for (const RegionRow* row : pair.from) {
    if (row->source == named.source) {
      same.push_back(row);
    }
  }
  if (same.empty() && named.use == Use::chosen) {
    for (const RegionRow* row : pair.from) {
      if (row->use == Use::chosen) {
        same.push_back(row);
      }
    }
  }
  return same;
}

/// "A=B", two names.
Result<std::pair<std::string, std::string>> ParseAssignment(std::string_view text,
                                                            const std::string& form) {
  const auto parts = Split(text, '=');
  if (parts.size() != 2 || !IsName(parts[0]) || !IsName(parts[1])) {
    return Invalid("'" + Printable(text) + "' is not " + form);
  }
  return std::pair(std::string(parts[0]), std::string(parts[1]));
}

}  // namespace

Result<RegionRows> ParseRegionsCsv(std::string_view text, const std::string& name) {
  const auto table = CsvTable::Parse(text, name, kColumns);
  if (!table) {
    return table.error();
  }
  RegionRows rows;
  Seen seen;
  for (size_t i = 0; i < table->size(); ++i) {
    auto row = RowIn(*table, i, name);
    if (!row) {
      return row.error();
    }
    if (const std::string wrong = seen.Add(*row); !wrong.empty()) {
      return table->At(i, wrong);
    }
    rows.push_back(*std::move(row));
  }
  return rows;
}

RegionRows BuiltInRegions() {
  auto rows = ParseRegionsCsv(kRegionsCsv, "data/regions.csv");
  assert(rows);
  return *std::move(rows);
}

RegionMap MapRegions(const RegionRows& rows, std::string_view provider) {
  std::map<std::string, const RegionRow*> deciding;
  for (const RegionRow& row : rows) {
    if (row.provider == provider && row.use != Use::alternative) {
      deciding.emplace(row.place.region, &row);
    }
  }
  RegionMap regions;
  for (const auto& [region, row] : deciding) {
    if (row->use == Use::chosen) {
      regions.emplace(region, RegionInfo{.zone = row->zone,
                                         .pue = {},
                                         .source = row->source,
                                         .as_of = row->as_of,
                                         .alternatives = {}});
    }
  }
  for (const RegionRow& row : rows) {
    const auto found = regions.find(row.place.region);
    if (found != regions.end() && row.provider == provider && row.use != Use::none &&
        !Said(found->second, row.zone)) {
      found->second.alternatives.push_back({row.zone, row.source, row.as_of});
    }
  }
  return regions;
}

Status OverrideRegion(RegionMap& regions, std::string_view assignment) {
  auto parsed = ParseAssignment(assignment, "REGION=ZONE, such as eu-north-1=SE");
  if (!parsed) {
    return parsed.error();
  }
  RegionInfo& info = regions[parsed->first];
  const ZoneClaim before{info.zone, info.source, info.as_of};
  info.zone = {std::move(parsed->second)};
  info.source = "--region";
  info.as_of = "";
  auto& others = info.alternatives;
  if (!before.zone.name.empty() && before.source != "--region") {
    others.insert(others.begin(), before);
  }
  others.erase(std::remove_if(others.begin(), others.end(),
                              [&](const ZoneClaim& claim) { return claim.zone == info.zone; }),
               others.end());
  return {};
}

std::optional<grid::Place> PlaceOf(const RegionRows& rows, std::string_view region) {
  std::optional<grid::Place> place;
  int best = -1;
  for (const RegionRow& row : rows) {
    // A place without a position is better than none; best is that of the zone that is taken.
    const bool taken = row.provider == kElectricityMaps && row.use == Use::chosen;
    const int rank = (row.place.position ? 2 : 0) + (taken ? 1 : 0);
    if (row.place.region == region && rank > best) {
      place = row.place;
      best = rank;
    }
  }
  return place;
}

ZoneNames TranslateZones(const RegionRows& rows, std::string_view from, std::string_view to) {
  std::map<std::string, Pair> pairs;
  for (const RegionRow& row : rows) {
    if (row.use != Use::none && row.provider == from) {
      pairs[row.place.region].from.push_back(&row);
    }
    if (row.use != Use::none && row.provider == to) {
      pairs[row.place.region].to.push_back(&row);
    }
  }
  std::map<grid::ZoneId, std::set<grid::ZoneId>> found;
  for (const auto& [region, pair] : pairs) {
    for (const RegionRow* named : pair.to) {
      for (const RegionRow* same : Same(pair, *named)) {
        found[same->zone].insert(named->zone);
      }
    }
  }
  ZoneNames names;
  for (const auto& [at, called] : found) {
    if (called.size() == 1) {
      names.emplace(at, *called.begin());
    }
  }
  return names;
}

Status OverrideZoneName(ZoneNames& names, std::string_view assignment) {
  auto parsed = ParseAssignment(assignment, "ZONE=NAME, such as US-CAL-CISO=CISO");
  if (!parsed) {
    return parsed.error();
  }
  names.insert_or_assign(grid::ZoneId{std::move(parsed->first)},
                         grid::ZoneId{std::move(parsed->second)});
  return {};
}

std::map<std::pair<std::string, std::string>, grid::ZoneId> DataCenters(const RegionRows& rows) {
  std::map<std::pair<std::string, std::string>, grid::ZoneId> centers;
  for (const RegionRow& row : rows) {
    if (row.provider == kElectricityMaps && row.source == kElectricityMaps &&
        row.use != Use::none) {
      centers.emplace(std::pair(row.place.cloud, row.place.region), row.zone);
    }
  }
  return centers;
}

}  // namespace carbon::workloads
