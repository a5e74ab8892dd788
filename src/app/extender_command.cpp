// SPDX-License-Identifier: Apache-2.0
#include "app/extender_command.h"

#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "app/cluster_flags.h"
#include "app/extender_flags.h"
#include "app/listen_flags.h"
#include "app/log_flags.h"
#include "app/stop_signals.h"
#include "controller/ranker_feed.h"
#include "controller/wakeup.h"
#include "net/clock.h"
#include "net/http_server.h"
#include "net/server_certificates.h"
#include "serve/extender.h"
#include "workloads/node_ranker.h"

namespace carbon::app {
namespace {

constexpr const char* kExample =
    R"(Example: beside a scheduler, which asks http://127.0.0.1:9410 (docs/reference/scheduler.md)
  carbon-kube extender --region us-west-2=US-NW-BPAT
Example: for schedulers on other machines, which show a certificate
  carbon-kube extender --address 0.0.0.0 --tls-cert-file tls.crt --tls-private-key-file tls.key \
    --client-ca-file ca.crt)";

constexpr Duration kPatience = std::chrono::seconds(60);
constexpr Duration kTick = std::chrono::minutes(1);

/// What is looked after while the servers answer.
class Care {
 public:
  Care(const ExtenderTask& task, workloads::NodeRanker& ranker, serve::ExtenderMetrics& metrics)
      : task_(task), metrics_(metrics), feed_(ranker) {}

  void Feed(const controller::RankerFeed::Nodes& nodes,
            const controller::RankerFeed::Published& published) {
    feed_.Take(nodes);
    if (!feed_.Take(published)) {
      metrics_.UnreadableIntensities();
    }
  }

  void Look(Time now) {
    if (const auto notice = silence_.Look(metrics_.LastAsked(), now)) {
      spdlog::log(notice->warning ? spdlog::level::warn : spdlog::level::info, "{}", notice->text);
    }
    if (!task_.extender.limit && Filtered() > 0 && !std::exchange(said_no_limit_, true)) {
      spdlog::warn("a scheduler asks which nodes it may use: all, as there is no --max-intensity");
    }
    RefreshCertificates();
  }

  void Summarize() const {
    const auto count = [&](serve::ExtenderOutcome outcome) {
      return metrics_.Count(serve::ExtenderVerb::prioritize, outcome) +
             metrics_.Count(serve::ExtenderVerb::filter, outcome);
    };
    spdlog::info("answered {}, without a signal {}, refused {}",
                 count(serve::ExtenderOutcome::answered), count(serve::ExtenderOutcome::no_signal),
                 count(serve::ExtenderOutcome::invalid));
  }

 private:
  double Filtered() const {
    return metrics_.Count(serve::ExtenderVerb::filter, serve::ExtenderOutcome::answered);
  }

  void RefreshCertificates() {
    if (!task_.listen.certificates) {
      return;
    }
    const auto refreshed = task_.listen.certificates->Refresh();
    if (refreshed && *refreshed) {
      spdlog::info("replaced certificates are in use");
    }
    const std::string problem = refreshed ? "" : refreshed.error().message;
    if (problem != std::exchange(certificate_problem_, problem) && !problem.empty()) {
      metrics_.UnusableCertificates();
      spdlog::warn("the certificates that were read before stay in use: {}", problem);
    }
  }

  const ExtenderTask& task_;
  serve::ExtenderMetrics& metrics_;
  controller::RankerFeed feed_;
  serve::SilenceWatch silence_;
  bool said_no_limit_ = false;
  std::string certificate_problem_;  ///< that was said last
};

/// The server that schedulers ask, and the one that tells its metrics to anybody.
struct Servers {
  std::unique_ptr<net::HttpServer> asked;
  std::unique_ptr<net::HttpServer> metrics;
};

Result<Servers> Open(const ExtenderFlags& options, const ExtenderTask& task,
                     serve::Extender& extender) {
  Servers servers;
  auto asked = net::HttpServer::Start(
      task.listen, [&](const net::ServerRequest& request) { return extender.Answer(request); });
  if (!asked) {
    return asked.error();
  }
  servers.asked = *std::move(asked);
  if (task.metrics) {
    auto metrics = net::HttpServer::Start(*task.metrics, [&](const net::ServerRequest& request) {
      return extender.Observe(request);
    });
    if (!metrics) {
      return metrics.error().In("--metrics-address");
    }
    servers.metrics = *std::move(metrics);
  }
  const Status told = TellPort(options.listen, servers.asked->port());
  return told ? Result<Servers>(std::move(servers)) : told.error();
}

void Announce(const ExtenderTask& task, const Servers& servers, size_t nodes) {
  std::cout << "ranking " << nodes << " nodes on "
            << UrlOf(task.listen.address, servers.asked->port(),
                     task.listen.certificates ? "https" : "http")
            << std::endl;
  if (servers.metrics) {
    std::cout << "metrics on " << UrlOf(task.metrics->address, servers.metrics->port())
              << "/metrics" << std::endl;
  }
}

Status Serve(const ExtenderFlags& options, const ExtenderTask& task, const Cluster& cluster,
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
  serve::ExtenderMetrics metrics;
  Care care(task, ranker, metrics);
  care.Feed(nodes.Now(), published.Now());
  serve::Extender extender(ranker, clock, metrics, task.extender);
  const auto servers = Open(options, task, extender);
  if (!servers) {
    return servers.error();
  }
  Announce(task, *servers, nodes.Now().size());
  while (!stop.stop_requested()) {
    wakeup.Wait(kTick, stop);
    care.Feed(nodes.Now(), published.Now());
    care.Look(clock.Now());
  }
  care.Summarize();
  return {};
}

Status Run(const ExtenderFlags& options) {
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

}  // namespace

CLI::App* AddExtenderCommand(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExtenderFlags>();
  CLI::App* command = app.add_subcommand(
      "extender", "Rank nodes by expected emissions for a kube-scheduler that asks over HTTP");
  command->footer(kExample);
  AddExtenderFlags(*command, *options);
  command->callback([options, &exit_code] { exit_code = Finish("extender", Run(*options)); });
  return command;
}

}  // namespace carbon::app
