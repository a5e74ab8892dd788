// SPDX-License-Identifier: Apache-2.0
// Lookups that a decision makes by the thousand.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "grid/board.h"
#include "grid/series.h"

namespace carbon::grid {
namespace {

using std::chrono::hours;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

Series RandomSeries(size_t steps) {
  std::mt19937 random(20240605);
  std::uniform_real_distribution<double> intensity(20, 800);
  std::vector<double> values(steps);
  for (double& value : values) {
    value = intensity(random);
  }
  return {kStart, hours(1), std::move(values)};
}

/// Different intervals, so that neither cache nor branch predictor knows the next one.
struct Interval {
  Time from;
  Time to;
};
std::vector<Interval> RandomIntervals(size_t count, const Series& series) {
  std::mt19937 random(20240606);
  std::uniform_int_distribution<int64_t> length(1, Duration(hours(48)).count());
  std::uniform_int_distribution<int64_t> from(0,
                                              (series.end() - series.start() - hours(48)).count());
  std::vector<Interval> intervals(count);
  for (Interval& interval : intervals) {
    interval.from = series.start() + Duration(from(random));
    interval.to = interval.from + Duration(length(random));
  }
  return intervals;
}

constexpr size_t kIntervals = 4096;

void Mean(benchmark::State& state) {
  const Series series = RandomSeries(8760);
  const auto intervals = RandomIntervals(kIntervals, series);
  size_t i = 0;
  for (auto _ : state) {
    const Interval& interval = intervals[i++ % kIntervals];
    benchmark::DoNotOptimize(series.Mean(interval.from, interval.to));
  }
}

Board BoardOf(size_t zones) {
  std::vector<ZoneReading> readings;
  for (size_t i = 0; i < zones; ++i) {
    readings.push_back({.zone = {"ZONE-" + std::to_string(i)},
                        .kind = SignalKind::average_lifecycle,
                        .source = "benchmark",
                        .fetched_at = kStart,
                        .latest = Observation{.at = kStart, .intensity = GramsPerKwh(100)},
                        .forecast = Forecast{kStart, RandomSeries(96)}});
  }
  return Board::Of(readings, kStart, {});
}

void BoardFind(benchmark::State& state) {
  constexpr size_t kZones = 300;
  const Board board = BoardOf(kZones);
  std::vector<ZoneId> zones;
  for (size_t i = 0; i < kZones; ++i) {
    zones.push_back({"ZONE-" + std::to_string(i * 7 % kZones)});
  }
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(board.Find(zones[i++ % kZones]));
  }
}

BENCHMARK(Mean)->Name("grid.mean_ns");
BENCHMARK(BoardFind)->Name("grid.board_find_ns");

}  // namespace
}  // namespace carbon::grid

BENCHMARK_MAIN();
