// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feeds/feed.h"
#include "grid/board.h"
#include "grid/signal.h"
#include "workloads/fleet.h"

namespace carbon::app {

/// A region of the cluster, or a zone that was asked for by name.
struct ZoneRow {
  std::string region;     ///< empty: asked for by name
  size_t nodes = 0;       ///< usable ones
  grid::ZoneId zone;      ///< empty name: the provider has no name for the region
  std::string mapped_by;  ///< who says that the region lies in the zone
  std::string as_of;      ///< when that was said; may be empty
  std::vector<workloads::ZoneClaim> alternatives = {};   ///< what others say
  std::optional<feeds::Located> located = std::nullopt;  ///< what the provider says, if asked
};

/// What the provider called `provider` knows of the rows' zones. For people: a line per row, then
/// who says where the regions lie, then what is to be known of them. Ends with a newline.
std::string ZonesTable(const std::vector<ZoneRow>& rows, const grid::Board& board,
                       std::string_view provider);
/// {"as_of","provider","zones":[{"region","nodes","zone","mapped_by","kind","source","rung",…}]};
/// numbers that are unknown are null, with "unknown" saying why.
std::string ZonesJson(const std::vector<ZoneRow>& rows, const grid::Board& board,
                      std::string_view provider);

}  // namespace carbon::app
