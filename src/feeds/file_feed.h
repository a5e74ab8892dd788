// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "feeds/feed.h"
#include "grid/reading.h"
#include "net/clock.h"

namespace carbon::feeds {

/// A zone's rows, `{"zone": …, "data" or "forecast": [{"datetime", "carbonIntensity"}]}`: those of
/// Electricity Maps' answers. not_found where no value is known.
Result<grid::Series> ParseZoneJson(std::string_view body, const grid::ZoneId& zone);

/// Whether `zone` can be the name of a file: no slashes, no dots, no blanks.
Status CheckZoneName(const grid::ZoneId& zone);

/// Signals from files, for clusters without a way out: `settings.base_url` is a folder that
/// somebody fills, and the kind is what the settings say. For a zone the first that exists of
/// ZONE.csv, ZONE.csv.gz (columns time, g_per_kwh) and ZONE.json. Steps that have begun are
/// history, the newest known of them is the observation; from the running step on they are the
/// forecast, issued when the file was last written, at the latest now. ZONE.forecast.csv (or .gz;
/// columns issued_at, time, g_per_kwh) takes its place where it exists: its newest issue until
/// now.
///
/// A file is read again when its size or time of change differ. Up to 16 MiB each, unpacked; two
/// weeks of history, `horizon_hours` of forecast. Invalid without a folder. `clock` outlives the
/// feed.
Result<std::unique_ptr<Feed>> MakeFileFeed(const FeedSettings& settings, const net::Clock& clock);

}  // namespace carbon::feeds
