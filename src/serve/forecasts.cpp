// SPDX-License-Identifier: Apache-2.0
#include "serve/forecasts.h"

#include <algorithm>

#include "base/text.h"

namespace carbon::serve {
namespace {

/// Where the scope begins and ends.
struct Span {
  Time from;
  Time to;
};

Span SpanOf(const grid::Series& expected, const Scope& scope, Time now) {
  const Time first = expected.start();
  const auto passed = std::clamp<int64_t>((now - first) / expected.step(), 0,
                                          static_cast<int64_t>(expected.size()));
  return {.from = scope.from.value_or(first + expected.step() * passed),
          .to = scope.to.value_or(expected.end())};
}

std::vector<ForecastPoint> Steps(const grid::Series& expected, const Span& span) {
  std::vector<ForecastPoint> points;
  for (size_t i = 0; i < expected.size(); ++i) {
    const Time at = expected.TimeOf(i);
    const auto value = expected.Value(i);
    if (value && at < span.to && at + expected.step() > span.from) {
      points.push_back({.at = at, .length = expected.step(), .intensity = value->value()});
    }
  }
  return points;
}

std::vector<ForecastPoint> Windows(const grid::Series& expected, const Span& span,
                                   Duration window) {
  std::vector<ForecastPoint> points;
  for (Time at = span.from; at + window <= span.to; at += expected.step()) {
    if (const auto mean = expected.Mean(at, at + window)) {
      points.push_back({.at = at, .length = window, .intensity = mean->value()});
    }
  }
  return points;
}

std::string PointJson(const grid::ZoneId& zone, const ForecastPoint& point) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(point.length).count();
  return R"({"location":)" + Quoted(zone.name) + R"(,"timestamp":")" + DateTimeOffset(point.at) +
         R"(","duration":)" + std::to_string(minutes) + R"(,"value":)" + Shortest(point.intensity) +
         "}";
}

std::string PointsJson(const grid::ZoneId& zone, const std::vector<ForecastPoint>& points) {
  std::string text = "[";
  for (const ForecastPoint& point : points) {
    text += (text.size() > 1 ? "," : "") + PointJson(zone, point);
  }
  return text + "]";
}

/// All that are as low as the lowest, the earliest first.
std::vector<ForecastPoint> Lowest(const std::vector<ForecastPoint>& points) {
  std::vector<ForecastPoint> lowest;
  for (const ForecastPoint& point : points) {
    if (!lowest.empty() && point.intensity < lowest.front().intensity) {
      lowest.clear();
    }
    if (lowest.empty() || point.intensity == lowest.front().intensity) {
      lowest.push_back(point);
    }
  }
  return lowest;
}

}  // namespace

void CheckScope(const grid::Outlook& outlook, const Scope& scope, Complaints& complaints) {
  const Time first = outlook.expected.start();
  const Time last = outlook.expected.end();
  const auto check = [&](const char* name, const std::optional<Time>& time) {
    if (time && (*time < first || *time > last)) {
      complaints.Add(name, std::string(name) +
                               " must be within time range of the forecasted data, '" +
                               DateTimeOffset(first) + "' through '" + DateTimeOffset(last) + "'");
    }
  };
  check("dataStartAt", scope.from);
  check("dataEndAt", scope.to);
}

std::vector<ForecastPoint> PointsOf(const grid::Outlook& outlook, const Scope& scope, Time now) {
  const Span span = SpanOf(outlook.expected, scope, now);
  return scope.window ? Windows(outlook.expected, span, *scope.window)
                      : Steps(outlook.expected, span);
}

std::string ForecastJson(const Place& place, const grid::Outlook& outlook, const Scope& scope,
                         const std::vector<ForecastPoint>& points, Time now, Fields fields) {
  const Span span = SpanOf(outlook.expected, scope, now);
  const Duration window = scope.window.value_or(outlook.expected.step());
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(window).count();
  std::string text = R"({"generatedAt":")" + DateTimeOffset(outlook.issued_at) +
                     R"(","requestedAt":")" + DateTimeOffset(now) + R"(","location":)" +
                     Quoted(place.name) + R"(,"dataStartAt":")" + DateTimeOffset(span.from) +
                     R"(","dataEndAt":")" + DateTimeOffset(span.to) + R"(","windowSize":)" +
                     std::to_string(minutes) + R"(,"optimalDataPoints":)" +
                     PointsJson(place.zone, Lowest(points)) + R"(,"forecastData":)" +
                     PointsJson(place.zone, points);
  if (fields == Fields::ours_too) {
    text += R"(,"zone":)" + Quoted(place.zone.name) + R"(,"kind":")" +
            std::string(ToString(outlook.kind)) + R"(","rung":")" +
            std::string(ToString(outlook.rung)) + R"(","estimated":)" +
            (outlook.estimated ? "true" : "false") + R"(,"source":)" + Quoted(outlook.source);
  }
  return text + "}";
}

}  // namespace carbon::serve
