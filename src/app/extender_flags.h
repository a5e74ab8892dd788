// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "app/cluster_flags.h"
#include "app/listen_flags.h"
#include "app/ranking_flags.h"
#include "app/scores_flags.h"
#include "base/result.h"
#include "controller/scores.h"
#include "net/http_server.h"
#include "serve/extender.h"
#include "workloads/node_ranker.h"

namespace carbon::app {

/// Paths; all empty where plain HTTP is spoken.
struct TlsFlags {
  std::string certificate;
  std::string private_key;
  std::string client_ca;
};

/// The flags of `carbon-kube extender`.
struct ExtenderFlags {
  ClusterFlags cluster;
  std::string scores = kScoresPlace;
  RankingFlags ranking;
  ListenFlags listen{.address = "127.0.0.1", .port = 9410, .port_file = {}};
  TlsFlags tls;
  std::string metrics_address;
  std::optional<double> max_intensity;
  std::string default_max_delay = "6h";
  std::string log_level = "info";
};

/// What the flags mean.
struct ExtenderTask {
  workloads::NodeRankerOptions ranking;
  controller::ScoresPlace place;
  net::ServerOptions listen;
  std::optional<net::ServerOptions> metrics;  ///< where else they are told
  serve::ExtenderOptions extender;
};

void AddExtenderFlags(CLI::App& command, ExtenderFlags& flags);

/// Invalid, with the flag and what to do, where something is wrong. Reads the certificates.
Result<ExtenderTask> Understand(const ExtenderFlags& flags);

}  // namespace carbon::app
