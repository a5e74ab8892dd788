// SPDX-License-Identifier: Apache-2.0
#include "feeds/recordings.h"

#include <set>
#include <utility>

#include "base/text.h"
#include "feeds/electricity_maps.h"
#include "net/files.h"

namespace carbon::feeds {
namespace {

constexpr size_t kMostBytes = size_t{256} << 20;

Result<Recording> Load(const RecordingFiles& files) {
  const auto actual_text = net::ReadFile(files.actual, kMostBytes);
  if (!actual_text) {
    return actual_text.error();
  }
  auto actual = grid::ParseSeriesCsv(*actual_text, files.actual);
  if (!actual) {
    return actual.error();
  }
  Recording recording{files.zone, files.kind, *std::move(actual), {}};
  if (files.forecast.empty()) {
    return recording;
  }
  const auto forecast_text = net::ReadFile(files.forecast, kMostBytes);
  if (!forecast_text) {
    return forecast_text.error();
  }
  auto forecasts = grid::ParseForecastCsv(*forecast_text, files.forecast);
  if (!forecasts) {
    return forecasts.error();
  }
  recording.forecasts = *std::move(forecasts);
  return recording;
}

std::string PathOf(const std::string& stem, const char* what, grid::SignalKind kind) {
  return stem + what + std::string(EmissionFactorType(kind)) + ".csv.gz";
}

}  // namespace

Result<RecordingFiles> ParseRecordingFlag(std::string_view text, grid::SignalKind kind) {
  const size_t equals = text.find('=');
  const auto files = Split(equals == std::string_view::npos ? "" : text.substr(equals + 1), ',');
  if (equals == 0 || files[0].empty() || files.size() > 2 || files.back().empty()) {
    return Invalid("'" + Printable(text) + "' is not ZONE=ACTUAL.csv.gz[,FORECAST.csv.gz]");
  }
  return RecordingFiles{{std::string(text.substr(0, equals))},
                        kind,
                        std::string(files[0]),
                        files.size() == 2 ? std::string(files[1]) : ""};
}

Result<std::vector<RecordingFiles>> RecordingsBelow(const std::string& folder) {
  const std::string carbon = folder + "/carbon/";
  const std::string list = carbon + "zones.csv";
  const auto text = net::ReadFile(list, kMostBytes);
  if (!text) {
    return text.error();
  }
  const auto table = CsvTable::Parse(*text, list, {"file", "zone"});
  if (!table) {
    return table.error();
  }
  std::vector<RecordingFiles> files;
  for (size_t row = 0; row < table->size(); ++row) {
    const std::string stem = carbon + std::string(table->Field(row, 0));
    for (const auto kind :
         {grid::SignalKind::average_lifecycle, grid::SignalKind::average_direct}) {
      files.push_back({{std::string(table->Field(row, 1))},
                       kind,
                       PathOf(stem, "_", kind),
                       PathOf(stem, "_forecast_", kind)});
    }
  }
  return files;
}

Result<std::vector<Recording>> LoadRecordings(const std::vector<RecordingFiles>& files) {
  std::vector<Recording> recordings;
  std::set<std::pair<grid::ZoneId, grid::SignalKind>> seen;
  for (const RecordingFiles& entry : files) {
    if (!seen.insert({entry.zone, entry.kind}).second) {
      return Invalid("zone " + Printable(entry.zone.name) + " is recorded twice as " +
                     std::string(ToString(entry.kind)));
    }
    auto recording = Load(entry);
    if (!recording) {
      return recording.error();
    }
    recordings.push_back(*std::move(recording));
  }
  return recordings;
}

}  // namespace carbon::feeds
