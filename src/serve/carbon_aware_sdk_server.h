// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "feeds/board_channel.h"
#include "feeds/grid_watch.h"
#include "net/clock.h"
#include "net/http_server.h"
#include "serve/carbon_aware_sdk_api.h"

namespace carbon::serve {

/// Where a server's knowledge comes from. All outlive it.
struct GridSources {
  const feeds::GridWatch& watch;
  /// The watch's boards, published at news and often besides.
  const feeds::BoardChannel& boards;
  const net::Clock& clock;  ///< the watch's
};

/// Opens the Carbon Aware SDK's web API on what a watch knows.
///
/// The server's one thread reads the board from the channel, without a lock: what is asked for
/// most, the forecasts, never waits for a board in the making or for the archive's disk. A board is
/// made by one thread only, the one that publishes, because the moments for which the watch is
/// asked have to ascend. What was observed is copied out of the watch, under its lock, one zone at
/// a time.
Result<std::unique_ptr<net::HttpServer>> ServeCarbonAwareSdk(const net::ServerOptions& options,
                                                             const GridSources& sources,
                                                             Regions regions);

}  // namespace carbon::serve
