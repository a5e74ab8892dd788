// SPDX-License-Identifier: Apache-2.0
// What ranking the nodes of a cluster for one pod costs, and what planning many jobs at once does.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grid/board.h"
#include "net/files.h"
#include "plan/node_ranking.h"
#include "plan/planner.h"
#include "sim/trace.h"

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-07-01T12:20:00Z");
constexpr std::array kTypes = {"m6i.2xlarge", "c5.4xlarge",  "m6g.large",   "r5.xlarge",
                               "t3.large",    "c7g.8xlarge", "m5.24xlarge", "unheard.of"};

grid::ZoneId ZoneOf(size_t number) { return {"ZONE-" + std::to_string(number)}; }

std::string NameOf(size_t node) {
  return "ip-10-0-" + std::to_string(node / 250) + "-" + std::to_string(node % 250) +
         ".eu-central-1.compute.internal";
}

/// A cluster as it is asked about: names in an order of the scheduler's, not of the table's.
struct Cluster {
  NodeTable nodes;
  ZoneIntensities zones;
  std::string buffer;  ///< of the names, one behind the other, as a scheduler sends them
  std::vector<std::string_view> asked;

  Cluster(size_t nodes_count, size_t zones_count) {
    std::vector<grid::ZonalIntensity> published;
    for (size_t zone = 0; zone < zones_count; ++zone) {
      const double intensity = 100 + 10 * static_cast<double>(zone);
      std::vector<double> forecast(grid::ZonalIntensity::kHours, intensity);
      const Time from = kNow - minutes(20);
      published.push_back({.zone = ZoneOf(zone),
                           .intensity = GramsPerKwh(intensity),
                           .timestamp = from,
                           .forecast = grid::Series(from, hours(1), std::move(forecast))});
    }
    zones = *ZoneIntensities::Of(std::move(published));
    for (size_t i = 0; i < nodes_count; ++i) {
      nodes.Upsert(NameOf(i), {.zone = ZoneOf(i % zones_count),
                               .model = energy::AwsNodeModel(kTypes[i % kTypes.size()])});
    }
    buffer.reserve(nodes_count * 64);
    for (size_t i = 0; i < nodes_count; ++i) {
      const std::string name = NameOf(i * 7919 % nodes_count);
      buffer += name;
      asked.push_back(std::string_view(buffer).substr(buffer.size() - name.size()));
    }
  }
};

/// From a pod's request to the scores of all nodes.
void Score(benchmark::State& state, size_t nodes, size_t zones) {
  const Cluster cluster(nodes, zones);
  const PodRun run{.request = {.cpu_cores = 4, .memory_gb = 16}, .length = hours(3)};
  for (auto _ : state) {
    const Ranking ranking(cluster.nodes, cluster.zones, run, kNow, {});
    benchmark::DoNotOptimize(ScoresOf(ranking.Of(cluster.asked)));
  }
}

/// What a change of nodes costs the scores that follow it: a copy of the table.
void Change(benchmark::State& state, size_t nodes) {
  const Cluster cluster(nodes, 5);
  for (auto _ : state) {
    NodeTable changed = cluster.nodes;
    changed.Remove(NameOf(1));
    benchmark::DoNotOptimize(changed);
  }
}

// ---- Many jobs at once

constexpr uint64_t kSeed = 20261129;
constexpr size_t kZones = 5;

/// Five zones with 96 hours of forecast each, a wave a day and noise.
std::shared_ptr<const grid::Board> MakeBoard() {
  constexpr size_t kHours = 96;
  std::mt19937_64 random(kSeed);
  std::vector<grid::ZoneReading> readings;
  for (size_t zone = 0; zone < kZones; ++zone) {
    std::vector<double> values(kHours);
    for (size_t hour = 0; hour < kHours; ++hour) {
      const size_t of_day = (hour + 5 * zone) % 24;
      values[hour] = 200 + 10 * static_cast<double>(of_day < 12 ? of_day : 24 - of_day) +
                     static_cast<double>(random() % 40);
    }
    const double now = values.front();
    readings.push_back({.zone = ZoneOf(zone),
                        .kind = grid::SignalKind::average_lifecycle,
                        .source = "bench",
                        .fetched_at = kNow,
                        .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(now)},
                        .forecast = grid::Forecast{kNow, {kNow, hours(1), std::move(values)}},
                        .history = {}});
  }
  return std::make_shared<grid::Board>(grid::Board::Of(readings, kNow, {}));
}

std::vector<sim::TraceJob> RecordedJobs() {
  const std::string path = CARBON_SOURCE_DIR "/data/jobs/pai_1k.csv.gz";
  const auto text = net::ReadFile(path, size_t{1} << 24);
  auto trace = text ? sim::ParseJobs(*text, path, sim::JobUnit::seconds) : text.error();
  if (!trace) {
    std::fprintf(stderr, "plan_bench: %s\n", trace.error().message.c_str());
    std::exit(1);
  }
  return (*std::move(trace)).jobs;
}

/// The trace over and over, each job with another wait left of the 6 h that short ones have at
/// first, or the 24 h of others; any may run in all zones.
std::vector<Job> RepeatedJobs(size_t count) {
  const auto recorded = RecordedJobs();
  std::mt19937_64 random(kSeed);
  std::vector<Job> jobs(count);
  for (size_t i = 0; i < count; ++i) {
    const sim::TraceJob& source = recorded[i % recorded.size()];
    const Duration length = std::max<Duration>(source.length, minutes(1));
    const Duration most = length < hours(2) ? hours(6) : hours(24);
    jobs[i] = {.id = "jobs/" + std::to_string(i),
               .places = {},
               .length = AtItsWord(length),
               .latest_start = kNow + minutes(random() % static_cast<uint64_t>(most / minutes(1))),
               .deadline = {}};
    for (size_t zone = 0; zone < kZones; ++zone) {
      jobs[i].places.push_back({ZoneOf(zone).name, ZoneOf(zone), Watts(10 * source.cpus)});
    }
  }
  return jobs;
}

/// One plan of all waiting jobs, from nothing.
void Decide(benchmark::State& state, size_t jobs) {
  const Snapshot snapshot{.now = kNow, .board = MakeBoard(), .jobs = RepeatedJobs(jobs)};
  const Planner planner({});
  for (auto _ : state) {
    benchmark::DoNotOptimize(planner.Decide(snapshot));
  }
  state.SetLabel("seed " + std::to_string(kSeed));
}

BENCHMARK_CAPTURE(Score, few_zones, 1000, 5)->Name("score.1000_us")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Score, many_nodes, 5000, 5)->Name("score.5000_us")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Score, many_zones, 1000, 50)
    ->Name("score.1000_50_zones_us")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Change, many_nodes, 5000)
    ->Name("score.node_change_us")
    ->Unit(benchmark::kMicrosecond);

BENCHMARK_CAPTURE(Decide, jobs_1k, 1'000)->Name("plan.decide.1000");
BENCHMARK_CAPTURE(Decide, jobs_10k, 10'000)->Name("plan.decide.10000");
BENCHMARK_CAPTURE(Decide, jobs_100k, 100'000)->Name("plan.decide.100000");
BENCHMARK_CAPTURE(Decide, jobs_1m, 1'000'000)->Name("plan.decide.1000000");

}  // namespace
}  // namespace carbon::plan

BENCHMARK_MAIN();
