// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "sim/sweep.h"

namespace carbon::app {

/// What the policies made of one zone.
struct ZoneReport {
  std::string zone;
  size_t submitted = 0;
  size_t unknown = 0;
  size_t rejected = 0;
  Grams run_now;  ///< what the same jobs emit with run-now
  Grams oracle;   ///< and with perfect foresight of the signal and of their lengths
  std::vector<sim::Swept> policies;
};

struct SimulateReport {
  std::string_view rules;
  Time start;
  Duration window{};
  size_t windows = 1;
  Duration every{};  ///< between the starts of two windows
  Watts per_cpu;
  std::vector<ZoneReport> zones;
};

/// A way to write the report; each ends with a newline.
struct ReportFormat {
  std::string_view name;
  std::string (*write)(const SimulateReport&);
};

/// The format of that name ("table", "json", "csv"), or null.
const ReportFormat* FindReportFormat(std::string_view name);

/// Emissions relative to run-now; nothing where run-now emits nothing.
std::optional<double> RatioToRunNow(const ZoneReport& zone, const sim::Outcome& outcome);
/// The part of the oracle's saving that is reached; nothing where the oracle saves nothing.
std::optional<double> OracleShare(const ZoneReport& zone, const sim::Outcome& outcome);

}  // namespace carbon::app
