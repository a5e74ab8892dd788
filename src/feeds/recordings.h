// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "feeds/recorded_grid.h"

namespace carbon::feeds {

/// Where a recording lies.
struct RecordingFiles {
  grid::ZoneId zone;
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  std::string actual;
  std::string forecast;  ///< empty: there is none

  bool operator==(const RecordingFiles&) const = default;
};

/// Reads the --recording flag: "ZONE=ACTUAL.csv.gz[,FORECAST.csv.gz]".
Result<RecordingFiles> ParseRecordingFlag(std::string_view text, grid::SignalKind kind);

/// All recordings, of both kinds, below a folder of recorded data, in the order of its
/// carbon/zones.csv (columns file, zone): carbon/FILE_KIND.csv.gz and
/// carbon/FILE_forecast_KIND.csv.gz, KIND being lifecycle and direct.
Result<std::vector<RecordingFiles>> RecordingsBelow(const std::string& folder);

/// Reads the files (grid/series_csv.h says what they hold; gzip is unpacked). Invalid where one
/// cannot be read or a zone stands twice with one kind.
Result<std::vector<Recording>> LoadRecordings(const std::vector<RecordingFiles>& files);

}  // namespace carbon::feeds
