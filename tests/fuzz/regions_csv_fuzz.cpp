// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "workloads/regions.h"

namespace workloads = carbon::workloads;

namespace {

void Require(bool promise) {
  if (!promise) {
    std::abort();
  }
}

void CheckRow(const workloads::RegionRow& row) {
  Require(!row.place.cloud.empty() && !row.place.region.empty() && row.place.region.size() <= 63);
  Require(row.zone.name.empty() == (row.use == workloads::RegionRow::Use::none));
  Require(!row.source.empty());
  if (const auto& position = row.place.position) {
    Require(std::abs(position->latitude) <= 90 && std::abs(position->longitude) <= 180);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rows = workloads::ParseRegionsCsv(text, "fuzz.csv");
  if (!rows) {
    Require(!rows.error().message.empty());
    return 0;
  }
  std::set<std::string> providers;
  for (const workloads::RegionRow& row : *rows) {
    CheckRow(row);
    providers.insert(row.provider);
  }
  for (const std::string& provider : providers) {
    for (const auto& [region, info] : workloads::MapRegions(*rows, provider)) {
      Require(!info.zone.name.empty() && workloads::PlaceOf(*rows, region).has_value());
    }
    (void)workloads::TranslateZones(*rows, *providers.begin(), provider);
  }
  return 0;
}
