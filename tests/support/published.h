// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "grid/zonal_intensity.h"

namespace carbon {

inline const Time kNoon = *ParseTime("2021-07-01T12:00:00Z");

/// data.zones of a ConfigMap in which each zone keeps its intensity, from kNoon on.
inline std::string Published(const std::vector<std::pair<std::string, double>>& zones,
                             grid::SignalKind kind = grid::SignalKind::average_lifecycle) {
  std::vector<grid::ZonalIntensity> published;
  for (const auto& [zone, intensity] : zones) {
    published.push_back(
        {.zone = {zone},
         .intensity = GramsPerKwh(intensity),
         .timestamp = kNoon,
         .forecast = grid::Series(kNoon, std::chrono::hours(1),
                                  std::vector<double>(grid::ZonalIntensity::kHours, intensity)),
         .kind = kind,
         .rung = grid::Rung::fresh,
         .source = "test",
         .estimated = false,
         .issued_at = kNoon,
         .heard_at = kNoon,
         .p10 = {},
         .p90 = {}});
  }
  return grid::WriteZones(published, size_t{1} << 20).json;
}

}  // namespace carbon
