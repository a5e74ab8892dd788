// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "base/time.h"
#include "net/clock.h"
#include "net/http.h"

namespace carbon::net {

/// Keeps what is done at least `apart` from what was done before, by waiting. May be shared by
/// threads.
class Pace {
 public:
  /// `clock` tells real time.
  Pace(Duration apart, std::unique_ptr<const Clock> clock);

  /// Waits for its turn, and says how long. Nothing where `stop` was requested first.
  std::optional<Duration> Await(std::stop_token stop);

 private:
  const Duration apart_;
  const std::unique_ptr<const Clock> clock_;
  std::mutex mutex_;
  Time next_ = Time::min();
};

/// Sends by `client`, each request in its turn. The waiting counts towards the request's timeout.
std::unique_ptr<HttpClient> MakePacedClient(std::unique_ptr<HttpClient> client,
                                            std::shared_ptr<Pace> pace);

}  // namespace carbon::net
