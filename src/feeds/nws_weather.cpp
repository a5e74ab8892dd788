// SPDX-License-Identifier: Apache-2.0
#include "feeds/nws_weather.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "feeds/failures.h"
#include "feeds/nws.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration kHour = hours(1);
constexpr Duration kCellHolds = hours(24);
/// A little less than an hour, so that polls which come an hour apart find it due.
constexpr Duration kLayersHold = minutes(58);
constexpr Duration kOldest = hours(24);
constexpr std::string_view kName = "api.weather.gov";
constexpr const char* kBaseUrl = "https://api.weather.gov";
constexpr const char* kUserAgent = "(carbon-kube/" CARBON_KUBE_VERSION ", carbon-kube.io)";

using Points = std::vector<grid::PointWeather>;

/// At most four decimals and no zeros at the end: anything else is answered with a redirection.
std::string Coordinate(double degrees) {
  std::string text = Fixed(degrees, 4);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) {
    text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string PointText(const grid::GeoPoint& point) {
  return Coordinate(point.latitude) + "," + Coordinate(point.longitude);
}

double Rounded(double degrees) { return std::round(degrees * 1e4) / 1e4; }

/// The layer hour by hour from the one that holds `now` on: what holds in the middle of the hour.
grid::Series Hourly(const std::vector<nws::Span>& spans, Time now, double factor) {
  const Time start = FloorTo(now, kHour);
  std::vector<double> values;
  auto span = spans.begin();
  for (Time middle = start + kHour / 2; middle < start + grid::kWeatherAhead; middle += kHour) {
    while (span != spans.end() && span->to <= middle) {
      ++span;
    }
    const bool told = span != spans.end() && span->from <= middle && span->value;
    values.push_back(told ? *span->value * factor : grid::Series::kUnknown);
  }
  return {start, kHour, std::move(values)};
}

bool TellsNothing(const grid::Series& series) { return series.UnknownSteps() == series.size(); }

/// What is held of the points, one for each of `points`.
Points HeldOf(const std::vector<grid::GeoPoint>& points, const grid::ZoneReading* held) {
  Points known(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    known[i].point = points[i];
    if (held == nullptr || !held->weather) {
      continue;
    }
    const auto same =
        std::find_if(held->weather->begin(), held->weather->end(),
                     [&](const grid::PointWeather& told) { return told.point == points[i]; });
    if (same != held->weather->end()) {
      known[i] = *same;
    }
  }
  return known;
}

/// A point of a read under way: all that its answer changes is this one's part of the reading.
struct Asked {
  std::shared_ptr<const Points> known;
  size_t index;
  Time now;

  const grid::PointWeather& was() const { return (*known)[index]; }
  grid::PointWeather& In(grid::ZoneReading& reading) const {
    if (!reading.weather) {
      reading.weather = *known;
    }
    return (*reading.weather)[index];
  }
};

Status TakeCell(const Asked& asked, const std::string& url, std::string_view body,
                grid::ZoneReading& reading) {
  const auto cell = nws::ParsePoint(body, url);
  if (!cell) {
    return cell.error();
  }
  constexpr std::string_view kScheme = "https://";
  grid::PointWeather& told = asked.In(reading);
  told.cell = cell->substr(cell->find('/', kScheme.size()));
  told.cell_asked_at = asked.now;
  return {};
}

Status TakeLayers(const Asked& asked, std::string_view body, grid::ZoneReading& reading) {
  const auto cell = nws::ParseGridpoint(body);
  if (!cell) {
    return cell.error();
  }
  if (asked.now - cell->updated_at > kOldest) {
    return Unavailable("the forecast of " + FormatTime(cell->updated_at) + " is over a day old");
  }
  grid::Series cloud = Hourly(cell->sky_cover, asked.now, 0.01);
  grid::Series wind = Hourly(cell->wind, asked.now, 1);
  if (TellsNothing(cloud) && TellsNothing(wind)) {
    return Unavailable("the forecast tells nothing of the coming hours");
  }
  grid::PointWeather& told = asked.In(reading);
  told.asked_at = asked.now;
  told.updated_at = cell->updated_at;
  told.cloud = std::move(cloud);
  told.wind = std::move(wind);
  return {};
}

class NwsWeather final : public Protocol {
 public:
  NwsWeather(std::string base_url, WeatherPoints points)
      : base_url_(std::move(base_url)), points_(std::move(points)) {}

  std::string_view Name() const override { return kName; }

  // The service names no number; one in a second is what it is asked at most (net::Pace).
  RequestQuota Quota() const override { return {.requests = 3600, .per = hours(1)}; }

  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held, Time now,
                             std::string_view) const override {
    const auto points = points_.find(zone);
    if (points == points_.end()) {
      return {};
    }
    const auto known = std::make_shared<const Points>(HeldOf(points->second, held));
    std::vector<Query> queries;
    for (size_t i = 0; i < known->size(); ++i) {
      const Asked asked{.known = known, .index = i, .now = now};
      if (asked.was().cell.empty() || now - asked.was().cell_asked_at >= kCellHolds) {
        queries.push_back(CellQuery(asked));
      }
      if (!asked.was().cell.empty() && now - asked.was().asked_at >= kLayersHold) {
        queries.push_back(LayersQuery(asked));
      }
    }
    return queries;
  }

  Failure Classify(int status, std::string_view body) const override {
    // The point lies outside of the United States, or the cell is none any more: no use in haste.
    return status == 404
               ? Denied("the service knows no weather there", Failure::Scope::zone, status, body)
               : nws::ClassifyError(status, body);
  }

 private:
  static std::vector<net::Header> Headers() {
    return {{"Accept", "application/geo+json"}, {"User-Agent", kUserAgent}};
  }

  Query CellQuery(const Asked& asked) const {
    const std::string point = PointText(asked.was().point);
    std::string url = base_url_ + "/points/" + point;
    return {.name = "point " + point,
            .url = url,
            .headers = Headers(),
            .read = [asked, url](std::string_view body, grid::ZoneReading& reading) {
              return TakeCell(asked, url, body, reading);
            }};
  }

  Query LayersQuery(const Asked& asked) const {
    return {.name = "weather " + PointText(asked.was().point),
            .url = base_url_ + asked.was().cell,
            .headers = Headers(),
            .read = [asked](std::string_view body, grid::ZoneReading& reading) {
              return TakeLayers(asked, body, reading);
            }};
  }

  const std::string base_url_;
  const WeatherPoints points_;
};

size_t CountOf(const WeatherPoints& points) {
  size_t count = 0;
  for (const auto& [zone, its] : points) {
    count += its.size();
  }
  return count;
}

}  // namespace

Status AddWeatherPoint(WeatherPoints& points, std::string_view text) {
  const size_t equals = text.rfind('=');
  const auto numbers = Split(equals == std::string_view::npos ? "" : text.substr(equals + 1), ',');
  const auto latitude = ParseDouble(numbers.front());
  const auto longitude = ParseDouble(numbers.back());
  if (numbers.size() != 2 || equals == 0 || !latitude || !longitude ||
      !(std::abs(*latitude) <= 90) || !(std::abs(*longitude) <= 180)) {
    return Invalid("'" + Printable(text) +
                   "' is not ZONE=LATITUDE,LONGITUDE in degrees north and east, such as "
                   "US-CAL-CISO=34.85,-118.3");
  }
  const grid::ZoneId zone{std::string(text.substr(0, equals))};
  std::vector<grid::GeoPoint>& its = points[zone];
  const grid::GeoPoint point{.latitude = Rounded(*latitude), .longitude = Rounded(*longitude)};
  if (std::find(its.begin(), its.end(), point) != its.end()) {
    return Invalid("zone " + Printable(zone.name) + " has the point " + PointText(point) +
                   " twice");
  }
  if (its.size() == kMostPointsOfZone || CountOf(points) == kMostPoints) {
    return Invalid("a zone has at most " + std::to_string(kMostPointsOfZone) +
                   " points, all zones together " + std::to_string(kMostPoints));
  }
  its.push_back(point);
  return {};
}

Result<std::unique_ptr<Protocol>> MakeNwsWeather(std::string_view base_url, WeatherPoints points) {
  const std::string base = BaseUrl(base_url, kBaseUrl);
  if (const Status ok = CheckBaseUrl(kName, base); !ok) {
    return ok.error();
  }
  return std::unique_ptr<Protocol>(std::make_unique<NwsWeather>(base, std::move(points)));
}

Result<std::unique_ptr<Feed>> MakeNwsWeatherFeed(std::string_view base_url, WeatherPoints points,
                                                 const HttpClientFactory& make_client,
                                                 std::shared_ptr<net::Pace> pace,
                                                 const net::Clock& clock) {
  auto protocol = MakeNwsWeather(base_url, std::move(points));
  if (!protocol) {
    return protocol.error();
  }
  FeedSettings settings;
  // Sixteen requests, a second apart at least.
  settings.timeout = std::chrono::seconds(60);
  return MakeHttpFeed(
      *std::move(protocol), std::move(settings),
      [make_client, pace = std::move(pace)] { return net::MakePacedClient(make_client(), pace); },
      clock);
}

}  // namespace carbon::feeds
