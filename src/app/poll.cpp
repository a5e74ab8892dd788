// SPDX-License-Identifier: Apache-2.0
#include "app/poll.h"

#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/cluster_flags.h"
#include "app/cluster_regions.h"
#include "app/log_flags.h"
#include "app/look_once.h"
#include "app/region_flags.h"
#include "app/scores_flags.h"
#include "app/signal_flags.h"
#include "app/stop_signals.h"
#include "controller/scores.h"
#include "controller/signal_service.h"
#include "controller/wakeup.h"
#include "kube/informer.h"
#include "net/clock.h"
#include "workloads/node.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: one round, as a CronJob does it, and what it would write, without a cluster
  carbon-kube poll --once --token-file ~/em-token
  carbon-kube poll --once --dry-run --zone DE --zone FR --token-file ~/em-token --output json

Without --once it polls until it is stopped and writes whenever something has changed. A controller
does the same: beside one, poll is not needed.)";

/// Time between two looks at what is known, of the signals' clock.
constexpr Duration kTick = std::chrono::minutes(5);

struct Options {
  ClusterFlags cluster;
  SignalFlags signal;
  RegionFlags regions;
  std::vector<std::string> zones;
  std::string scores = kScoresPlace;
  std::string log_level = "info";
  std::string output = "text";
  bool once = false;
  bool dry_run = false;
};

/// The options, understood.
struct Task {
  std::unique_ptr<net::Clock> clock;
  std::unique_ptr<net::Clock> real_clock;
  std::optional<controller::ScoresPlace> place;
  workloads::RegionMap regions;
  LookParts parts;
  std::optional<Cluster> cluster;  ///< nothing: none is needed
};

Result<Task> Understand(const Options& options) {
  Task task;
  auto clock = ClockOf(options.signal);
  if (!clock) {
    return clock.error();
  }
  task.clock = *std::move(clock);
  task.real_clock = net::MakeRealClock();
  const auto place = ScoresPlaceOf(options.scores);
  if (!place) {
    return place.error().In("--scores-configmap");
  }
  task.place = *place;
  if (!task.place) {
    return Invalid("--scores-configmap: poll writes one; --dry-run only shows it");
  }
  if (options.dry_run && !options.once) {
    return Invalid("--dry-run needs --once");
  }
  auto regions = ParseRegions(options.regions, options.signal.provider.name);
  if (!regions) {
    return regions.error();
  }
  task.regions = std::move(regions->map);
  // A wrong setting of a provider is told before the cluster is asked.
  auto parts = MakeLookParts(options.signal, *task.clock, regions->rows);
  if (!parts) {
    return parts.error();
  }
  task.parts = *std::move(parts);
  if (!options.dry_run || options.zones.empty()) {
    auto cluster = FindCluster(options.cluster, *task.real_clock);
    if (!cluster) {
      return cluster.error();
    }
    task.cluster = *std::move(cluster);
  }
  return task;
}

std::set<grid::ZoneId> Named(const std::vector<std::string>& names) {
  std::set<grid::ZoneId> zones;
  for (const std::string& name : names) {
    zones.insert(grid::ZoneId{name});
  }
  return zones;
}

Result<std::set<grid::ZoneId>> ZonesOf(const Options& options, const Task& task,
                                       const std::stop_token& stop) {
  if (!options.zones.empty()) {
    return Named(options.zones);
  }
  const auto regions = RegionsOf(options.cluster, *task.real_clock, stop);
  if (!regions) {
    return regions.error();
  }
  std::set<grid::ZoneId> zones;
  for (const auto& [region, nodes] : *regions) {
    const auto known = task.regions.find(region);
    if (known == task.regions.end()) {
      std::cerr << "warning: no grid zone is known for region " << region
                << ": name it with --region " << region << "=ZONE\n";
    } else {
      zones.insert(known->second.zone);
    }
  }
  if (zones.empty()) {
    return Unavailable("no node has a region whose grid zone is known; name zones with --zone");
  }
  return zones;
}

/// What stands in the cluster, if there is one and something does.
std::optional<controller::Scores> Published(kube::Client* client,
                                            const controller::ScoresPlace& place) {
  if (client == nullptr) {
    return std::nullopt;
  }
  auto scores = controller::ReadScores(*client, place);
  if (scores) {
    return *std::move(scores);
  }
  if (scores.error().kind != Error::Kind::not_found) {
    std::cerr << "warning: what was published before is not used: " << scores.error().message
              << "\n";
  }
  return std::nullopt;
}

std::string Told(const controller::Scores& scores, const controller::ScoresPlace& place,
                 std::string_view what) {
  return std::string(what) + " ConfigMap " + place.name_space + "/" + place.name + ": " +
         std::to_string(scores.zones.size()) + (scores.zones.size() == 1 ? " zone, " : " zones, ") +
         std::to_string(scores.unknown.size()) + " unknown";
}

Status Show(const Options& options, const controller::ScoresPlace& place,
            const controller::Scores& scores, Time as_of, std::string_view what) {
  if (options.output == "json") {
    std::cout << boost::json::serialize(controller::ConfigMapOf(scores, place, as_of).object);
  } else {
    std::cout << Told(scores, place, what);
  }
  std::cout << std::endl;
  return std::cout ? Status() : Unavailable("cannot write the result");
}

Status Once(const Options& options, Task& task, const std::stop_token& stop) {
  auto zones = ZonesOf(options, task, stop);
  if (!zones) {
    return zones.error();
  }
  const auto client = task.cluster ? task.cluster->make_client(stop) : nullptr;
  const auto before = Published(client.get(), *task.place);
  if (before) {
    task.parts.watch.remembered = controller::ReadingsOf(*before, task.clock->Now());
  }
  const auto board =
      LookOnce(std::move(task.parts), {zones->begin(), zones->end()}, *task.clock, stop);
  if (stop.stop_requested()) {
    return Unavailable("stopped before the round was over; nothing is written");
  }
  const auto scores = controller::Scores::Of(*board);
  if (scores.zones.empty()) {
    return Unavailable("nothing is known of any zone; what was published stays as it is");
  }
  if (options.dry_run) {
    return Show(options, *task.place, scores, board->as_of(), "would write");
  }
  if (before && controller::SameButForAge(*before, scores)) {
    return Show(options, *task.place, scores, board->as_of(), "unchanged:");
  }
  const auto left_out = controller::WriteScores(*client, *task.place, scores, board->as_of());
  if (!left_out) {
    return left_out.error().In("the ConfigMap is not written");
  }
  if (*left_out > 0) {
    std::cerr << "warning: the ConfigMap has no room for " << *left_out << " zones\n";
  }
  return Show(options, *task.place, scores, board->as_of(), "wrote");
}

/// The zones of all regions that have nodes now.
std::set<grid::ZoneId> ZonesOf(const kube::Informer<workloads::NodeView>& nodes,
                               const workloads::RegionMap& regions) {
  std::set<grid::ZoneId> zones;
  for (const auto& node : nodes.Now()) {
    const auto known = regions.find(node->value.region());
    if (known != regions.end()) {
      zones.insert(known->second.zone);
    }
  }
  return zones;
}

Status UntilStopped(const Options& options, Task& task, const std::stop_token& stop) {
  controller::Wakeup wakeup;
  std::optional<kube::Informer<workloads::NodeView>> nodes;
  if (options.zones.empty()) {
    nodes.emplace(kube::InformerOptions{.path = "/api/v1/nodes", .selection = {}},
                  task.cluster->make_client, *task.real_clock, workloads::ReadNode,
                  [&](std::string_view) { wakeup.Wake(); });
    if (!nodes->AwaitSync(std::chrono::seconds(60), stop)) {
      return stop.stop_requested()
                 ? Status()
                 : Status(Unavailable("the nodes cannot be read: " + nodes->LastError()));
    }
  }
  task.parts.watch.poller.seed = std::random_device()();
  controller::SignalService signals({.watch = std::move(task.parts.watch), .scores = task.place},
                                    {.feeds = std::move(task.parts.feeds),
                                     .archive = std::move(task.parts.archive),
                                     .weather = std::move(task.parts.weather),
                                     .clock = task.clock.get(),
                                     .real_clock = task.real_clock.get()},
                                    task.cluster->make_client, wakeup, stop);
  while (!stop.stop_requested()) {
    signals.Watch(nodes ? ZonesOf(*nodes, task.regions) : Named(options.zones), stop);
    const auto board = signals.Now();
    signals.Publish(board);
    const Time next = FloorTo(board->as_of(), kTick) + kTick;
    wakeup.Wait(task.clock->Real(next - board->as_of()) + Duration(1), stop);
  }
  return {};
}

Status Run(const Options& options) {
  auto task = Understand(options);
  if (!task) {
    return task.error();
  }
  StartLog(options.log_level);
  StopSignals signals;
  return options.once ? Once(options, *task, signals.token())
                      : UntilStopped(options, *task, signals.token());
}

void Describe(CLI::App& command, Options& options) {
  command.add_flag("--once", options.once, "one round, then exit; 1 where nothing came of it");
  command.add_flag("--dry-run", options.dry_run, "show what would be written; needs --once");
  AddClusterFlags(command, options.cluster, false);
  AddSignalFlags(command, options.signal);
  AddRegionFlags(command, options.regions);
  command
      .add_option("--zone", options.zones,
                  "this zone, instead of those of the cluster's nodes; may be repeated")
      ->type_name("ZONE")
      ->allow_extra_args(false);
  AddScoresFlag(command, options.scores);
  AddLogFlag(command, options.log_level);
  command.add_option("-o,--output", options.output, "of --once: a line, or the ConfigMap")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace

CLI::App* AddPollCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "poll", "Publish what is known of each grid zone as a ConfigMap, without a controller");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("poll", Run(*options)); });
  return command;
}

}  // namespace carbon::app
