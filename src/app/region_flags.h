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

/// The rows of --regions, if it is given, before those that the binary carries.
Result<workloads::RegionRows> LoadRegions(const RegionFlags& flags);

/// The regions in the provider's names: --region first, then `rows`. Files are called as
/// Electricity Maps calls zones, unless rows say otherwise.
Result<workloads::RegionMap> ParseRegions(const RegionFlags& flags,
                                          const workloads::RegionRows& rows,
                                          std::string_view provider);
/// Both in one.
Result<workloads::RegionMap> ParseRegions(const RegionFlags& flags, std::string_view provider);

}  // namespace carbon::app
