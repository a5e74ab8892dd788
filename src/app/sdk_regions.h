// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serve/carbon_aware_sdk_api.h"
#include "workloads/fleet.h"

namespace carbon::app {

/// The regions of the map, for the Carbon Aware SDK's API.
inline serve::Regions SdkRegions(const workloads::RegionMap& map) {
  serve::Regions regions;
  for (const auto& [region, info] : map) {
    regions.emplace(region, info.zone);
  }
  return regions;
}

}  // namespace carbon::app
