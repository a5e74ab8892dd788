// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "app/signal_flags.h"
#include "base/result.h"
#include "feeds/archive.h"
#include "feeds/feed.h"
#include "feeds/grid_watch.h"
#include "grid/board.h"
#include "grid/reading.h"
#include "net/clock.h"

namespace carbon::app {

/// What a look is taken with.
struct LookParts {
  std::vector<std::unique_ptr<feeds::Feed>> feeds;
  std::unique_ptr<feeds::Archive> archive;  ///< may be null
  std::unique_ptr<feeds::Feed> weather;     ///< may be null
  feeds::GridWatchOptions watch;            ///< its zones are those that are looked at
};

/// As the flags say; invalid where one is wrong. `clock` is the signals' and outlives the parts.
Result<LookParts> MakeLookParts(const SignalFlags& flags, const net::Clock& clock,
                                const workloads::RegionRows& rows = workloads::BuiltInRegions());

/// Asks the providers once for each of the zones, for at most twenty seconds, and hands out what is
/// known then, by what the archive holds too. What went wrong is written to stderr; a zone of which
/// nothing is known is no failure.
std::shared_ptr<const grid::Board> LookOnce(LookParts parts, std::vector<grid::ZoneId> zones,
                                            const net::Clock& clock, const std::stop_token& stop);

}  // namespace carbon::app
