// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workloads/fleet.h"
#include "workloads/regions.h"

namespace carbon::app {

/// What the user knows of regions.
struct RegionFlags {
  std::vector<std::string> assignments;
  std::string file;
};

/// Adds --region and --regions.
void AddRegionFlags(CLI::App& command, RegionFlags& flags);
/// Adds --regions alone.
void AddRegionsFile(CLI::App& command, RegionFlags& flags);

/// Where regions lie.
struct RegionTables {
  workloads::RegionRows rows;  ///< those of --regions, if it is given, before the built-in ones
  workloads::RegionMap map;    ///< in the provider's names: --region first, then `rows`
};

/// As the flags say; invalid where one is wrong. Files are called as Electricity Maps calls zones,
/// unless rows say otherwise.
Result<RegionTables> ParseRegions(const RegionFlags& flags, std::string_view provider);

}  // namespace carbon::app
