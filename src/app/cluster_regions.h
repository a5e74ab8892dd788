// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <stop_token>
#include <string>

#include "app/cluster_flags.h"
#include "base/result.h"
#include "net/clock.h"

namespace carbon::app {

/// The regions of the cluster's nodes, by label, with how many nodes each has that can be used.
/// Asks the API server for at most twenty seconds of `real_clock`.
Result<std::map<std::string, size_t>> RegionsOf(const ClusterFlags& flags,
                                                const net::Clock& real_clock,
                                                const std::stop_token& stop);

}  // namespace carbon::app
