// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "controller/loop.h"
#include "controller/wakeup.h"
#include "feeds/archive.h"
#include "feeds/board_channel.h"
#include "feeds/feed.h"
#include "feeds/grid_watch.h"
#include "grid/outlook.h"
#include "kube/client.h"
#include "kube/informer.h"
#include "kube/lease.h"
#include "net/clock.h"
#include "net/http_server.h"
#include "workloads/fleet.h"
#include "workloads/node.h"
#include "workloads/pod.h"

namespace carbon::controller {

struct DaemonOptions {
  LoopSettings loop;
  grid::SignalKind signal = grid::SignalKind::average_lifecycle;
  grid::OutlookRules outlook;
  std::map<grid::ZoneId, grid::YearlyMean> yearly;  ///< of that signal, in the provider's names
  workloads::RegionMap regions;
  Duration tick = std::chrono::minutes(5);           ///< longest time between two looks
  Duration first_signal = std::chrono::seconds(30);  ///< real time to wait for the first poll
  Duration first_sync = std::chrono::seconds(60);    ///< real time to wait for the API server
  uint64_t seed = 1;                        ///< of the polls' jitter: give every process another
  std::string instance = "carbon-kube";     ///< names this process in events
  std::optional<kube::LeaseOptions> lease;  ///< nothing: acts without an election
};

/// Opens a server for others on what the daemon knows of the grid; both outlive it.
using ServeGrid = std::function<Result<std::unique_ptr<net::HttpServer>>(
    const feeds::GridWatch&, const feeds::BoardChannel&)>;

/// What a daemon is made of.
struct DaemonParts {
  kube::ClientFactory make_client;
  /// The first choice, and perhaps one that stands in for it; both of options.signal.
  std::vector<std::unique_ptr<feeds::Feed>> feeds;
  std::unique_ptr<feeds::Archive> archive = nullptr;  ///< null: a restart forgets what was polled
  std::unique_ptr<feeds::Feed> weather = nullptr;     ///< null: the weather counts for nothing
  ServeGrid serve_grid = nullptr;                     ///< null: nothing is served
  const net::Clock* clock = nullptr;                  ///< tells schedules, signals and deadlines
  const net::Clock* real_clock = nullptr;             ///< tells the machine's time
};

/// Runs the loop against a cluster: mirrors nodes and managed pods, polls the zones of the regions
/// that have nodes or had some, and takes a step whenever one of them changes, a start is due, or a
/// tick has passed. Until the first poll has answered for every zone, or for none because the
/// provider refuses all of them, nothing is decided, for at most `first_signal`: a start must not
/// release what waits. Acts only while it holds the lease. A zone that stays unknown after that is
/// the loop's to treat (it releases).
class Daemon {
 public:
  /// The parts' clocks outlive the daemon.
  Daemon(DaemonOptions options, DaemonParts parts);

  /// Works until `stop` is requested, then returns success. Fails where the API server cannot be
  /// reached at the start or a feed cannot be made.
  Status Run(std::stop_token stop);

  /// After, or from the thread of, Run().
  const LoopCounters& counters() const { return loop_counters_; }

 private:
  using Pods = kube::Informer<workloads::PodView>;
  using Nodes = kube::Informer<workloads::NodeView>;

  Status AwaitSync(const Pods& pods, const Nodes& nodes, const std::stop_token& stop) const;
  void StartWatching();
  Status StartServing();
  /// What is known of the grid now; whoever is served sees it too.
  std::shared_ptr<const grid::Board> LookAtGrid();
  /// Keeps what is served fresh while another controller leads.
  void RenewBoard();
  /// Makes the fleet anew where nodes have changed, and watches the zones they brought.
  void Follow(const Nodes& nodes, const std::stop_token& stop);
  void WatchZones(std::set<grid::ZoneId> zones, const std::stop_token& stop);
  World Observe(const Pods& pods);
  Duration UntilNextStep(const StepResult& result) const;
  /// Says once when the API server is lost or back.
  void TellOfContact(const Pods& pods, const Nodes& nodes);

  DaemonOptions options_;
  DaemonParts parts_;
  Wakeup wakeup_;
  LoopCounters loop_counters_;
  std::set<grid::ZoneId> zones_;
  std::unique_ptr<feeds::GridWatch> watch_;
  feeds::BoardChannel boards_;
  Time board_renewed_{};                     ///< real time
  std::unique_ptr<net::HttpServer> server_;  ///< ends before watch_
  std::string contact_error_;
  kube::Snapshot<workloads::NodeView> nodes_seen_;
  std::unique_ptr<workloads::Fleet> fleet_;
};

}  // namespace carbon::controller
