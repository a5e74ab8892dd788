// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/outlook.h"
#include "grid/reading.h"
#include "grid/series.h"
#include "grid/signal.h"

namespace carbon::grid {

/// One zone as it is published for others: what it is now and for the next day. Intensities are
/// rounded to a hundredth of a gram, times to seconds, so that a value reads back as it was.
struct ZonalIntensity {
  static constexpr size_t kHours = 24;

  ZoneId zone;
  GramsPerKwh intensity;  ///< of the step that starts at `timestamp`
  Time timestamp;
  Series forecast;  ///< kHours hourly means from `timestamp` on; unknown where a part of one is
  SignalKind kind = SignalKind::average_lifecycle;
  Rung rung = Rung::fresh;
  std::string source;  ///< who said it
  bool estimated = false;
  Time issued_at;                  ///< of the forecast
  Time heard_at;                   ///< when the source was last heard
  std::optional<GramsPerKwh> p10;  ///< of `intensity`; nothing where there is no record of errors
  std::optional<GramsPerKwh> p90;

  static ZonalIntensity Of(const Outlook& outlook);

  bool operator==(const ZonalIntensity&) const = default;
};

/// True where both say the same of the zone, whenever the source was last heard.
bool SameButForAge(const ZonalIntensity& a, const ZonalIntensity& b);

/// A JSON array of {"zone", "intensity", "timestamp", "forecast": [24 values], …}, as
/// docs/reference/formats.md shows it. The first zones as they come, as many as `most_bytes` hold;
/// `left_out` tells how many they do not.
struct WrittenZones {
  std::string json;
  size_t left_out = 0;
};
WrittenZones WriteZones(std::span<const ZonalIntensity> zones, size_t most_bytes);

/// The reverse. Fields that are not known are passed over; "kind", "rung" and the other additions
/// to the first four have to be there. Invalid, with the entry and what is wrong with it, for all
/// else, for more than 1 MiB and for more than 4000 zones. Pure, and quotes at most 60 bytes.
Result<std::vector<ZonalIntensity>> ReadZones(std::string_view json);

/// What was published, as if a provider had told it: for a start that nothing else is known at.
/// Nothing where it was not a provider's word, but only what is usual, or a stand-in's.
std::optional<ZoneReading> ReadingOf(const ZonalIntensity& published);

}  // namespace carbon::grid
