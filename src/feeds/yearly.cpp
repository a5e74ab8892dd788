// SPDX-License-Identifier: Apache-2.0
#include "feeds/yearly.h"

#include <cassert>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "feeds/answers.h"
#include "yearly.csv.h"

namespace carbon::feeds {
namespace {

enum Column { kProvider, kZone, kKind, kIntensity, kYear, kSource };

struct Mean {
  std::string_view provider;
  std::string_view zone;
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  grid::YearlyMean mean;

  auto Key() const { return std::tuple(provider, zone, kind); }
};

Result<Mean> MeanIn(const CsvTable& table, size_t row) {
  Mean mean;
  mean.provider = table.Field(row, kProvider);
  mean.zone = table.Field(row, kZone);
  const std::string_view source = table.Field(row, kSource);
  if (mean.provider.empty() || mean.zone.empty() || source.empty()) {
    return table.At(row, "provider, zone and source must not be empty");
  }
  const auto kind = grid::ParseSignalKind(table.Field(row, kKind));
  if (!kind) {
    return table.At(row, "'" + Printable(table.Field(row, kKind)) + "' is no kind of signal");
  }
  mean.kind = *kind;
  const auto intensity = ParseDouble(table.Field(row, kIntensity));
  if (!intensity || *intensity < 0 || *intensity > kHighestIntensity) {
    return table.At(row, "g_per_kwh '" + Printable(table.Field(row, kIntensity)) +
                             "' is not a number from 0 to 10000");
  }
  const std::string_view year = table.Field(row, kYear);
  mean.mean = {GramsPerKwh(*intensity),
               std::string(source) + (year.empty() ? "" : " " + Printable(year))};
  return mean;
}

}  // namespace

Result<YearlyMeansByZone> ParseYearlyCsv(std::string_view text, const std::string& name,
                                         std::string_view provider, grid::SignalKind kind) {
  const auto table =
      CsvTable::Parse(text, name, {"provider", "zone", "kind", "g_per_kwh", "year", "source"});
  if (!table) {
    return table.error();
  }
  YearlyMeansByZone means;
  std::set<std::tuple<std::string_view, std::string_view, grid::SignalKind>> seen;
  for (size_t row = 0; row < table->size(); ++row) {
    auto mean = MeanIn(*table, row);
    if (!mean) {
      return mean.error();
    }
    if (!seen.insert(mean->Key()).second) {
      return table->At(row, "zone " + Printable(mean->zone) + " has a mean of that kind already");
    }
    if (mean->provider == provider && mean->kind == kind) {
      means.emplace(grid::ZoneId{std::string(mean->zone)}, std::move(mean->mean));
    }
  }
  return means;
}

YearlyMeansByZone YearlyMeans(std::string_view provider, grid::SignalKind kind) {
  auto means = ParseYearlyCsv(kYearlyCsv, "data/yearly.csv", provider, kind);
  assert(means);
  return *std::move(means);
}

}  // namespace carbon::feeds
