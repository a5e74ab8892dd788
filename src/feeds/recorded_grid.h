// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "grid/reading.h"
#include "grid/series_csv.h"
#include "net/http_server.h"

namespace carbon::feeds {

/// What one zone's grid did, and what was forecast at the time.
struct Recording {
  grid::ZoneId zone;
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  grid::Series actual;
  std::vector<grid::Forecast> forecasts;  ///< ascending by issued_at; may be empty
};

/// By cloud and region ("aws", "us-west-2"), in lower case, the zone in which it lies.
using DataCenters = std::map<std::pair<std::string, std::string>, grid::ZoneId>;

/// Answers requests as Electricity Maps would have, had it been asked at `now`: versions 3 and 4 of
/// carbon-intensity/{latest,history,past,past-range,forecast} and /zones, errors included. Nothing
/// that lies after `now` is told, but for the rest of the running hour, and of forecasts only what
/// had been issued. Pure; const methods may be called from any thread.
///
/// Like the service: integers (rounded), hourly rows (or 15_minutes, 5_minutes), times in UTC with
/// milliseconds, 401 with a zoneKey for zones that are not recorded and signals other than
/// carbon-intensity, a place told by zone or by dataCenterProvider and dataCenterRegion, the
/// caller's own zone (here the first recording) where a request names no place that is known and
/// does not forbid it. Unlike it: no value is ever "estimated", latitude and longitude are no
/// place, and daily to yearly granularity is refused.
class RecordedGrid {
 public:
  /// `token` is what requests must bring; empty: none is asked for. The first recording of a zone
  /// and kind counts.
  RecordedGrid(std::vector<Recording> recordings, std::string token, DataCenters data_centers = {});

  net::HttpResponse Answer(const net::ServerRequest& request, Time now) const;

  const std::set<grid::ZoneId>& Zones() const { return zones_; }

 private:
  bool Authorised(const net::ServerRequest& request) const;
  /// The zone that a request is about; empty where it names no place that is known.
  std::string ZoneAsked(const net::ServerRequest& request) const;
  const Recording* Find(const std::string& zone, grid::SignalKind kind) const;
  net::HttpResponse ListZones(const net::ServerRequest& request, bool v4) const;
  net::HttpResponse CarbonIntensity(const net::ServerRequest& request, bool v4,
                                    std::string_view temporality, Time now) const;

  std::vector<Recording> recordings_;
  std::set<grid::ZoneId> zones_;
  std::string token_;
  DataCenters data_centers_;
};

}  // namespace carbon::feeds
