// SPDX-License-Identifier: Apache-2.0
#include "app/zones.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "app/cluster_regions.h"
#include "app/look_once.h"
#include "app/region_flags.h"
#include "app/signal_flags.h"
#include "app/stop_signals.h"
#include "app/zones_report.h"
#include "net/clock.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: the zones of a cluster's nodes, and two zones without a cluster
  carbon-kube zones --token-file ~/em-token
  carbon-kube zones --zone DE --zone FR --token-file ~/em-token --output json)";

struct Options {
  ClusterFlags cluster;
  SignalFlags signal;
  std::vector<std::string> regions;
  std::vector<std::string> zones;
  std::string clock = "real";
  std::string output = "table";
};

std::vector<ZoneRow> RowsOf(const std::map<std::string, size_t>& found,
                            const workloads::RegionMap& map,
                            const std::vector<std::string>& assignments) {
  std::vector<ZoneRow> rows;
  for (const auto& [region, nodes] : found) {
    const auto known = map.find(region);
    const bool by_user = std::any_of(
        assignments.begin(), assignments.end(),
        [&](const std::string& assignment) { return assignment.starts_with(region + "="); });
    rows.push_back({.region = region,
                    .nodes = nodes,
                    .zone = known == map.end() ? grid::ZoneId{} : known->second.zone,
                    .mapped_by = known == map.end() ? ""
                                 : by_user          ? "--region"
                                                    : "Electricity Maps' list, August 2026"});
  }
  return rows;
}

Result<std::vector<ZoneRow>> Rows(const Options& options, const net::Clock& real_clock,
                                  const std::stop_token& stop) {
  if (!options.zones.empty()) {
    std::vector<ZoneRow> rows;
    for (const std::string& zone : options.zones) {
      rows.push_back({.region = {}, .nodes = 0, .zone = {zone}, .mapped_by = {}});
    }
    return rows;
  }
  const auto map = ParseRegions(options.regions);
  if (!map) {
    return map.error().In("--region");
  }
  const auto regions = RegionsOf(options.cluster, real_clock, stop);
  if (!regions) {
    return regions.error();
  }
  return RowsOf(*regions, *map, options.regions);
}

std::vector<grid::ZoneId> ZonesOf(const std::vector<ZoneRow>& rows) {
  std::set<grid::ZoneId> zones;
  for (const ZoneRow& row : rows) {
    if (!row.zone.name.empty()) {
      zones.insert(row.zone);
    }
  }
  return {zones.begin(), zones.end()};
}

Status Run(const Options& options) {
  const auto clock = net::ParseClock(options.clock);
  if (!clock) {
    return clock.error().In("--clock");
  }
  // A wrong setting of a provider is told before the cluster is asked.
  if (const auto feeds = MakeFeeds(options.signal, **clock); !feeds) {
    return feeds.error();
  }
  StopSignals signals;
  const auto real_clock = net::MakeRealClock();
  const auto rows = Rows(options, *real_clock, signals.token());
  if (!rows) {
    return rows.error();
  }
  const auto board = LookOnce(options.signal, ZonesOf(*rows), **clock, signals.token());
  if (!board) {
    return board.error();
  }
  std::cout << (options.output == "json" ? ZonesJson(*rows, **board) : ZonesTable(*rows, **board))
            << std::flush;
  return std::cout ? Status() : Unavailable("cannot write the result");
}

void Describe(CLI::App& command, Options& options) {
  AddClusterFlags(command, options.cluster, false);
  AddSignalFlags(command, options.signal);
  AddRegionFlags(command, options.regions);
  command.add_option("--zone", options.zones, "this zone, whatever the cluster; may be repeated")
      ->type_name("ZONE")
      ->allow_extra_args(false);
  command
      .add_option("--clock", options.clock,
                  "the calendar of the signals: real, or ORIGIN@REALxSPEED for a replay")
      ->capture_default_str();
  command.add_option("-o,--output", options.output, "how to print it")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

}  // namespace

CLI::App* AddZonesCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "zones", "Show each region's grid zone, its intensity now, and what that is worth");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("zones", Run(*options)); });
  return command;
}

}  // namespace carbon::app
