// SPDX-License-Identifier: Apache-2.0
#include "feeds/recorded_grid.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/text.h"
#include "feeds/electricity_maps.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<std::string_view, 5> kTemporalities = {"latest", "history", "past",
                                                            "past-range", "forecast"};
/// Signals that the service has and this grid was not recorded for.
constexpr std::array<std::string_view, 10> kOtherSignals = {"carbon-intensity-fossil-only",
                                                            "carbon-intensity-level",
                                                            "renewable-energy",
                                                            "carbon-free-energy",
                                                            "electricity-mix",
                                                            "electricity-flows",
                                                            "power-breakdown",
                                                            "total-load",
                                                            "net-load",
                                                            "price-day-ahead"};
constexpr std::array<std::string_view, 4> kHorizons = {"6", "24", "48", "72"};
constexpr Duration kLongestRange = hours(10 * 24);

struct ZoneName {
  std::string_view zone;
  std::string_view name;
  std::string_view country;
  std::string_view country_code;
};
constexpr std::array<ZoneName, 5> kZoneNames = {{
    {"DE", "Germany", "Germany", "DE"},
    {"SE", "Sweden", "Sweden", "SE"},
    {"US-CAL-CISO", "California Independent System Operator", "USA", "US"},
    {"US-MIDA-PJM", "PJM Interconnection, Llc", "USA", "US"},
    {"US-NW-BPAT", "Bonneville Power Administration", "USA", "US"},
}};

template <size_t n>
bool Holds(const std::array<std::string_view, n>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// ---- Bodies

net::HttpResponse Json(int status, const json::value& body) {
  return {.status = status,
          .headers = {{"content-type", "application/json; charset=utf-8"}},
          .body = json::serialize(body)};
}

net::HttpResponse Fail(int status, const std::string& error) {
  return Json(status, json::object{{"error", error}});
}

net::HttpResponse NotFound() { return Fail(404, "Not Found"); }

net::HttpResponse NoRecentData(const std::string& zone) {
  return Fail(404, "No recent data for zone \"" + zone + "\"");
}

net::HttpResponse BadDate(const std::string& name) {
  return Fail(400, "Missing or invalid date parameter \"" + name + "\"");
}

net::HttpResponse OutsidePlan(const std::string& zone, std::string_view request_type,
                              std::string_view data_type) {
  return Json(401, json::object{{"error", "Request unauthorized for zoneKey=" + zone +
                                              ",requestType=" + std::string(request_type) +
                                              ",dataType=" + std::string(data_type) + "."},
                                {"message",
                                 "You do not have access to this specific endpoint for this "
                                 "specific zone. Please visit https://help.electricitymaps.com if "
                                 "this is a mistake"}});
}

/// "2021-08-01T00:00:00.000Z".
std::string Stamp(Time time) {
  const Time second = FloorTo(time, std::chrono::seconds(1));
  std::string text = FormatTime(second);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ",
                static_cast<int>((time - second).count() % 1000));
  return text.replace(text.size() - 1, 1, fraction.data());
}

/// The mean over the step from `at` on, as the service sends it: a whole number, or null.
json::value Value(const grid::Series& series, Time at, Duration step) {
  const auto mean = series.Mean(at, at + step);
  return mean ? json::value(std::llround(mean->value())) : json::value(nullptr);
}

// ---- Requests

std::string Parameter(const net::ServerRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

std::optional<grid::SignalKind> Kind(const std::string& factor_type) {
  if (factor_type.empty() || factor_type == "lifecycle") {
    return grid::SignalKind::average_lifecycle;
  }
  if (factor_type == "direct") {
    return grid::SignalKind::average_direct;
  }
  return std::nullopt;
}

std::optional<Duration> Step(const std::string& granularity) {
  if (granularity.empty() || granularity == "hourly") {
    return hours(1);
  }
  if (granularity == "15_minutes") {
    return minutes(15);
  }
  if (granularity == "5_minutes") {
    return minutes(5);
  }
  return std::nullopt;
}

/// A request that made sense, on the recording it is about.
struct Question {
  const Recording& recording;
  bool v4 = false;
  Duration step = hours(1);
  Time now;
  const net::ServerRequest& request;

  const std::string& Zone() const { return recording.zone.name; }
  Time Present() const { return FloorTo(now, step); }
};

json::object Row(const Question& asked, Time at) {
  json::object row{{"zone", asked.Zone()},
                   {"carbonIntensity", Value(asked.recording.actual, at, asked.step)},
                   {"datetime", Stamp(at)},
                   {"updatedAt", Stamp(at)},
                   {"createdAt", Stamp(at - hours(72))},
                   {"emissionFactorType", EmissionFactorType(asked.recording.kind)}};
  if (asked.v4) {
    row["flowTraced"] = true;
  }
  row["isEstimated"] = false;
  row["estimationMethod"] = nullptr;
  if (asked.v4) {
    const std::string granularity = Parameter(asked.request, "temporalGranularity");
    row["temporalGranularity"] = granularity.empty() ? "hourly" : granularity;
  }
  return row;
}

net::HttpResponse OneRow(const Question& asked, Time at) {
  const json::object row = Row(asked, at);
  return row.at("carbonIntensity").is_null() ? NoRecentData(asked.Zone()) : Json(200, row);
}

/// The rows that start in [from, to).
net::HttpResponse Rows(const Question& asked, Time from, Time to, std::string_view name) {
  json::array rows;
  bool known = false;
  for (Time at = from; at < to; at += asked.step) {
    rows.push_back(Row(asked, at));
    known = known || !rows.back().at("carbonIntensity").is_null();
  }
  if (!known) {
    return NoRecentData(asked.Zone());
  }
  return Json(200, json::object{{"zone", asked.Zone()}, {name, std::move(rows)}});
}

net::HttpResponse Latest(const Question& asked) { return OneRow(asked, asked.Present()); }

net::HttpResponse History(const Question& asked) {
  const Time end = asked.Present() + asked.step;
  return Rows(asked, end - hours(24), end, asked.v4 ? "data" : "history");
}

net::HttpResponse Past(const Question& asked) {
  const auto when = ParseTime(Parameter(asked.request, "datetime"));
  if (!when) {
    return BadDate("datetime");
  }
  return *when > asked.now ? NoRecentData(asked.Zone()) : OneRow(asked, FloorTo(*when, asked.step));
}

net::HttpResponse PastRange(const Question& asked) {
  const auto start = ParseTime(Parameter(asked.request, "start"));
  if (!start) {
    return BadDate("start");
  }
  const auto end = ParseTime(Parameter(asked.request, "end"));
  if (!end || *end <= *start) {
    return BadDate("end");
  }
  if (*end - *start > kLongestRange) {
    return Fail(400, "Date range exceeds the limit of 10 days");
  }
  return Rows(asked, FloorTo(*start, asked.step), std::min(*end, asked.Present() + asked.step),
              "data");
}

/// The newest issue known at `now` that says something about the present or later.
const grid::Forecast* Newest(const Question& asked) {
  const auto& issues = asked.recording.forecasts;
  auto after =
      std::upper_bound(issues.begin(), issues.end(), asked.now,
                       [](Time now, const grid::Forecast& issue) { return now < issue.issued_at; });
  while (after != issues.begin()) {
    --after;
    if (after->series.end() > asked.Present()) {
      return &*after;
    }
  }
  return nullptr;
}

net::HttpResponse Forecast(const Question& asked) {
  const std::string horizon_text = Parameter(asked.request, "horizonHours");
  if (!horizon_text.empty() && !Holds(kHorizons, horizon_text)) {
    return Fail(400, "Expected one of 6, 24, 48, 72");
  }
  const grid::Forecast* issue = Newest(asked);
  if (issue == nullptr) {
    return NoRecentData(asked.Zone());
  }
  const hours horizon(horizon_text.empty() ? 24 : *ParseInt(horizon_text));
  const Time last = asked.Present() + horizon;
  json::array rows;
  for (Time at = asked.Present(); at <= last && at < issue->series.end(); at += asked.step) {
    if (at >= issue->series.start()) {
      rows.push_back(json::object{{"carbonIntensity", Value(issue->series, at, asked.step)},
                                  {"datetime", Stamp(at)}});
    }
  }
  if (rows.empty()) {
    return NoRecentData(asked.Zone());
  }
  return Json(200, json::object{{"zone", asked.Zone()},
                                {"forecast", std::move(rows)},
                                {"updatedAt", Stamp(issue->issued_at)}});
}

/// Whether the request forbids an answer for the caller's own place.
bool NoCallerLookup(const net::ServerRequest& request, bool v4) {
  return v4 ? Parameter(request, "disableCallerLookup") == "true"
            : Parameter(request, "shouldUseFallbackCallerLookup") == "false";
}

json::object Describe(const grid::ZoneId& zone, bool v4, bool with_access) {
  const auto* known = std::find_if(kZoneNames.begin(), kZoneNames.end(),
                                   [&](const ZoneName& name) { return name.zone == zone.name; });
  const std::string_view name = known == kZoneNames.end() ? zone.name : known->name;
  json::object out{{"zoneName", name}};
  if (known != kZoneNames.end() && (v4 || known->country != known->name)) {
    out["countryName"] = known->country;
  }
  if (v4) {
    out["zoneKey"] = zone.name;
    out["countryCode"] = known == kZoneNames.end() ? zone.name.substr(0, 2) : known->country_code;
    out["subZoneKeys"] = json::array();
    out["isCommerciallyAvailable"] = true;
  }
  if (with_access) {
    json::array access;
    for (const std::string_view temporality : kTemporalities) {
      access.emplace_back("carbon-intensity/" + std::string(temporality));
    }
    out["access"] = std::move(access);
  }
  return out;
}

}  // namespace

RecordedGrid::RecordedGrid(std::vector<Recording> recordings, std::string token,
                           DataCenters data_centers)
    : recordings_(std::move(recordings)),
      token_(std::move(token)),
      data_centers_(std::move(data_centers)) {
  for (const Recording& recording : recordings_) {
    zones_.insert(recording.zone);
  }
}

bool RecordedGrid::Authorised(const net::ServerRequest& request) const {
  const auto brought = request.headers.find("auth-token");
  return token_.empty() || (brought != request.headers.end() && brought->second == token_);
}

std::string RecordedGrid::ZoneAsked(const net::ServerRequest& request) const {
  std::string zone = Parameter(request, "zone");
  if (!zone.empty()) {
    return zone;
  }
  const auto found = data_centers_.find(
      {Parameter(request, "dataCenterProvider"), Parameter(request, "dataCenterRegion")});
  return found == data_centers_.end() ? "" : found->second.name;
}

const Recording* RecordedGrid::Find(const std::string& zone, grid::SignalKind kind) const {
  const auto found = std::find_if(
      recordings_.begin(), recordings_.end(),
      [&](const Recording& entry) { return entry.zone.name == zone && entry.kind == kind; });
  return found == recordings_.end() ? nullptr : &*found;
}

net::HttpResponse RecordedGrid::ListZones(const net::ServerRequest& request, bool v4) const {
  const bool with_token = request.headers.contains("auth-token");
  if (with_token && !Authorised(request)) {
    return Fail(401, "Invalid auth-token");
  }
  json::object zones;
  for (const grid::ZoneId& zone : zones_) {
    zones[zone.name] = Describe(zone, v4, with_token);
  }
  return Json(200, zones);
}

net::HttpResponse RecordedGrid::CarbonIntensity(const net::ServerRequest& request, bool v4,
                                                std::string_view temporality, Time now) const {
  std::string zone = ZoneAsked(request);
  if (zone.empty()) {
    if (NoCallerLookup(request, v4) || recordings_.empty()) {
      return Fail(400, "Missing arguments \"node\"");
    }
    zone = recordings_.front().zone.name;
  }
  if (!zones_.contains({zone})) {
    return OutsidePlan(zone, temporality, "carbon-intensity");
  }
  const auto kind = Kind(Parameter(request, "emissionFactorType"));
  if (!kind) {
    return Fail(400, "Expected one of lifecycle, direct");
  }
  const auto step = Step(Parameter(request, "temporalGranularity"));
  if (!step) {
    return Fail(400, "Expected one of 5_minutes, 15_minutes, hourly");
  }
  const Recording* recording = Find(zone, *kind);
  if (recording == nullptr) {
    return NoRecentData(zone);
  }
  const Question asked{*recording, v4, *step, now, request};
  if (temporality == "latest") {
    return Latest(asked);
  }
  if (temporality == "history") {
    return History(asked);
  }
  if (temporality == "past") {
    return Past(asked);
  }
  return temporality == "past-range" ? PastRange(asked) : Forecast(asked);
}

net::HttpResponse RecordedGrid::Answer(const net::ServerRequest& request, Time now) const {
  const auto parts = Split(request.path, '/');  // "", "v3", "carbon-intensity", "latest"
  if (request.method != "GET" || parts.size() < 3 || (parts[1] != "v3" && parts[1] != "v4")) {
    return NotFound();
  }
  const bool v4 = parts[1] == "v4";
  if (parts.size() == 3 && parts[2] == "zones") {
    return ListZones(request, v4);
  }
  if (!Authorised(request)) {
    return Fail(401, "Invalid auth-token");
  }
  if (parts.size() != 4) {
    return NotFound();
  }
  if (Holds(kOtherSignals, parts[2])) {
    return OutsidePlan(Parameter(request, "zone"), parts[3], parts[2]);
  }
  if (parts[2] != "carbon-intensity") {
    return NotFound();
  }
  if (!Holds(kTemporalities, parts[3])) {
    return Fail(400, "Expected one of latest, history, past, past-range, forecast");
  }
  return CarbonIntensity(request, v4, parts[3], now);
}

}  // namespace carbon::feeds
