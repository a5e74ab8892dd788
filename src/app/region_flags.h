// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "workloads/fleet.h"

namespace carbon::app {

/// Adds --region.
void AddRegionFlags(CLI::App& command, std::vector<std::string>& assignments);

/// The built-in map of regions, with the user's assignments in front of it.
Result<workloads::RegionMap> ParseRegions(const std::vector<std::string>& assignments);

}  // namespace carbon::app
