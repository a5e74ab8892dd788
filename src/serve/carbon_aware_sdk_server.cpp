// SPDX-License-Identifier: Apache-2.0
#include "serve/carbon_aware_sdk_server.h"

#include <utility>

namespace carbon::serve {

Result<std::unique_ptr<net::HttpServer>> ServeCarbonAwareSdk(const net::ServerOptions& options,
                                                             const GridSources& sources,
                                                             Regions regions) {
  auto answer =
      [sources, regions = std::move(regions),
       reader = feeds::BoardReader(sources.boards)](const net::ServerRequest& request) mutable {
        const GridKnowledge known{
            .now = sources.clock.Now(),
            .board = reader.Read(),
            .observed = [&](const grid::ZoneId& zone, Time from,
                            Time to) { return sources.watch.Observed(zone, from, to); },
            .kind = sources.watch.kind(),
            .regions = regions};
        return AnswerCarbonAwareSdk(request, known);
      };
  return net::HttpServer::Start(options, std::move(answer));
}

}  // namespace carbon::serve
