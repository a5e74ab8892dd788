// SPDX-License-Identifier: Apache-2.0
#include "scene.h"

#include <utility>

#include "base/text.h"
#include "feeds/recordings.h"
#include "grid/series_csv.h"
#include "kube/object.h"
#include "net/files.h"
#include "setup.h"
#include "workloads/node.h"
#include "workloads/pod.h"

namespace carbon::demo {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;

}  // namespace

Result<Recording> ReadRecording(const std::string& data) {
  const std::string path = data + "/carbon/zones.csv";
  const auto text = net::ReadFile(path, kMostBytes);
  if (!text) {
    return text.error();
  }
  const auto table = CsvTable::Parse(*text, path, {"file", "zone", "region"});
  if (!table) {
    return table.error();
  }
  Recording recording;
  for (size_t row = 0; row < table->size(); ++row) {
    const std::string region(table->Field(row, 2));
    const std::string file =
        data + "/carbon/" + std::string(table->Field(row, 0)) + "_lifecycle.csv.gz";
    const auto csv = net::ReadFile(file, kMostBytes);
    if (!csv) {
      return csv.error();
    }
    auto series = grid::ParseSeriesCsv(*csv, file);
    if (!series) {
      return series.error();
    }
    recording.regions[region].zone = {std::string(table->Field(row, 1))};
    recording.actual.emplace(region, *std::move(series));
  }
  return recording;
}

Result<std::vector<DemoJob>> ReadJobs(const DemoOptions& options, const Recording& recording) {
  const std::string path = options.data + "/jobs/pai_1k.csv.gz";
  const auto text = net::ReadFile(path, kMostBytes);
  if (!text) {
    return text.error();
  }
  const auto trace = sim::ParseJobs(*text, path, sim::JobUnit::seconds);
  if (!trace) {
    return trace.error();
  }
  const auto start = ParseTime(options.start);
  if (!start) {
    return start.error().In("--start");
  }
  DrawOptions draw{.count = options.jobs,
                   .start = *start,
                   .span = Duration(static_cast<int64_t>(options.hours * 3'600'000)),
                   .seed = options.seed,
                   .regions = {}};
  for (const auto& [region, signal] : recording.actual) {
    if (signal.start() > *start || signal.end() < *start + draw.span) {
      return Invalid("--start: the recording of " + region + " does not cover " + options.start +
                     " and " + FormatDuration(draw.span) + " after it");
    }
    draw.regions.push_back(region);
  }
  return DrawJobs(trace->jobs, draw);
}

Result<Cluster> LookAtCluster(kube::Client& client, const std::vector<DemoJob>& jobs,
                              const workloads::RegionMap& regions) {
  const auto list = client.List("/api/v1/nodes");
  if (!list) {
    return list.error();
  }
  Cluster cluster;
  std::vector<workloads::NodeView> nodes;
  for (const auto& item : list->items) {
    const auto* object = item.if_object();
    auto node = object == nullptr ? std::nullopt : workloads::ReadNode(*object);
    if (node) {
      cluster.region_of_node[node->name] = node->region();
      nodes.push_back(*std::move(node));
    }
  }
  workloads::Fleet fleet(std::move(nodes), regions);
  for (const DemoJob& job : jobs) {
    const auto pod = workloads::ReadPod(PodOf(job, std::chrono::seconds(1)));
    auto places = pod ? fleet.PlacesFor(*pod) : std::vector<plan::Place>();
    if (places.empty()) {
      return Unavailable("no ready node for " + job.name +
                         (job.bound() ? " in region " + job.region : std::string()) +
                         ": the demonstration needs nodes with the label type=kwok");
    }
    cluster.places.push_back(std::move(places));
  }
  return cluster;
}

std::string ClockSpec(const DemoOptions& options, Time real_now, Duration lead) {
  return options.start + "@" + FormatTime(real_now + lead) + "x" + Fixed(options.speed, 3);
}

}  // namespace carbon::demo
