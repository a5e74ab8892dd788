// SPDX-License-Identifier: Apache-2.0
#include "net/pace.h"

#include <algorithm>
#include <utility>

namespace carbon::net {
namespace {

class PacedClient final : public HttpClient {
 public:
  PacedClient(std::unique_ptr<HttpClient> client, std::shared_ptr<Pace> pace)
      : client_(std::move(client)), pace_(std::move(pace)) {}

  Result<HttpResponse> Send(const HttpRequest& request, std::stop_token stop) override {
    const auto waited = pace_->Await(stop);
    if (!waited) {
      return Stopped(request);
    }
    HttpRequest rest = request;
    rest.timeout = std::max(request.timeout - *waited, Duration(1));
    return client_->Send(rest, std::move(stop));
  }

  Result<HttpResponse> Stream(const HttpRequest& request,
                              const std::function<bool(std::string_view)>& on_data,
                              std::stop_token stop) override {
    if (!pace_->Await(stop)) {
      return Stopped(request);
    }
    return client_->Stream(request, on_data, std::move(stop));
  }

 private:
  static Error Stopped(const HttpRequest& request) {
    return Unavailable(request.method + " request: stopped");
  }

  const std::unique_ptr<HttpClient> client_;
  const std::shared_ptr<Pace> pace_;
};

}  // namespace

Pace::Pace(Duration apart, std::unique_ptr<const Clock> clock)
    : apart_(apart), clock_(std::move(clock)) {}

std::optional<Duration> Pace::Await(std::stop_token stop) {
  Time turn;
  Duration wait;
  {
    const std::lock_guard lock(mutex_);
    const Time now = clock_->Now();
    turn = std::max(now, next_);
    wait = turn - now;
    next_ = turn + apart_;
  }
  return clock_->SleepUntil(turn, std::move(stop)) ? std::optional(wait) : std::nullopt;
}

std::unique_ptr<HttpClient> MakePacedClient(std::unique_ptr<HttpClient> client,
                                            std::shared_ptr<Pace> pace) {
  return std::make_unique<PacedClient>(std::move(client), std::move(pace));
}

}  // namespace carbon::net
