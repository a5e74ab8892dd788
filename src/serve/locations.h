// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "grid/signal.h"
#include "serve/carbon_aware_sdk_api.h"

namespace carbon::serve {

/// A location as it was asked for, and its zone.
struct Place {
  std::string name;
  grid::ZoneId zone;
};

/// The zone of that name, or of the region of that name, whatever the case; nothing where there is
/// none on the board.
std::optional<grid::ZoneId> ZoneOf(std::string_view location, const GridKnowledge& known);

/// Every location, with its zone.
std::map<std::string, grid::ZoneId> AllLocations(const GridKnowledge& known);

}  // namespace carbon::serve
