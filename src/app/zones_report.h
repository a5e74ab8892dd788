// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "grid/board.h"
#include "grid/signal.h"

namespace carbon::app {

/// A region of the cluster, or a zone that was asked for by name.
struct ZoneRow {
  std::string region;     ///< empty: asked for by name
  size_t nodes = 0;       ///< usable ones
  grid::ZoneId zone;      ///< empty name: no zone is known for the region
  std::string mapped_by;  ///< who says that the region lies in the zone
};

/// For people: a line per row, then what is to be known of them. Ends with a newline.
std::string ZonesTable(const std::vector<ZoneRow>& rows, const grid::Board& board);
/// {"as_of","zones":[{"region","nodes","zone","mapped_by","kind","source","rung",…}]}; numbers that
/// are unknown are null, with "unknown" saying why.
std::string ZonesJson(const std::vector<ZoneRow>& rows, const grid::Board& board);

}  // namespace carbon::app
