// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cluster_flags.h"
#include "base/result.h"
#include "net/clock.h"
#include "workloads/node.h"

namespace carbon::app {

/// The cluster's nodes. Asks the API server for at most twenty seconds of `real_clock`.
Result<std::vector<workloads::NodeView>> NodesOf(const ClusterFlags& flags,
                                                 const net::Clock& real_clock,
                                                 const std::stop_token& stop);

/// The regions of these nodes, by label, with how many nodes each has that can be used.
Result<std::map<std::string, size_t>> RegionsOf(const ClusterFlags& flags,
                                                const net::Clock& real_clock,
                                                const std::stop_token& stop);

}  // namespace carbon::app
