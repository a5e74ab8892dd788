// SPDX-License-Identifier: Apache-2.0
// Any bytes as a published ConfigMap's zones: what is read keeps grid's promises and is written
// back the same.
#include "grid/zonal_intensity.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto zones = grid::ReadZones(text);
  if (!zones) {
    fuzz::Check(!zones.error().message.empty() && zones.error().message.size() < 250);
    return 0;
  }
  for (const grid::ZonalIntensity& zone : *zones) {
    fuzz::CheckIntensity(zone.intensity);
    fuzz::Check(zone.forecast.size() == grid::ZonalIntensity::kHours);
  }
  // Times may have come with fractions, which are not written.
  const auto again = grid::ReadZones(grid::WriteZones(*zones, size_t{1} << 20).json);
  fuzz::Check(again && again->size() <= zones->size());
  return 0;
}
