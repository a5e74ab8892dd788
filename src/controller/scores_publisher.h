// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "controller/scores.h"
#include "grid/board.h"
#include "kube/client.h"
#include "net/clock.h"
#include "net/retry.h"

namespace carbon::controller {

struct ScoresSettings {
  ScoresPlace place;
  /// Real time between two looks at what is offered.
  Duration least_pause = std::chrono::seconds(5);
  net::RetryPolicy retry{std::chrono::seconds(2), std::chrono::minutes(2)};
};

struct ScoresCounters {
  uint64_t written = 0;
  uint64_t unchanged = 0;  ///< offered, and the same as what stands there
  uint64_t failed = 0;     ///< writes that the API server did not take
  uint64_t left_out = 0;   ///< zones that did not fit into the last write
};

/// Publishes boards as a ConfigMap, on a thread of its own, so that an API server that is slow to
/// take it delays no decision. Writes only what has changed; what fails is tried again. All methods
/// may be called from any thread.
class ScoresPublisher {
 public:
  /// `real_clock` outlives the publisher.
  ScoresPublisher(ScoresSettings settings, kube::ClientFactory make_client,
                  const net::Clock& real_clock);
  ScoresPublisher(const ScoresPublisher&) = delete;
  ScoresPublisher& operator=(const ScoresPublisher&) = delete;
  /// Stops at once.
  ~ScoresPublisher() = default;

  /// What is known now; of several the last counts. Null: another process publishes, so that
  /// nothing is known of what stands there.
  void Offer(std::shared_ptr<const grid::Board> board);

  ScoresCounters counters() const;

 private:
  void Run(const std::stop_token& stop);
  /// The next board to look at; null when it is to stop, or another publishes.
  std::shared_ptr<const grid::Board> Await(const std::stop_token& stop);
  /// False where it is to be tried again.
  bool Publish(kube::Client& client, const grid::Board& board, const std::stop_token& stop);
  void Note(const Result<size_t>& outcome);

  const ScoresSettings settings_;
  const kube::ClientFactory make_client_;
  const net::Clock& real_clock_;

  mutable std::mutex mutex_;  ///< guards the next four
  std::condition_variable_any changed_;
  std::shared_ptr<const grid::Board> offered_;
  bool fresh_ = false;  ///< offered_ has not been looked at
  ScoresCounters counters_;

  std::optional<Scores> written_;  ///< of the thread, as the next
  bool failing_ = false;
  std::jthread thread_;  ///< last: it uses all of the above
};

}  // namespace carbon::controller
