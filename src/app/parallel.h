// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace carbon::app {

/// Calls `task` once with each index below `count`, on at most `threads` threads at once but no
/// more than the machine has cores; they begin in ascending order. Returns when all are done.
/// `task` does not throw.
void ForEachIndex(size_t count, size_t threads, const std::function<void(size_t)>& task);

}  // namespace carbon::app
