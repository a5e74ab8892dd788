// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"
#include "grid/reading.h"
#include "grid/series.h"
#include "grid/zone_record.h"

namespace carbon::sim {

/// From `from` until before `to`. from < to.
struct Outage {
  Time from;
  Time to;
};

/// Tells a zone's record what a provider would have told of the zone, each thing when it became
/// known: a step as it begins, a forecast as it is issued, and nothing that lies in the future. A
/// step that was not observed is not told of.
class ZoneFeed {
 public:
  /// `signal` and `forecasts` outlive this; what lies before `from` is never told. During an outage
  /// of the signal nothing is heard, during one of the forecasts none of them; what was missed is
  /// heard when it ends, of forecasts only the newest.
  ZoneFeed(const grid::Series& signal, const std::vector<grid::Forecast>& forecasts, Time from,
           std::vector<Outage> signal_outages, std::vector<Outage> forecast_outages);

  /// When there is something to hear that HearUntil() has not told yet; nothing: never.
  std::optional<Time> NextNews() const;
  /// Tells `record`, of the same zone, all that is heard until `now`, `now` included.
  void HearUntil(Time now, grid::ZoneRecord& record);

 private:
  Time HeardAt(Time known, bool is_forecast) const;
  void SkipUnknown();
  grid::ZoneReading ReadingAt(Time heard, const grid::ZoneRecord& record);

  const grid::Series& signal_;
  const std::vector<grid::Forecast>& forecasts_;
  std::vector<Outage> signal_outages_;
  std::vector<Outage> forecast_outages_;
  size_t step_ = 0;      ///< of the signal, the next to be told
  size_t forecast_ = 0;  ///< the next to be told
};

}  // namespace carbon::sim
