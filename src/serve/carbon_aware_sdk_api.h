// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/time.h"
#include "grid/board.h"
#include "grid/series.h"
#include "grid/signal.h"
#include "net/http_server.h"

namespace carbon::serve {

/// A cloud's regions and the zones they lie in.
using Regions = std::map<std::string, grid::ZoneId>;

/// What is known of the grid when a request comes. All of one kind of signal.
struct GridKnowledge {
  Time now;
  const grid::Board& board;
  /// What was observed in a zone: the steps that overlap [from, to), some weeks of them at most.
  std::function<grid::Series(const grid::ZoneId&, Time from, Time to)> observed;
  grid::SignalKind kind = grid::SignalKind::average_lifecycle;
  const Regions& regions;  ///< those whose zone is on the board are locations, and so are its zones
};

/// Answers a request as the web API of the Green Software Foundation's Carbon Aware SDK (1.7) does,
/// from what is known: docs/reference/carbon-aware-sdk-api.md. Pure, if `known.observed` is.
///
/// Emissions are what was observed, never what is expected; forecasts are the board's. What is
/// unknown is left out, and where nothing is left the answer is 204. All that can be asked for at
/// once is bounded.
net::HttpResponse AnswerCarbonAwareSdk(const net::ServerRequest& request,
                                       const GridKnowledge& known);

}  // namespace carbon::serve
