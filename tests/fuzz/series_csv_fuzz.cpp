// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "grid/series_csv.h"

using carbon::grid::ParseForecastCsv;
using carbon::grid::ParseSeriesCsv;
using carbon::grid::Series;

namespace {

/// What was read is a series: steps of at least a second, values finite and not negative.
void Check(const Series& series) {
  if (series.empty() || series.step() < std::chrono::seconds(1)) {
    std::abort();
  }
  for (size_t i = 0; i < series.size(); ++i) {
    const auto value = series.Value(i);
    if (value && !(value->value() >= 0 && std::isfinite(value->value()))) {
      std::abort();
    }
  }
  if (series.Mean(series.start(), series.end()).has_value() != (series.UnknownSteps() == 0)) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto series = ParseSeriesCsv(text, "fuzz.csv")) {
    Check(*series);
  }
  if (const auto forecasts = ParseForecastCsv(text, "fuzz.csv")) {
    for (const auto& forecast : *forecasts) {
      Check(forecast.series);
    }
  }
  return 0;
}
