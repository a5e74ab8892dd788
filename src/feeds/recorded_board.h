// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "base/time.h"
#include "feeds/recorded_grid.h"
#include "grid/board.h"

namespace carbon::feeds {

/// What would have been known at `now` of the zones that were recorded, by a process that had heard
/// every step and every forecast of the eight weeks before, as soon as each was there. Nothing that
/// lies after `now` counts, but for the rest of the running step. The recordings are of one kind;
/// the first of a zone counts. Never null.
std::shared_ptr<const grid::Board> RecordedBoard(const std::vector<Recording>& recordings,
                                                 Time now);

}  // namespace carbon::feeds
