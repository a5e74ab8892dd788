// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "grid/board.h"
#include "grid/zone_record.h"
#include "sim/fleet_scenario.h"
#include "sim/zone_feed.h"

namespace carbon::sim {

/// What is known of all zones of a scenario as time goes on, its outages included, by somebody who
/// has listened since eight weeks before the start. Not thread-safe.
class FleetGrid {
 public:
  /// `scenario` outlives this.
  explicit FleetGrid(const FleetScenario& scenario);

  /// As of `now`. Times of calls ascend. Never null.
  std::shared_ptr<const grid::Board> BoardAt(Time now);
  /// When a zone brings what no board has shown yet; nothing: never.
  std::optional<Time> NextNews() const;

 private:
  std::map<grid::ZoneId, grid::ZoneRecord> records_;
  std::vector<std::pair<grid::ZoneId, ZoneFeed>> feeds_;
};

}  // namespace carbon::sim
