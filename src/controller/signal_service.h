// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <vector>

#include "controller/scores.h"
#include "controller/scores_publisher.h"
#include "controller/wakeup.h"
#include "feeds/archive.h"
#include "feeds/board_channel.h"
#include "feeds/feed.h"
#include "feeds/grid_watch.h"
#include "grid/board.h"
#include "grid/signal.h"
#include "kube/client.h"
#include "net/clock.h"
#include "net/http_server.h"

namespace carbon::controller {

struct SignalOptions {
  /// The service sets what its pollers call and, where there are scores, what is remembered.
  feeds::GridWatchOptions watch;
  Duration first_signal = std::chrono::seconds(30);  ///< real time to wait for the first poll
  std::optional<ScoresPlace> scores;                 ///< nothing: intensities are not published
};

/// Opens a server for others on what is known of the grid; both outlive it.
using ServeGrid = std::function<Result<std::unique_ptr<net::HttpServer>>(
    const feeds::GridWatch&, const feeds::BoardChannel&)>;

/// Where signals come from, and who else is told them.
struct SignalParts {
  /// The first choice, and perhaps one that stands in for it; both of SignalOptions::watch.kind.
  std::vector<std::unique_ptr<feeds::Feed>> feeds;
  std::unique_ptr<feeds::Archive> archive = nullptr;  ///< null: a restart forgets what was polled
  std::unique_ptr<feeds::Feed> weather = nullptr;     ///< null: the weather counts for nothing
  ServeGrid serve_grid = nullptr;                     ///< null: nothing is served
  const net::Clock* clock = nullptr;                  ///< tells schedules and signals
  const net::Clock* real_clock = nullptr;             ///< tells the machine's time
};

/// The signals of a process that works for a cluster: polled, logged, published there, and served
/// to others. What stands there at the start is known as well, if nothing newer is. One thread.
class SignalService {
 public:
  /// `wakeup` is woken by news; it and the clocks outlive the service. `make_client` is asked only
  /// where something is to be published.
  SignalService(SignalOptions options, SignalParts parts, const kube::ClientFactory& make_client,
                Wakeup& wakeup, const std::stop_token& stop);
  SignalService(const SignalService&) = delete;
  SignalService& operator=(const SignalService&) = delete;
  ~SignalService() = default;

  /// Opens the server of SignalParts::serve_grid; success where there is none.
  Status Serve();

  /// Watches these zones as well from now on. Where there are new ones, waits until every zone has
  /// been asked for once, or asking is in vain; at most SignalOptions::first_signal.
  void Watch(const std::set<grid::ZoneId>& zones, const std::stop_token& stop);

  /// What is known now; whoever is served sees it too. Never null.
  std::shared_ptr<const grid::Board> Now();
  /// Publishes `board`, soon, if anything is to be published.
  void Publish(std::shared_ptr<const grid::Board> board);
  /// Another process acts and publishes: only keeps what is served fresh.
  void StandBy();

 private:
  const Duration first_signal_;
  const net::Clock& clock_;
  const net::Clock& real_clock_;
  Wakeup& wakeup_;
  std::set<grid::ZoneId> zones_;
  ServeGrid serve_grid_;
  std::unique_ptr<feeds::GridWatch> watch_;
  std::unique_ptr<ScoresPublisher> publisher_;
  feeds::BoardChannel boards_;
  Time board_renewed_{};                     ///< real time
  std::unique_ptr<net::HttpServer> server_;  ///< last: it asks watch_ and boards_
};

}  // namespace carbon::controller
