// SPDX-License-Identifier: Apache-2.0
#include "grid/series_csv.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"

namespace carbon::grid {
namespace {

constexpr int64_t kMostSteps = 20'000'000;

/// Ascending points in time with a value each, on their way to becoming a Series.
struct Points {
  std::vector<Time> times;
  std::vector<double> values;
};

/// Parses the value of a row, with empty as unknown.
Result<double> ParseIntensity(const CsvTable& table, size_t row, size_t column) {
  const std::string_view field = table.Field(row, column);
  if (field.empty()) {
    return Series::kUnknown;
  }
  const auto value = ParseDouble(field);
  if (!value || *value < 0) {
    return table.At(row, "g_per_kwh '" + Printable(field) +
                             "' is not a number >= 0 (leave it empty where it is unknown)");
  }
  return *value;
}

Result<Time> ParseRowTime(const CsvTable& table, size_t row, size_t column) {
  auto time = ParseTime(table.Field(row, column));
  if (!time) {
    return table.At(row, time.error().message);
  }
  return time;
}

/// Lays points on a regular raster. `row` is the table's row of the first point.
Result<Series> ToSeries(const Points& points, const CsvTable& table, size_t row) {
  Duration step = std::chrono::hours(1);
  if (points.times.size() > 1) {
    step = points.times[1] - points.times[0];
    for (size_t i = 2; i < points.times.size(); ++i) {
      step = std::min(step, points.times[i] - points.times[i - 1]);
    }
  }
  if (step < std::chrono::seconds(1)) {
    return table.At(row, "rows are less than a second apart");
  }
  const Time start = points.times.front();
  const int64_t steps = (points.times.back() - start) / step + 1;
  if (steps > kMostSteps) {
    return table.At(row, "more than 20 million steps between the first and the last row");
  }
  std::vector<double> values(static_cast<size_t>(steps), Series::kUnknown);
  for (size_t i = 0; i < points.times.size(); ++i) {
    const Duration since = points.times[i] - start;
    if (since % step != Duration::zero()) {
      return table.At(row + i, "time is off the file's raster of " + FormatDuration(step));
    }
    values[static_cast<size_t>(since / step)] = points.values[i];
  }
  return Series(start, step, std::move(values));
}

Status Append(Points& points, const CsvTable& table, size_t row, size_t time_column) {
  const auto time = ParseRowTime(table, row, time_column);
  if (!time) {
    return time.error();
  }
  const auto value = ParseIntensity(table, row, time_column + 1);
  if (!value) {
    return value.error();
  }
  if (!points.times.empty() && *time <= points.times.back()) {
    return table.At(row, *time == points.times.back() ? "time stands twice"
                                                      : "time is before the row above it");
  }
  points.times.push_back(*time);
  points.values.push_back(*value);
  return {};
}

}  // namespace

Result<Series> ParseSeriesCsv(std::string_view text, const std::string& name) {
  const auto table = CsvTable::Parse(text, name, {"time", "g_per_kwh"});
  if (!table) {
    return table.error();
  }
  if (table->size() == 0) {
    return Invalid(name + ": no rows below the header");
  }
  Points points;
  for (size_t row = 0; row < table->size(); ++row) {
    if (const Status ok = Append(points, *table, row, 0); !ok) {
      return ok.error();
    }
  }
  return ToSeries(points, *table, 0);
}

Result<std::vector<Forecast>> ParseForecastCsv(std::string_view text, const std::string& name) {
  const auto table = CsvTable::Parse(text, name, {"issued_at", "time", "g_per_kwh"});
  if (!table) {
    return table.error();
  }
  std::vector<Forecast> forecasts;
  Points points;
  Time issued_at;
  size_t first_row = 0;
  const auto close_issue = [&]() -> Status {
    auto series = ToSeries(points, *table, first_row);
    if (!series) {
      return series.error();
    }
    forecasts.push_back({issued_at, *std::move(series)});
    points = {};
    return {};
  };
  for (size_t row = 0; row < table->size(); ++row) {
    const auto issued = ParseRowTime(*table, row, 0);
    if (!issued) {
      return issued.error();
    }
    if (!points.times.empty() && *issued != issued_at) {
      if (*issued < issued_at) {
        return table->At(row, "issued_at is before the row above it");
      }
      if (const Status ok = close_issue(); !ok) {
        return ok.error();
      }
    }
    if (points.times.empty()) {
      first_row = row;
    }
    issued_at = *issued;
    if (const Status ok = Append(points, *table, row, 1); !ok) {
      return ok.error();
    }
  }
  if (points.times.empty()) {
    return Invalid(name + ": no rows below the header");
  }
  if (const Status ok = close_issue(); !ok) {
    return ok.error();
  }
  return forecasts;
}

}  // namespace carbon::grid
