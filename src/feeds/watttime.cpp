// SPDX-License-Identifier: Apache-2.0
#include "feeds/watttime.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/answers.h"
#include "feeds/failures.h"
#include "feeds/secrets.h"

namespace carbon::feeds {
namespace watttime {
namespace {

namespace json = boost::json;

/// As long as the window in which WattTime counts a user's requests.
constexpr Duration kQuotaWindow = std::chrono::minutes(5);

Status Require(const json::object& meta, std::string_view name, std::string_view asked) {
  if (!meta.contains(name)) {
    return Unavailable("the answer does not say its " + std::string(name));
  }
  return CheckMember(meta, name, asked);
}

/// The answer's `meta`, once it is known to speak of what was asked.
Result<const json::object*> Meta(const json::object& object, const grid::ZoneId& region) {
  const json::object* meta = ObjectMember(object, "meta");
  if (meta == nullptr) {
    return Unavailable("the answer holds no meta");
  }
  const std::array<std::pair<const char*, std::string_view>, 3> asked = {
      {{"region", region.name}, {"signal_type", "co2_moer"}, {"units", "lbs_co2_per_mwh"}}};
  for (const auto& [name, value] : asked) {
    if (const Status ok = Require(*meta, name, value); !ok) {
      return ok.error();
    }
  }
  return meta;
}

Result<Row> ParsePoint(const json::value& value) {
  const json::object* point = value.if_object();
  if (point == nullptr) {
    return Unavailable("a point is not an object");
  }
  const auto at = TimeMember(*point, "point_time");
  if (!at) {
    return at.error();
  }
  const auto intensity = IntensityMember(*point, "value", kGramsPerPound);
  if (!intensity) {
    return intensity.error().In(FormatTime(*at));
  }
  const json::value* imputed = point->if_contains("imputed_data_used");
  return Row{*at, *intensity, imputed != nullptr && imputed->is_bool() && imputed->get_bool()};
}

Result<std::vector<Row>> ParsePoints(const json::object& object) {
  const json::array* data = ArrayMember(object, "data");
  if (data == nullptr) {
    return Unavailable("the answer holds no data");
  }
  std::vector<Row> rows;
  rows.reserve(data->size());
  for (const json::value& value : *data) {
    const auto row = ParsePoint(value);
    if (!row) {
      return row.error();
    }
    rows.push_back(*row);
  }
  if (const Status ok = Settle(rows); !ok) {
    return ok.error();
  }
  return rows;
}

/// As stated, else the smallest distance of two points.
Result<Duration> StepOf(const json::object& meta, const std::vector<Row>& rows) {
  const json::value* stated = meta.if_contains("data_point_period_seconds");
  if (stated == nullptr || stated->is_null()) {
    return SmallestStep(rows);
  }
  constexpr int64_t kDay = 86'400;
  const int64_t* seconds = stated->if_int64();
  if (seconds == nullptr || *seconds < 60 || *seconds > kDay) {
    return Unavailable("data_point_period_seconds " + Printable(json::serialize(*stated)) +
                       " is not a number from 60 to 86400");
  }
  return Duration(std::chrono::seconds(*seconds));
}

struct Points {
  std::vector<Row> rows;
  grid::Series series;
};

Result<Points> PointsOf(const json::object& object, const grid::ZoneId& region) {
  const auto meta = Meta(object, region);
  if (!meta) {
    return meta.error();
  }
  auto rows = ParsePoints(object);
  if (!rows) {
    return rows.error();
  }
  const auto step = StepOf(**meta, *rows);
  if (!step) {
    return step.error();
  }
  auto series = ToSeries(*rows, *step);
  if (!series) {
    return series.error();
  }
  return Points{*std::move(rows), *std::move(series)};
}

class WattTime final : public Protocol {
 public:
  explicit WattTime(FeedSettings settings) : settings_(std::move(settings)) {}

  std::string_view Name() const override { return "watttime"; }

  // WattTime lets a user send 3000 in 5 minutes; a value holds for 5.
  RequestQuota Quota() const override { return {.requests = 600, .per = std::chrono::hours(1)}; }

  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held, Time now,
                             std::string_view session) const override {
    const bool holds = held != nullptr && held->forecast && held->latest &&
                       now < held->latest->at + held->latest->step;
    if (holds) {
      return {};
    }
    const auto read = [zone](std::string_view body, grid::ZoneReading& reading) -> Status {
      auto outlook = ParseForecast(body, zone);
      if (!outlook) {
        return outlook.error();
      }
      reading.latest = outlook->latest;
      reading.forecast = std::move(outlook->forecast);
      return {};
    };
    return {
        {.name = "forecast",
         .url = settings_.base_url + "/v3/forecast?region=" + net::UrlEncode(zone.name) +
                "&signal_type=co2_moer&horizon_hours=" + std::to_string(settings_.horizon_hours),
         .headers = {{"Authorization", "Bearer " + std::string(session)}},
         .read = read}};
  }

  Result<Query> Locate(const grid::Place& place, std::string_view session) const override {
    if (!place.position) {
      return Error{Error::Kind::not_found, "WattTime is asked by position, and that of region " +
                                               place.region + " is not known"};
    }
    const auto read = [](std::string_view body, grid::ZoneReading& reading) -> Status {
      auto region = ParseRegion(body);
      if (!region) {
        return region.error();
      }
      reading.zone = *std::move(region);
      return {};
    };
    return Query{.name = "region-from-loc",
                 .url = settings_.base_url +
                        "/v3/region-from-loc?latitude=" + Fixed(place.position->latitude, 4) +
                        "&longitude=" + Fixed(place.position->longitude, 4) +
                        "&signal_type=co2_moer",
                 .headers = {{"Authorization", "Bearer " + std::string(session)}},
                 .read = read};
  }

  Failure Classify(int status, std::string_view body) const override {
    return ClassifyError(status, body);
  }

  std::optional<Login> LoginRequest() const override {
    return Login{.url = settings_.base_url + "/login",
                 .headers = {{"Authorization", "Basic " + EncodeBase64(settings_.token)}},
                 .read = ParseToken};
  }

 private:
  const FeedSettings settings_;
};

}  // namespace

Result<Outlook> ParseForecast(std::string_view body, const grid::ZoneId& region) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  auto points = PointsOf(**object, region);
  if (!points) {
    return points.error();
  }
  const auto issued_at = TimeMember(*ObjectMember(**object, "meta"), "generated_at");
  if (!issued_at) {
    return issued_at.error();
  }
  const Row& first = points->rows.front();
  std::optional<grid::Observation> latest;
  if (first.intensity) {
    latest = grid::Observation{.at = first.at,
                               .step = points->series.step(),
                               .intensity = GramsPerKwh(*first.intensity),
                               .estimated = first.estimated};
  }
  return Outlook{.latest = latest, .forecast = {*issued_at, std::move(points->series)}};
}

Result<grid::Series> ParseHistorical(std::string_view body, const grid::ZoneId& region) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  auto points = PointsOf(**object, region);
  if (!points) {
    return points.error();
  }
  return std::move(points->series);
}

Result<grid::ZoneId> ParseRegion(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  if (const Status ok = Require(**object, "signal_type", "co2_moer"); !ok) {
    return ok.error();
  }
  constexpr size_t kMost = 63;
  const auto region = TextMember(**object, "region");
  const auto odd = [](char c) { return c <= ' ' || c >= 0x7F; };
  if (!region || region->empty() || region->size() > kMost ||
      std::any_of(region->begin(), region->end(), odd)) {
    return Unavailable("the answer names no region");
  }
  return grid::ZoneId{std::string(*region)};
}

Result<std::string> ParseToken(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return Unavailable("the answer to the login is not a JSON object");
  }
  const auto token = TextMember(**object, "token");
  const auto unprintable = [](char c) { return c <= ' ' || c >= 0x7F; };
  if (!token || token->empty() || std::any_of(token->begin(), token->end(), unprintable)) {
    return Unavailable("the answer to the login holds no token");
  }
  return std::string(*token);
}

Failure ClassifyError(int status, std::string_view body) {
  const bool is_json = static_cast<bool>(Document(body).Object());
  if (status == 401 || (status == 403 && !is_json)) {
    return Denied("user, password or session was refused", Failure::Scope::provider, status, body);
  }
  if (status == 403) {
    return Denied("the plan does not include this region", Failure::Scope::zone, status, body);
  }
  // Regions outside the plan have come with 400 as well.
  if (status == 400 && body.find("Invalid scope") != std::string_view::npos) {
    return Denied("the plan does not include this region", Failure::Scope::zone, status, body);
  }
  Failure failure = PlainFailure(status, body);
  if (status == 429) {
    failure.retry_after = kQuotaWindow;
  }
  return failure;
}

}  // namespace watttime

Result<std::unique_ptr<Protocol>> MakeWattTime(const FeedSettings& settings) {
  FeedSettings complete = settings;
  complete.base_url = BaseUrl(settings.base_url, "https://api.watttime.org");
  if (const Status ok = CheckBaseUrl("watttime", complete.base_url); !ok) {
    return ok.error();
  }
  if (settings.kind != grid::SignalKind::marginal) {
    return Invalid("watttime has no " + std::string(ToString(settings.kind)) +
                   " signal; use marginal, or another provider");
  }
  if (settings.horizon_hours < 1 || settings.horizon_hours > 72) {
    return Invalid("watttime forecasts 1 to 72 hours, not " +
                   std::to_string(settings.horizon_hours));
  }
  const size_t colon = settings.token.find(':');
  if (colon == std::string::npos || colon == 0 || settings.token.size() > 1'000) {
    return Invalid("watttime needs a token of the form user:password");
  }
  return std::unique_ptr<Protocol>(std::make_unique<watttime::WattTime>(std::move(complete)));
}

}  // namespace carbon::feeds
