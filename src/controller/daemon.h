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
#include "controller/signal_service.h"
#include "controller/wakeup.h"
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
  SignalOptions signal;
  workloads::RegionMap regions;
  Duration tick = std::chrono::minutes(5);         ///< longest time between two looks
  Duration first_sync = std::chrono::seconds(60);  ///< real time to wait for the API server
  std::string instance = "carbon-kube";            ///< names this process in events
  std::optional<kube::LeaseOptions> lease;         ///< nothing: acts without an election
};

/// Opens a server for others on what the daemon knows of the grid; both outlive it.
using ServeGrid = std::function<Result<std::unique_ptr<net::HttpServer>>(
    const feeds::GridWatch&, const feeds::BoardChannel&)>;

/// What a daemon is made of.
struct DaemonParts {
  kube::ClientFactory make_client;
  SignalParts signal;  ///< its clock tells deadlines too
};

/// Runs the loop against a cluster: mirrors nodes and managed pods, polls the zones of the regions
/// that have nodes or had some, and takes a step whenever one of them changes, a start is due, or a
/// tick has passed. Until the first poll has answered for every zone, or for none because the
/// provider refuses all of them, nothing is decided, for at most signal.first_signal: a start must
/// not release what waits. Acts and publishes only while it holds the lease; learns from what ran
/// also without. A zone that stays unknown after that is the loop's to treat (it releases).
class Daemon {
 public:
  /// The clocks outlive the daemon.
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
  /// Makes the fleet anew where nodes have changed, and watches the zones they brought.
  void Follow(const Nodes& nodes, const std::stop_token& stop);
  /// Learns from pods that have ended how long their like take.
  void Learn(const Pods& pods);
  World Observe(const Pods& pods) const;
  /// One step of the loop; none while another controller leads.
  StepResult Step(Loop& loop, const Pods& pods, bool leading);
  Duration UntilNextStep(const StepResult& result) const;
  /// Says once when the API server is lost or back.
  void TellOfContact(const Pods& pods, const Nodes& nodes);

  DaemonOptions options_;
  DaemonParts parts_;
  const net::Clock& clock_;
  const net::Clock& real_clock_;
  Wakeup wakeup_;
  LoopCounters loop_counters_;
  std::unique_ptr<SignalService> signals_;
  std::string contact_error_;
  kube::Snapshot<workloads::NodeView> nodes_seen_;
  std::unique_ptr<workloads::Fleet> fleet_;
  kube::Snapshot<workloads::PodView> pods_seen_;
  workloads::RunHistory history_;
};

}  // namespace carbon::controller
