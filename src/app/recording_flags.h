// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "feeds/recorded_grid.h"

namespace carbon::app {

/// Which recorded grids a command works on.
struct RecordingFlags {
  std::vector<std::string> recordings;
  std::string kind = "lifecycle";
  std::string data;
};

/// Adds --recording, --kind (one of `kinds`) and --data.
void AddRecordingFlags(CLI::App& command, RecordingFlags& flags, std::vector<std::string> kinds);

/// What --kind says.
grid::SignalKind KindOf(const RecordingFlags& flags);

/// Reads what the flags name; invalid where they name nothing.
Result<std::vector<feeds::Recording>> LoadRecordings(const RecordingFlags& flags);

}  // namespace carbon::app
