// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "app/signal_flags.h"
#include "base/result.h"
#include "grid/board.h"
#include "net/clock.h"

namespace carbon::app {

/// Asks the flags' providers once for each of the zones, for at most twenty seconds, and hands out
/// what is known then, by what an archive holds too. What went wrong is written to stderr; a zone
/// of which nothing is known is no failure. Invalid where a flag is wrong. `clock` is the signals'.
Result<std::shared_ptr<const grid::Board>> LookOnce(const SignalFlags& flags,
                                                    std::vector<grid::ZoneId> zones,
                                                    const net::Clock& clock,
                                                    const std::stop_token& stop);

}  // namespace carbon::app
