// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "grid/signal.h"
#include "grid/zone_record.h"

namespace carbon::feeds {

using YearlyMeansByZone = std::map<grid::ZoneId, grid::YearlyMean>;

/// The means of that kind, by the provider's names of zones, in a table: CSV with the columns
/// provider, zone, kind (as grid::ToString), g_per_kwh (0 to 10000), year (may be empty), source.
/// Errors read "name:line: what"; every row is read, whomever it is for.
Result<YearlyMeansByZone> ParseYearlyCsv(std::string_view text, const std::string& name,
                                         std::string_view provider, grid::SignalKind kind);

/// The same in the table that the binary carries (data/yearly.csv). Zones without a mean of that
/// kind are absent: kinds never stand in for each other.
YearlyMeansByZone YearlyMeans(std::string_view provider, grid::SignalKind kind);

}  // namespace carbon::feeds
