// SPDX-License-Identifier: Apache-2.0
#include "feeds/carbon_aware_sdk.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/answers.h"
#include "feeds/failures.h"

namespace carbon::feeds {
namespace sdk {
namespace {

namespace json = boost::json;

constexpr Duration kLongest = std::chrono::hours(24);

/// A point of an answer and how long it holds.
struct Point {
  Row row;
  std::optional<Duration> length;
};

/// .NET's "hh:mm:ss", up to a day.
std::optional<Duration> ParseTimeSpan(std::string_view text) {
  const auto parts = Split(text, ':');
  if (parts.size() != 3) {
    return std::nullopt;
  }
  int64_t seconds = 0;
  for (const std::string_view part : parts) {
    const auto number = part.size() == 2 ? ParseInt(part) : std::nullopt;
    if (!number || *number < 0) {
      return std::nullopt;
    }
    seconds = seconds * 60 + *number;
  }
  return std::chrono::seconds(seconds);
}

/// Minutes as a number, or a time span; nothing where it is absent.
Result<std::optional<Duration>> Length(const json::object& object) {
  const json::value* value = object.if_contains("duration");
  if (value == nullptr || value->is_null()) {
    return std::optional<Duration>();
  }
  std::optional<Duration> length;
  if (const int64_t* minutes = value->if_int64(); minutes != nullptr && *minutes <= 24 * 60) {
    length = std::chrono::minutes(*minutes);
  } else if (const json::string* text = value->if_string()) {
    length = ParseTimeSpan({text->data(), text->size()});
  }
  if (!length || *length < std::chrono::minutes(1) || *length > kLongest) {
    return Unavailable("duration " + Printable(json::serialize(*value)) +
                       " is not from a minute to a day");
  }
  return length;
}

/// Points are called {time, rating} in one answer and {timestamp, value} in the other.
Result<Point> ParsePoint(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return Unavailable("a point is not an object");
  }
  const auto at = TimeMember(*object, object->contains("timestamp") ? "timestamp" : "time");
  if (!at) {
    return at.error();
  }
  const auto intensity = IntensityMember(*object, object->contains("value") ? "value" : "rating");
  if (!intensity) {
    return intensity.error().In(FormatTime(*at));
  }
  const auto length = Length(*object);
  if (!length) {
    return length.error();
  }
  return Point{{*at, *intensity, false}, *length};
}

struct Points {
  std::vector<Row> rows;
  std::optional<Duration> length;  ///< the shortest
};

Result<Points> ParsePoints(const json::array& array) {
  Points points;
  points.rows.reserve(array.size());
  for (const json::value& value : array) {
    const auto point = ParsePoint(value);
    if (!point) {
      return point.error();
    }
    points.rows.push_back(point->row);
    if (point->length) {
      points.length = std::min(points.length.value_or(kLongest), *point->length);
    }
  }
  if (const Status ok = Settle(points.rows); !ok) {
    return ok.error();
  }
  return points;
}

/// The SDK smooths over windows: points may stand closer together than they are long.
Duration StepOf(const Points& points) {
  if (!points.length) {
    return SmallestStep(points.rows);
  }
  return points.rows.size() < 2 ? *points.length
                                : std::min(*points.length, SmallestStep(points.rows));
}

class CarbonAwareSdk final : public Protocol {
 public:
  explicit CarbonAwareSdk(std::string base_url) : base_url_(std::move(base_url)) {}

  std::string_view Name() const override { return "carbon-aware-sdk"; }

  // The SDK asks its own source for each of them.
  RequestQuota Quota() const override { return {.requests = 240, .per = std::chrono::hours(1)}; }

  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* /*held*/,
                             Time /*now*/, std::string_view /*session*/) const override {
    const auto read_latest = [](std::string_view body, grid::ZoneReading& reading) -> Status {
      const auto latest = ParseEmissions(body);
      if (!latest) {
        return latest.error();
      }
      reading.latest = *latest;
      return {};
    };
    const auto read_forecast = [zone](std::string_view body, grid::ZoneReading& reading) -> Status {
      auto forecast = ParseForecast(body, zone);
      if (!forecast) {
        return forecast.error();
      }
      reading.forecast = *std::move(forecast);
      return {};
    };
    const std::string location = "?location=" + net::UrlEncode(zone.name);
    return {{.name = "latest",
             .url = base_url_ + "/emissions/bylocation" + location,
             .read = read_latest},
            {.name = "forecast",
             .url = base_url_ + "/emissions/forecasts/current" + location,
             .read = read_forecast}};
  }

  Failure Classify(int status, std::string_view body) const override {
    return ClassifyError(status, body);
  }

 private:
  const std::string base_url_;
};

}  // namespace

Result<grid::Observation> ParseEmissions(std::string_view body) {
  const Document document(body);
  const auto array = document.Array();
  if (!array) {
    return array.error();
  }
  const auto points = ParsePoints(**array);
  if (!points) {
    return points.error();
  }
  const Row* newest = NewestKnown(points->rows);
  if (newest == nullptr) {
    return NothingKnown();
  }
  return grid::Observation{.at = newest->at,
                           .step = points->length.value_or(std::chrono::hours(1)),
                           .intensity = GramsPerKwh(*newest->intensity)};
}

Result<grid::Forecast> ParseForecast(std::string_view body, const grid::ZoneId& location) {
  const Document document(body);
  const auto array = document.Array();
  if (!array) {
    return array.error();
  }
  if ((*array)->empty()) {
    return NothingKnown();
  }
  const json::object* object = (*array)->front().if_object();
  if (object == nullptr || (*array)->size() > 1) {
    return Unavailable("the answer is not the forecast of one location");
  }
  if (const Status ok = CheckMember(*object, "location", location.name); !ok) {
    return ok.error();
  }
  const auto issued_at = TimeMember(*object, "generatedAt");
  if (!issued_at) {
    return issued_at.error();
  }
  const json::array* data = ArrayMember(*object, "forecastData");
  if (data == nullptr) {
    return Unavailable("the answer holds no forecastData");
  }
  const auto points = ParsePoints(*data);
  if (!points) {
    return points.error();
  }
  auto series = ToSeries(points->rows, StepOf(*points));
  if (!series) {
    return series.error();
  }
  return grid::Forecast{*issued_at, *std::move(series)};
}

Failure ClassifyError(int status, std::string_view body) {
  if (status == 501) {
    return {.error = {Error::Kind::not_found, "the SDK's source has no forecasts (HTTP 501)"}};
  }
  // The SDK passes on what its source answered it.
  if (status == 401) {
    return Denied("the SDK's source refused the SDK", Failure::Scope::provider, status, body);
  }
  if (status == 403) {
    return Denied("the SDK's source refused this location", Failure::Scope::zone, status, body);
  }
  return PlainFailure(status, body);
}

}  // namespace sdk

Result<std::unique_ptr<Protocol>> MakeCarbonAwareSdk(const FeedSettings& settings) {
  std::string base_url = BaseUrl(settings.base_url, "");
  if (base_url.empty()) {
    return Invalid("carbon-aware-sdk needs a base URL: where its web API listens");
  }
  if (const Status ok = CheckBaseUrl("carbon-aware-sdk", base_url); !ok) {
    return ok.error();
  }
  return std::unique_ptr<Protocol>(std::make_unique<sdk::CarbonAwareSdk>(std::move(base_url)));
}

}  // namespace carbon::feeds
