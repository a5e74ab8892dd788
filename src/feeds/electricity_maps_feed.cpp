// SPDX-License-Identifier: Apache-2.0
#include "feeds/electricity_maps_feed.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/text.h"
#include "feeds/electricity_maps.h"

namespace carbon::feeds {
namespace {

constexpr std::string_view kRealService = "https://api.electricitymaps.com/v3";
constexpr Duration kDeniedFor = std::chrono::hours(1);
/// A zone's second request is not sent with less real time left than this.
constexpr Duration kLeastTimeout = std::chrono::seconds(1);

constexpr std::array kHorizons = {6, 24, 48, 72};

using SteadyTime = std::chrono::steady_clock::time_point;

/// A failure, or a body that came with status 200.
using Fetched = std::variant<std::string, Failure>;

/// One of the two endpoints, with the zones for which it is known to be denied.
struct Endpoint {
  std::string name;   ///< "latest"
  std::string query;  ///< what follows the zone
  std::map<grid::ZoneId, std::pair<Time, Failure>> denied;
};

class ElectricityMapsFeed final : public Feed {
 public:
  ElectricityMapsFeed(FeedSettings settings, std::unique_ptr<net::HttpClient> client,
                      const net::Clock& clock)
      : settings_(std::move(settings)), client_(std::move(client)), clock_(clock) {
    // Without this the service answers for the caller's own place where it does not know the zone.
    const std::string common =
        std::string("&emissionFactorType=") + std::string(EmissionFactorType(settings_.kind)) +
        (settings_.base_url.ends_with("/v4") ? "&disableCallerLookup=true"
                                             : "&shouldUseFallbackCallerLookup=false");
    latest_ = {.name = "latest", .query = common, .denied = {}};
    forecast_ = {.name = "forecast",
                 .query = common + "&horizonHours=" + std::to_string(settings_.horizon_hours),
                 .denied = {}};
  }

  std::string_view Name() const override { return "electricity-maps"; }

  Answer Read(const grid::ZoneId& zone, std::stop_token stop) override {
    const SteadyTime deadline = std::chrono::steady_clock::now() + settings_.timeout;
    grid::ZoneReading reading{.zone = zone,
                              .kind = settings_.kind,
                              .source = std::string(Name()),
                              .fetched_at = clock_.Now(),
                              .latest = {},
                              .forecast = {}};
    std::optional<Failure> failure =
        Part(latest_, zone, ParseLatest, reading.latest, deadline, stop);
    if (!failure || !IsHopeless(*failure)) {
      auto second = Part(forecast_, zone, ParseForecast, reading.forecast, deadline, stop);
      if (second && (!failure || second->scope == Failure::Scope::provider)) {
        failure = std::move(second);
      }
    }
    if (!reading.latest && !reading.forecast) {
      return {.reading = {}, .failure = std::move(failure)};
    }
    return {.reading = std::move(reading), .failure = std::move(failure)};
  }

 private:
  /// Whether the other endpoint would fail alike.
  static bool IsHopeless(const Failure& failure) {
    return failure.scope == Failure::Scope::provider || failure.error.kind == Error::Kind::timeout;
  }

  /// Reads one endpoint into `part`.
  template <typename T, typename Parser>
  std::optional<Failure> Part(Endpoint& endpoint, const grid::ZoneId& zone, Parser parse,
                              std::optional<T>& part, SteadyTime deadline, std::stop_token stop) {
    Fetched fetched = Fetch(endpoint, zone, deadline, std::move(stop));
    if (auto* failure = std::get_if<Failure>(&fetched)) {
      failure->error = failure->error.In(endpoint.name);
      return std::move(*failure);
    }
    const std::string& body = std::get<std::string>(fetched);
    auto parsed = parse(body, zone, settings_.kind);
    if (!parsed) {
      // A quote could hold a part of the token, cut where the quote is.
      const bool quotable =
          settings_.token.empty() || body.find(settings_.token) == std::string::npos;
      const Error withheld = Unavailable("an answer that echoes the token cannot be read");
      return Failure{.error = (quotable ? parsed.error() : withheld).In(endpoint.name)};
    }
    part = *std::move(parsed);
    return std::nullopt;
  }

  Fetched Fetch(Endpoint& endpoint, const grid::ZoneId& zone, SteadyTime deadline,
                std::stop_token stop) {
    const auto denied = endpoint.denied.find(zone);
    if (denied != endpoint.denied.end() && clock_.Now() < denied->second.first) {
      return denied->second.second;
    }
    const auto left =
        std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    if (left < kLeastTimeout) {
      return Failure{.error = {Error::Kind::timeout, "no time was left to ask"}};
    }
    const auto response = client_->Send(Request(endpoint, zone, left), std::move(stop));
    if (!response) {
      return Failure{.error = response.error()};
    }
    if (response->status == 200) {
      return response->body;
    }
    Failure failure = ClassifyError(response->status, WithoutToken(response->body));
    failure.retry_after = net::RetryAfter(*response, clock_.Now());
    if (failure.error.kind == Error::Kind::denied && failure.scope == Failure::Scope::zone) {
      endpoint.denied.insert_or_assign(zone, std::pair(clock_.Now() + kDeniedFor, failure));
    }
    return failure;
  }

  net::HttpRequest Request(const Endpoint& endpoint, const grid::ZoneId& zone,
                           Duration timeout) const {
    net::HttpRequest request;
    request.url = settings_.base_url + "/carbon-intensity/" + endpoint.name +
                  "?zone=" + net::UrlEncode(zone.name) + endpoint.query;
    if (!settings_.token.empty()) {
      request.headers.push_back({"auth-token", settings_.token});
    }
    request.timeout = timeout;
    request.max_body = settings_.max_body;
    return request;
  }

  /// An answer may echo what it was asked with.
  std::string WithoutToken(std::string text) const {
    if (settings_.token.empty()) {
      return text;
    }
    for (size_t at = text.find(settings_.token); at != std::string::npos;
         at = text.find(settings_.token, at)) {
      text.replace(at, settings_.token.size(), "***");
      at += 3;
    }
    return text;
  }

  const FeedSettings settings_;
  const std::unique_ptr<net::HttpClient> client_;
  const net::Clock& clock_;
  Endpoint latest_;
  Endpoint forecast_;
};

Status Check(const FeedSettings& settings) {
  const std::string& url = settings.base_url;
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return Invalid("base URL '" + Printable(url) + "' does not start with https:// or http://");
  }
  if (!url.ends_with("/v3") && !url.ends_with("/v4")) {
    return Invalid("base URL '" + Printable(url) + "' does not end with the version, /v3 or /v4");
  }
  if (EmissionFactorType(settings.kind).empty()) {
    return Invalid("electricity-maps has no " + std::string(ToString(settings.kind)) +
                   " signal; use average-lifecycle or average-direct");
  }
  if (std::find(kHorizons.begin(), kHorizons.end(), settings.horizon_hours) == kHorizons.end()) {
    return Invalid("electricity-maps forecasts 6, 24, 48 or 72 hours, not " +
                   std::to_string(settings.horizon_hours));
  }
  const auto unprintable = [](char c) { return c <= ' ' || c >= 0x7F; };
  if (std::any_of(settings.token.begin(), settings.token.end(), unprintable)) {
    return Invalid("the token holds a blank or a character that no token has");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Feed>> MakeElectricityMapsFeed(const FeedSettings& settings,
                                                      std::unique_ptr<net::HttpClient> client,
                                                      const net::Clock& clock) {
  FeedSettings complete = settings;
  if (complete.base_url.empty()) {
    complete.base_url = kRealService;
  }
  while (complete.base_url.ends_with('/')) {
    complete.base_url.pop_back();
  }
  if (const Status ok = Check(complete); !ok) {
    return ok.error();
  }
  return std::unique_ptr<Feed>(
      std::make_unique<ElectricityMapsFeed>(std::move(complete), std::move(client), clock));
}

}  // namespace carbon::feeds
