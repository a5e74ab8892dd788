// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/trace.h"

namespace carbon::app {

/// Reads what --jobs names: a CSV file, whose times are in `unit`. Reads line by line, so that the
/// file may be larger than the memory that its jobs take. Errors name the file and the line.
Result<sim::Trace> ReadTrace(const std::vector<std::string>& paths, sim::JobUnit unit);

}  // namespace carbon::app
