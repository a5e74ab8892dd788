// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "net/http.h"

namespace carbon::net {

/// Answers from a function and keeps what it was asked. For one thread.
class FakeClient final : public HttpClient {
 public:
  using Respond = std::function<Result<HttpResponse>(const HttpRequest&)>;
  FakeClient(std::vector<HttpRequest>& sent, Respond respond)
      : sent_(sent), respond_(std::move(respond)) {}

  /// Makes such clients; `sent` outlives them.
  static std::function<std::unique_ptr<HttpClient>()> Factory(std::vector<HttpRequest>& sent,
                                                              Respond respond) {
    return [&sent, respond = std::move(respond)] {
      return std::make_unique<FakeClient>(sent, respond);
    };
  }

  Result<HttpResponse> Send(const HttpRequest& request, std::stop_token) override {
    sent_.push_back(request);
    return respond_(request);
  }
  Result<HttpResponse> Stream(const HttpRequest&, const std::function<bool(std::string_view)>&,
                              std::stop_token) override {
    return Unavailable("no streams here");
  }

 private:
  std::vector<HttpRequest>& sent_;
  Respond respond_;
};

}  // namespace carbon::net
