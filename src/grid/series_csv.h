// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grid/reading.h"
#include "grid/series.h"

namespace carbon::grid {

/// Reads a signal file: CSV with the columns `time` (RFC 3339) and `g_per_kwh` (>= 0; empty =
/// unknown); other columns are ignored. Times ascend; the step is the smallest difference between
/// two rows, at least one second, and rows that are absent in between are unknown. Errors read
/// "name:line: what". At most 20 million steps.
Result<Series> ParseSeriesCsv(std::string_view text, const std::string& name);

/// Reads forecasts as they were issued: columns `issued_at`, `time` (RFC 3339), `g_per_kwh`.
/// The rows of one issue stand together and ascend; issues ascend.
Result<std::vector<Forecast>> ParseForecastCsv(std::string_view text, const std::string& name);

}  // namespace carbon::grid
