// SPDX-License-Identifier: Apache-2.0
#include "app/zones.h"

#include <iostream>
#include <map>
#include <memory>
#include <optional>
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
#include "workloads/regions.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: the zones of a cluster's nodes, and two zones without a cluster
  carbon-kube zones --token-file ~/em-token
  carbon-kube zones --zone DE --zone FR --token-file ~/em-token --output json

Example: does the provider itself place the regions where the built-in table does?
  carbon-kube zones --check-map --token-file ~/em-token)";

struct Options {
  ClusterFlags cluster;
  SignalFlags signal;
  RegionFlags regions;
  std::vector<std::string> zones;
  bool check_map = false;
  std::string output = "table";
};

std::vector<ZoneRow> RowsOf(const std::map<std::string, size_t>& found,
                            const workloads::RegionMap& map) {
  std::vector<ZoneRow> rows;
  for (const auto& [region, nodes] : found) {
    ZoneRow row{.region = region, .nodes = nodes, .zone = {}, .mapped_by = {}, .as_of = {}};
    if (const auto known = map.find(region); known != map.end()) {
      row.zone = known->second.zone;
      row.mapped_by = known->second.source;
      row.as_of = known->second.as_of;
      row.alternatives = known->second.alternatives;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<ZoneRow>> Rows(const Options& options, const workloads::RegionMap& map,
                                  const std::stop_token& stop) {
  if (!options.zones.empty()) {
    std::vector<ZoneRow> rows;
    for (const std::string& zone : options.zones) {
      rows.push_back({.region = {}, .nodes = 0, .zone = {zone}, .mapped_by = {}, .as_of = {}});
    }
    return rows;
  }
  const auto real_clock = net::MakeRealClock();
  const auto regions = RegionsOf(options.cluster, *real_clock, stop);
  if (!regions) {
    return regions.error();
  }
  return RowsOf(*regions, map);
}

feeds::Located NowhereToAsk(const std::string& region) {
  return {.failure = feeds::Failure{
              .error = {Error::Kind::not_found,
                        "region " + region + " is in no table, so its cloud is not known"}}};
}

/// Asks the provider where each region lies: one request a region, within the provider's quota.
void CheckMap(std::vector<ZoneRow>& rows, const workloads::RegionRows& table, feeds::Feed& feed,
              const std::stop_token& stop) {
  std::optional<feeds::Located> hopeless;
  for (ZoneRow& row : rows) {
    const auto place = workloads::PlaceOf(table, row.region);
    row.located = hopeless ? *hopeless
                  : place  ? feed.Locate(*place, stop)
                           : NowhereToAsk(row.region);
    const auto& failure = row.located->failure;
    if (failure && failure->scope == feeds::Failure::Scope::provider) {
      hopeless = row.located;
    }
  }
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
  const auto clock = ClockOf(options.signal);
  if (!clock) {
    return clock.error();
  }
  const std::string& provider = options.signal.provider.name;
  const auto regions = ParseRegions(options.regions, provider);
  if (!regions) {
    return regions.error();
  }
  // A wrong setting of a provider is told before the cluster is asked.
  auto parts = MakeLookParts(options.signal, **clock, regions->rows);
  if (!parts) {
    return parts.error();
  }
  StopSignals signals;
  auto rows = Rows(options, regions->map, signals.token());
  if (!rows) {
    return rows.error();
  }
  if (options.check_map) {
    CheckMap(*rows, regions->rows, *parts->feeds.front(), signals.token());
  }
  const auto board = LookOnce(*std::move(parts), ZonesOf(*rows), **clock, signals.token());
  std::cout << (options.output == "json" ? ZonesJson(*rows, *board, provider)
                                         : ZonesTable(*rows, *board, provider))
            << std::flush;
  return std::cout ? Status() : Unavailable("cannot write the result");
}

void Describe(CLI::App& command, Options& options) {
  AddClusterFlags(command, options.cluster, false);
  AddSignalFlags(command, options.signal);
  AddRegionFlags(command, options.regions);
  auto* zones =
      command
          .add_option("--zone", options.zones, "this zone, whatever the cluster; may be repeated")
          ->type_name("ZONE")
          ->allow_extra_args(false);
  command
      .add_flag("--check-map", options.check_map,
                "ask the provider in which zone each region lies, and show where it differs; one "
                "request a region")
      ->excludes(zones);
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
