// SPDX-License-Identifier: Apache-2.0
#include "feeds/electricity_maps.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "feeds/answers.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;

/// What was asked for, so what an answer has to speak of.
struct Asked {
  const grid::ZoneId& zone;
  std::string_view factor_type;
};

Status CheckAsked(const json::object& object, const Asked& asked) {
  if (Status ok = CheckMember(object, "zone", asked.zone.name); !ok) {
    return ok;
  }
  return CheckMember(object, "emissionFactorType", asked.factor_type);
}

Result<Row> ParseRow(const json::object& object, const Asked& asked) {
  if (const Status ok = CheckAsked(object, asked); !ok) {
    return ok.error();
  }
  const auto at = TimeMember(object, "datetime");
  if (!at) {
    return at.error();
  }
  const auto intensity = IntensityMember(object, "carbonIntensity");
  if (!intensity) {
    return intensity.error().In(FormatTime(*at));
  }
  const json::value* estimated = object.if_contains("isEstimated");
  return Row{*at, *intensity,
             estimated != nullptr && estimated->is_bool() && estimated->get_bool()};
}

Result<std::vector<Row>> ParseRows(const json::array& array, const Asked& asked) {
  std::vector<Row> rows;
  rows.reserve(array.size());
  for (const json::value& value : array) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
      return Unavailable("a row is not an object");
    }
    auto row = ParseRow(*object, asked);
    if (!row) {
      return row.error();
    }
    rows.push_back(*std::move(row));
  }
  if (const Status ok = Settle(rows); !ok) {
    return ok.error();
  }
  return rows;
}

/// The answer's object, once it is known to speak of what was asked.
Result<const json::object*> Open(const Document& document, const Asked& asked) {
  const auto object = document.Object();
  if (!object) {
    return object;
  }
  if (!(*object)->contains("zone")) {
    return Unavailable("the answer names no zone");
  }
  if (const Status ok = CheckAsked(**object, asked); !ok) {
    return ok.error();
  }
  return object;
}

/// What temporalGranularity says (v4); nothing where it is absent.
Result<std::optional<Duration>> Granularity(const json::object& object) {
  if (!object.contains("temporalGranularity")) {
    return std::optional<Duration>();
  }
  const auto text = TextMember(object, "temporalGranularity");
  if (text == "hourly") {
    return std::optional<Duration>(std::chrono::hours(1));
  }
  if (text == "15_minutes") {
    return std::optional<Duration>(std::chrono::minutes(15));
  }
  if (text == "5_minutes") {
    return std::optional<Duration>(std::chrono::minutes(5));
  }
  return Unavailable("temporalGranularity '" + Printable(text.value_or("")) +
                     "' is none of hourly, 15_minutes, 5_minutes");
}

/// The length of a row's step: as stated, else the smallest distance of two rows, else an hour.
Result<Duration> StepOf(const json::object& object, const std::vector<Row>& rows) {
  const auto stated = Granularity(object);
  if (!stated) {
    return stated.error();
  }
  return *stated ? **stated : SmallestStep(rows);
}

/// The rows of `latest`: one, or those of an array.
Result<std::vector<Row>> LatestRows(const json::object& object, const Asked& asked) {
  if (const json::array* array = FirstArray(object, {"history", "data"})) {
    return ParseRows(*array, asked);
  }
  const auto row = ParseRow(object, asked);
  if (!row) {
    return row.error();
  }
  return std::vector<Row>{*row};
}

Result<grid::Series> ForecastSeries(const json::object& object, const Asked& asked) {
  const json::array* array = FirstArray(object, {"forecast", "data"});
  if (array == nullptr) {
    return Unavailable("the answer holds no forecast");
  }
  const auto rows = ParseRows(*array, asked);
  if (!rows) {
    return rows.error();
  }
  const auto step = StepOf(object, *rows);
  if (!step) {
    return step.error();
  }
  return ToSeries(*rows, *step);
}

/// The service's own words about an error: `error` of a JSON object; else nothing.
std::string OwnWords(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  const auto text = object ? TextMember(**object, "error") : std::nullopt;
  return text ? ": '" + Printable(*text) + "'" : ": no reason given";
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Whether a text is made as the service's keys of zones are: "US-CAL-CISO".
bool IsKey(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
             "0123456789-_") == std::string_view::npos;
}

Failure Refused(int status, std::string_view body) {
  const std::string code = " (HTTP " + std::to_string(status) + ")";
  const bool of_zone =
      status == 403 || Contains(body, "zoneKey") || Contains(body, "Endpoint not available");
  if (of_zone) {
    return {.error = {Error::Kind::denied,
                      "the token's plan does not include this zone and endpoint" + code}};
  }
  return {.error = {Error::Kind::denied,
                    "the token was refused" + code + ": check the token of Electricity Maps"},
          .scope = Failure::Scope::provider};
}

// ---- The protocol

constexpr std::string_view kRealService = "https://api.electricitymaps.com/v3";
constexpr std::array kHorizons = {6, 24, 48, 72};
/// What the service publishes is new once an hour.
constexpr Duration kNewsEvery = std::chrono::hours(1);
/// Where it had no news yet, it is asked again after this.
constexpr Duration kPatience = std::chrono::minutes(15);

struct Due {
  bool latest = true;
  bool forecast = true;
};

/// What the service may by now tell better than `held` does. Both endpoints are new once an hour:
/// asked for at every poll, five zones would spend the quota four times over.
Due WhatIsDue(const grid::ZoneReading* held, Time now) {
  if (held == nullptr || held->fetched_at > now) {
    return {};
  }
  const Time hour = FloorTo(now, kNewsEvery);
  const bool just_asked = hour <= held->fetched_at && now - held->fetched_at < kPatience;
  Due due;
  if (const auto& latest = held->latest) {
    const bool speaks_of_now = latest->at <= now && now < latest->at + latest->step;
    due.latest = !speaks_of_now && !just_asked;
  }
  if (const auto& forecast = held->forecast) {
    const Time start = forecast->series.start();
    const bool recent = std::chrono::abs(now - forecast->issued_at) < kNewsEvery ||
                        (hour <= start && start <= hour + kNewsEvery);
    due.forecast = !recent && !just_asked;
  }
  return due;
}

/// Reads an answer with `parse` into `part`.
template <typename T>
auto Into(std::optional<T> grid::ZoneReading::* part,
          Result<T> (*parse)(std::string_view, const grid::ZoneId&, grid::SignalKind)) {
  return [part, parse](std::string_view body, grid::ZoneReading& reading) -> Status {
    auto parsed = parse(body, reading.zone, reading.kind);
    if (!parsed) {
      return parsed.error();
    }
    reading.*part = *std::move(parsed);
    return {};
  };
}

class ElectricityMaps final : public Protocol {
 public:
  explicit ElectricityMaps(FeedSettings settings)
      : settings_(std::move(settings)),
        // Without the last part the service answers for the caller's own place where it does not
        // know the zone.
        common_("&emissionFactorType=" + std::string(EmissionFactorType(settings_.kind)) +
                (settings_.base_url.ends_with("/v4") ? "&disableCallerLookup=true"
                                                     : "&shouldUseFallbackCallerLookup=false")) {}

  std::string_view Name() const override { return "electricity-maps"; }

  RequestQuota Quota() const override { return {.requests = 30, .per = std::chrono::hours(1)}; }

  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held, Time now,
                             std::string_view) const override {
    const Due due = WhatIsDue(held, now);
    const std::string where = "zone=" + net::UrlEncode(zone.name);
    std::vector<Query> queries;
    if (due.latest) {
      queries.push_back(Ask("latest", where));
      queries.back().read = Into(&grid::ZoneReading::latest, ParseLatest);
    }
    if (due.forecast) {
      queries.push_back(Ask("forecast", where));
      queries.back().url += "&horizonHours=" + std::to_string(settings_.horizon_hours);
      queries.back().read = Into(&grid::ZoneReading::forecast, ParseForecast);
    }
    return queries;
  }

  Result<Query> Locate(const grid::Place& place, std::string_view) const override {
    Query query = Ask("latest", "dataCenterProvider=" + net::UrlEncode(place.cloud) +
                                    "&dataCenterRegion=" + net::UrlEncode(place.region));
    query.read = [](std::string_view body, grid::ZoneReading& reading) -> Status {
      auto zone = ParseZone(body);
      if (!zone) {
        return zone.error();
      }
      reading.zone = *std::move(zone);
      return {};
    };
    query.read_refusal = [](int status, std::string_view body, grid::ZoneReading& reading) {
      auto zone = RefusedZone(status, body);
      reading.zone = zone ? *std::move(zone) : grid::ZoneId{};
      return !reading.zone.name.empty();
    };
    return query;
  }

  Failure Classify(int status, std::string_view body) const override {
    return ClassifyError(status, body);
  }

 private:
  Query Ask(const std::string& endpoint, const std::string& where) const {
    Query query{
        .name = endpoint,
        .url = settings_.base_url + "/carbon-intensity/" + endpoint + "?" + where + common_};
    if (!settings_.token.empty()) {
      query.headers.push_back({"auth-token", settings_.token});
    }
    return query;
  }

  const FeedSettings settings_;
  const std::string common_;  ///< of both endpoints, what follows the zone
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
                   " signal; use lifecycle or direct");
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

std::string_view EmissionFactorType(grid::SignalKind kind) {
  switch (kind) {
    case grid::SignalKind::average_lifecycle:
      return "lifecycle";
    case grid::SignalKind::average_direct:
      return "direct";
    case grid::SignalKind::marginal:
      break;
  }
  return "";
}

Result<grid::Observation> ParseLatest(std::string_view body, const grid::ZoneId& zone,
                                      grid::SignalKind kind) {
  const Asked asked{zone, EmissionFactorType(kind)};
  const Document document(body);
  const auto object = Open(document, asked);
  if (!object) {
    return object.error();
  }
  const auto rows = LatestRows(**object, asked);
  if (!rows) {
    return rows.error();
  }
  const auto step = Granularity(**object);
  if (!step) {
    return step.error();
  }
  const Row* newest = NewestKnown(*rows);
  if (newest == nullptr) {
    return NothingKnown();
  }
  return grid::Observation{.at = newest->at,
                           .step = step->value_or(std::chrono::hours(1)),
                           .intensity = GramsPerKwh(*newest->intensity),
                           .estimated = newest->estimated};
}

Result<grid::Forecast> ParseForecast(std::string_view body, const grid::ZoneId& zone,
                                     grid::SignalKind kind) {
  const Asked asked{zone, EmissionFactorType(kind)};
  const Document document(body);
  const auto object = Open(document, asked);
  if (!object) {
    return object.error();
  }
  const auto issued_at = TimeMember(**object, "updatedAt");
  if (!issued_at) {
    return issued_at.error();
  }
  auto series = ForecastSeries(**object, asked);
  if (!series) {
    return series.error();
  }
  return grid::Forecast{*issued_at, *std::move(series)};
}

Result<grid::ZoneId> ParseZone(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  const auto zone = TextMember(**object, "zone");
  if (!zone || !IsKey(*zone)) {
    return Unavailable("the answer names no zone");
  }
  return grid::ZoneId{std::string(*zone)};
}

std::optional<grid::ZoneId> RefusedZone(int status, std::string_view body) {
  constexpr std::string_view kMark = "for zoneKey=";
  const size_t mark = body.find(kMark);
  if ((status != 401 && status != 403) || mark == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = body.substr(mark + kMark.size());
  const std::string_view zone = rest.substr(0, rest.find(','));
  return IsKey(zone) ? std::optional(grid::ZoneId{std::string(zone)}) : std::nullopt;
}

Failure ClassifyError(int status, std::string_view body) {
  const std::string code = "HTTP " + std::to_string(status);
  if (status == 401 || status == 403) {
    return Refused(status, body);
  }
  if (status == 404 && Contains(body, "No recent data")) {
    return {.error = {Error::Kind::not_found, "no recent data for the zone (HTTP 404)"}};
  }
  if (status == 404) {
    return {.error = {Error::Kind::not_found, code + OwnWords(body) + "; check the base URL"}};
  }
  if (status == 429) {
    return {.error = Unavailable("too many requests for the token's plan (HTTP 429)"),
            .scope = Failure::Scope::provider};
  }
  if (status >= 300 && status < 400) {
    return {.error = Unavailable(code + ", a redirection; check the base URL")};
  }
  if (status >= 400 && status < 500 && status != 408) {
    return {.error = Invalid("the request was refused, " + code + OwnWords(body))};
  }
  return {.error = Unavailable(code + OwnWords(body))};
}

Result<std::unique_ptr<Protocol>> MakeElectricityMaps(const FeedSettings& settings) {
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
  return std::unique_ptr<Protocol>(std::make_unique<ElectricityMaps>(std::move(complete)));
}

}  // namespace carbon::feeds
