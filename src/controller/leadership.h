// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <thread>

#include "kube/client.h"
#include "kube/lease.h"
#include "net/clock.h"

namespace carbon::controller {

/// Takes part in the election of the one controller that acts, on a thread of its own. The Lease
/// also tells everybody else that a controller is alive.
class Leadership {
 public:
  /// Starts at once. `on_change` is called from the thread when Held() changes. `real_clock`
  /// outlives this.
  Leadership(kube::LeaseOptions options, kube::ClientFactory make_client,
             const net::Clock& real_clock, std::function<void()> on_change);
  Leadership(const Leadership&) = delete;
  Leadership& operator=(const Leadership&) = delete;
  /// Lets another controller take over at once.
  ~Leadership() = default;

  /// Whether this process may act now. Any thread.
  bool Held() const;

 private:
  void Run(const std::stop_token& stop);
  /// Best effort: others would wait for the lease's duration else.
  void LetGo() const;
  void Note(bool held, const std::string& holder, Time trusted_until);

  const kube::LeaseOptions options_;
  const kube::ClientFactory make_client_;
  const net::Clock& real_clock_;
  const std::function<void()> on_change_;
  mutable std::mutex mutex_;
  bool held_ = false;   ///< under mutex_
  bool told_ = false;   ///< of the thread: the first outcome is news, whatever it is
  Time trusted_until_;  ///< under mutex_
  std::jthread thread_;
};

}  // namespace carbon::controller
