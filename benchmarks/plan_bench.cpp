// SPDX-License-Identifier: Apache-2.0
// What ranking the nodes of a cluster for one pod costs.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/node_ranking.h"

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

BENCHMARK_CAPTURE(Score, few_zones, 1000, 5)->Name("score.1000_us")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Score, many_nodes, 5000, 5)->Name("score.5000_us")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Score, many_zones, 1000, 50)
    ->Name("score.1000_50_zones_us")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Change, many_nodes, 5000)
    ->Name("score.node_change_us")
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace carbon::plan

BENCHMARK_MAIN();
