// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/trace.h"

namespace carbon::app {

/// Reads what --jobs names: one CSV file, whose times are in `unit`, or event logs of Spark, each
/// of which is one job. What a file is shows its first line. Files are read line by line, so that
/// they may be larger than the memory that their jobs take. Errors name the file and the line.
Result<sim::Trace> ReadTrace(const std::vector<std::string>& paths, sim::JobUnit unit);

}  // namespace carbon::app
