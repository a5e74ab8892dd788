// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace carbon::app {

/// Turns SIGINT and SIGTERM into a stop token: while this lives, the signals are held back from
/// every thread started meanwhile, and the first one requests the stop. One at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  std::stop_token token() const { return stop_.get_token(); }
  /// Waits for the stop.
  void Await();

 private:
  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source stop_;
  std::thread waiter_;
};

}  // namespace carbon::app
