// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/http_feed.h"
#include "feeds/secrets.h"
#include "net/http_server.h"
#include "support/fake_clock.h"

namespace carbon::feeds {

inline const Time kStart = *ParseTime("2021-08-02T06:20:00Z");
inline const std::string kToken = "ann:s3cret/of 20 letters";

/// A provider whose answers are numbers: the present, and the hour after it.
class Numbers final : public Protocol {
 public:
  struct Options {
    std::string base_url;
    bool needs_login = false;
    RequestQuota quota = {.requests = 1000};
    std::vector<std::string> parts = {"latest", "forecast"};
    std::function<std::vector<std::string>(const grid::ZoneReading*)> due = {};
  };
  explicit Numbers(Options options) : options_(std::move(options)) {}

  std::string_view Name() const override { return "numbers"; }
  RequestQuota Quota() const override { return options_.quota; }
  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held, Time now,
                             std::string_view session) const override {
    std::vector<Query> queries;
    for (const auto& part : options_.due ? options_.due(held) : options_.parts) {
      queries.push_back({.name = part,
                         .url = options_.base_url + "/" + part + "?zone=" + zone.name,
                         .headers = {{"session", std::string(session)}},
                         .read = [part, now](std::string_view body, grid::ZoneReading& reading) {
                           return Take(part, now, body, reading);
                         }});
    }
    return queries;
  }
  Result<Query> Locate(const grid::Place& place, std::string_view session) const override {
    if (place.cloud != "aws") {
      return Protocol::Locate(place, session);
    }
    return Query{.name = "where",
                 .url = options_.base_url + "/where?region=" + place.region,
                 .headers = {{"session", std::string(session)}},
                 .read = [](std::string_view body, grid::ZoneReading& reading) -> Status {
                   reading.zone = {std::string(body)};
                   return {};
                 }};
  }
  Failure Classify(int status, std::string_view body) const override {
    Failure failure{
        .error = Unavailable("HTTP " + std::to_string(status) + ": '" + Printable(body) + "'")};
    if (status == 401 || status == 403) {
      failure.error.kind = Error::Kind::denied;
    }
    if (status == 401 || status == 429) {
      failure.scope = Failure::Scope::provider;
    }
    return failure;
  }
  std::optional<Login> LoginRequest() const override {
    if (!options_.needs_login) {
      return std::nullopt;
    }
    return Login{.url = options_.base_url + "/login",
                 .headers = {{"Authorization", "Basic " + EncodeBase64(kToken)}},
                 .valid_for = std::chrono::minutes(25),
                 .read = [](std::string_view body) -> Result<std::string> {
                   return body.starts_with("session")
                              ? Result<std::string>(std::string(body))
                              : Invalid("no session in " + std::string(body));
                 }};
  }

 private:
  static Status Take(const std::string& part, Time now, std::string_view body,
                     grid::ZoneReading& reading) {
    const auto number = ParseDouble(body);
    if (!number) {
      return Unavailable("'" + Printable(body) + "' is no number");
    }
    if (part == "latest") {
      reading.latest = grid::Observation{.at = now, .intensity = GramsPerKwh(*number)};
    } else {
      reading.forecast = grid::Forecast{now, {now, std::chrono::hours(1), {*number}}};
    }
    return {};
  }

  Options options_;
};

/// A feed of Numbers, and a server that it asks.
class HttpFeedTest : public testing::Test {
 protected:
  using Respond = std::function<net::HttpResponse(const net::ServerRequest&)>;

  void SetUp() override {
    auto server = net::HttpServer::Start({}, [this](const net::ServerRequest& request) {
      const std::lock_guard lock(mutex_);
      asked_.push_back(request);
      return respond_(request);
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    Make({});
  }

  void Make(Numbers::Options options, FeedSettings settings = {}) {
    if (options.base_url.empty()) {
      options.base_url = "http://127.0.0.1:" + std::to_string(server_->port());
    }
    settings.token = kToken;
    feed_ = MakeHttpFeed(
        std::make_unique<Numbers>(std::move(options)), settings,
        [] { return net::MakeHttpClient({}); }, clock_);
  }
  void Serve(Respond respond) {
    const std::lock_guard lock(mutex_);
    respond_ = std::move(respond);
  }
  Answer Read(const std::string& zone = "DE", const grid::ZoneReading* held = nullptr) {
    return feed_->Read({zone}, held, {});
  }
  /// The paths of all requests since the last call.
  std::vector<std::string> Asked() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> paths;
    for (const auto& request : std::exchange(asked_, {})) {
      paths.push_back(request.path);
    }
    return paths;
  }
  std::string Header(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.back().headers.find(name);
    return found == asked_.back().headers.end() ? "" : found->second;
  }

  net::FakeClock clock_{kStart};
  std::mutex mutex_;
  Respond respond_ = [](const net::ServerRequest&) { return net::HttpResponse{200, {}, "75"}; };
  std::vector<net::ServerRequest> asked_;
  std::unique_ptr<net::HttpServer> server_;  // after what its thread uses
  std::unique_ptr<Feed> feed_;
};

}  // namespace carbon::feeds
