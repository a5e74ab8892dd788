// SPDX-License-Identifier: Apache-2.0
#include "app/extender_command.h"

#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "app/cluster_flags.h"
#include "app/listen_flags.h"
#include "app/log_flags.h"
#include "app/region_flags.h"
#include "app/scores_flags.h"
#include "app/stop_signals.h"
#include "base/text.h"
#include "controller/ranker_feed.h"
#include "controller/wakeup.h"
#include "net/clock.h"
#include "net/http_server.h"
#include "serve/extender.h"
#include "workloads/node_ranker.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: beside a scheduler, which asks http://127.0.0.1:9410 (docs/reference/scheduler.md)
  carbon-kube extender --region us-west-2=US-NW-BPAT)";

constexpr Duration kPatience = std::chrono::seconds(60);
constexpr Duration kTick = std::chrono::minutes(1);

struct Options {
  ClusterFlags cluster;
  std::string scores = kScoresPlace;
  std::string provider = "electricity-maps";
  RegionFlags regions;
  std::string formula{plan::ToString(plan::Formula::expected_emissions)};
  std::string stale_after = "2h";
  ListenFlags listen{.address = "127.0.0.1", .port = 9410, .port_file = {}};
  std::string log_level = "info";
};

/// What the flags mean.
struct Task {
  workloads::NodeRankerOptions ranking;
  controller::ScoresPlace place;
  net::ServerOptions listen;
};

Result<net::ServerOptions> Listen(const ListenFlags& flags) {
  auto listen = ServerOptionsOf(flags);
  if (listen && !flags.address.starts_with("127.") && flags.address != "::1") {
    return Invalid("--address: " + Printable(flags.address) +
                   " is not an address of this machine alone: who can reach it could ask");
  }
  if (listen) {
    listen->max_body = serve::kLargestQuestion;
  }
  return listen;
}

Result<Task> Understand(const Options& options) {
  Task task;
  const auto listen = Listen(options.listen);
  if (!listen) {
    return listen.error();
  }
  task.listen = *listen;
  const auto place = ScoresPlaceOf(options.scores);
  if (!place || !*place) {
    return place ? Invalid("--scores-configmap: which? NAMESPACE/NAME")
                 : place.error().In("--scores-configmap");
  }
  task.place = **place;
  auto regions = ParseRegions(options.regions, options.provider);
  if (!regions) {
    return regions.error();
  }
  task.ranking.regions = std::move(regions->map);
  task.ranking.rules.formula = *plan::ParseFormula(options.formula);
  const auto stale_after = ParseDuration(options.stale_after);
  if (!stale_after || *stale_after <= Duration::zero()) {
    return stale_after ? Invalid("--stale-after: must be longer than 0s")
                       : stale_after.error().In("--stale-after");
  }
  task.ranking.rules.stale_after = *stale_after;
  return task;
}

Status Serve(const Options& options, const Task& task, const Cluster& cluster,
             const net::Clock& clock, const std::stop_token& stop) {
  workloads::NodeRanker ranker(task.ranking);
  controller::Wakeup wakeup;
  const auto wake = [&](std::string_view) { wakeup.Wake(); };
  kube::Informer<workloads::NodeView> nodes({.path = "/api/v1/nodes", .selection = {}},
                                            cluster.make_client, clock, workloads::ReadNode, wake);
  kube::Informer<std::string> published(controller::PublishedOptions(task.place),
                                        cluster.make_client, clock, controller::ReadPublished,
                                        wake);
  if (!nodes.AwaitSync(kPatience, stop) || !published.AwaitSync(kPatience, stop)) {
    return stop.stop_requested() ? Status()
                                 : Unavailable("the cluster cannot be read: " + nodes.LastError() +
                                               published.LastError());
  }
  controller::RankerFeed feed(ranker);
  feed.Take(nodes.Now());
  feed.Take(published.Now());
  serve::Extender extender(ranker, clock);
  const auto server = net::HttpServer::Start(
      task.listen, [&](const net::ServerRequest& request) { return extender.Answer(request); });
  if (!server) {
    return server.error();
  }
  if (const Status told = TellPort(options.listen, (*server)->port()); !told) {
    return told;
  }
  std::cout << "ranking " << nodes.Now().size() << " nodes on "
            << UrlOf(options.listen.address, (*server)->port()) << std::endl;
  serve::SilenceWatch silence;
  while (!stop.stop_requested()) {
    wakeup.Wait(kTick, stop);
    feed.Take(nodes.Now());
    feed.Take(published.Now());
    if (const auto notice = silence.Look(extender.counters(), clock.Now())) {
      spdlog::log(notice->warning ? spdlog::level::warn : spdlog::level::info, "{}", notice->text);
    }
  }
  spdlog::info("answered {}, without a signal {}, refused {}", extender.counters().answered.load(),
               extender.counters().unranked.load(), extender.counters().refused.load());
  return {};
}

Status Run(const Options& options) {
  const auto task = Understand(options);
  if (!task) {
    return task.error();
  }
  const auto clock = net::MakeRealClock();
  const auto cluster = FindCluster(options.cluster, *clock);
  if (!cluster) {
    return cluster.error();
  }
  StartLog(options.log_level);
  StopSignals signals;
  return Serve(options, *task, *cluster, *clock, signals.token());
}

void Describe(CLI::App& command, Options& options) {
  AddClusterFlags(command, options.cluster, false);
  AddScoresFlag(command, options.scores);
  command.add_option("--provider", options.provider, "whose names of zones are published")
      ->capture_default_str();
  AddRegionFlags(command, options.regions);
  command.add_option("--formula", options.formula, "what nodes are ranked by")
      ->check(CLI::IsMember({"expected-emissions", "intensity-times-cores"}))
      ->capture_default_str();
  command
      .add_option("--stale-after", options.stale_after,
                  "a zone whose published step began so long ago is unknown")
      ->type_name("DURATION")
      ->capture_default_str();
  AddListenFlags(command, options.listen);
  AddLogFlag(command, options.log_level);
}

}  // namespace

CLI::App* AddExtenderCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "extender", "Rank nodes by expected emissions for a kube-scheduler that asks over HTTP");
  command->footer(kExample);
  Describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("extender", Run(*options)); });
  return command;
}

}  // namespace carbon::app
