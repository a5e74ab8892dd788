// SPDX-License-Identifier: Apache-2.0
#include "serve/carbon_aware_sdk_api.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "serve/arguments.h"
#include "serve/dotnet.h"
#include "serve/emissions.h"
#include "serve/forecasts.h"
#include "serve/locations.h"
#include "serve/problem.h"

namespace carbon::serve {
namespace {

constexpr size_t kMostLocations = 100;
constexpr size_t kMostEntries = 1000;
constexpr Duration kLongestRange = std::chrono::days(31);
constexpr int64_t kLongestWindow = 31 * 24 * 60;  // minutes
/// Of one answer: some 20 MB, which one thread writes in well under a second.
constexpr size_t kMostPoints = 100'000;
constexpr Duration kInstant{1};

net::HttpResponse Json(std::string body) {
  return {.status = 200,
          .headers = {{"content-type", "application/json; charset=utf-8"}},
          .body = std::move(body)};
}

net::HttpResponse NoContent() { return {.status = 204, .headers = {}, .body = {}}; }

/// A JSON array of what is known; 204 where that is nothing.
net::HttpResponse Listed(const std::vector<std::string>& items) {
  if (items.empty()) {
    return NoContent();
  }
  std::string body = "[";
  for (const std::string& item : items) {
    body += (body.size() > 1 ? "," : "") + item;
  }
  return Json(body + "]");
}

net::HttpResponse TooManyPoints() {
  return Problem(400, "ArgumentException",
                 "more than " + std::to_string(kMostPoints) +
                     " points: ask for a shorter time or for fewer locations");
}

// ---- Arguments

std::optional<Place> PlaceOf(const std::string& name, const GridKnowledge& known,
                             Arguments& arguments) {
  if (name.empty()) {
    return std::nullopt;  // complained of already
  }
  auto zone = ZoneOf(name, known);
  if (!zone) {
    arguments.Complain("location", "Unknown Location: '" + Printable(name) +
                                       "' not found; GET /locations lists those that are served");
    return std::nullopt;
  }
  return Place{name, *std::move(zone)};
}

std::optional<Place> OnePlace(const GridKnowledge& known, Arguments& arguments) {
  return PlaceOf(arguments.Required("location"), known, arguments);
}

/// The SDK's code calls them `location`, its documentation `locations`.
std::vector<Place> Places(const GridKnowledge& known, Arguments& arguments) {
  std::vector<Place> places;
  const auto names = arguments.All({"location", "locations"});
  if (names.empty()) {
    arguments.Complain("location", "The location field is required.");
  }
  if (names.size() > kMostLocations) {
    arguments.Complain("location", std::to_string(names.size()) + " locations: at most " +
                                       std::to_string(kMostLocations) + " are answered at once");
    return places;
  }
  for (const std::string& name : names) {
    if (auto place = PlaceOf(name, known, arguments)) {
      places.push_back(*std::move(place));
    }
  }
  return places;
}

/// `details=true` asks for our fields.
Fields FieldsOf(Arguments& arguments) {
  const auto details = arguments.All({"details"});
  if (details.empty() || IsSameName(details.front(), "false")) {
    return Fields::of_sdk;
  }
  if (!IsSameName(details.front(), "true")) {
    arguments.Complain("details", "'" + Printable(details.front()) + "' is neither true nor false");
  }
  return Fields::ours_too;
}

/// Complains where the end is not after the start, or too far from it.
void CheckRange(std::optional<Time> from, std::optional<Time> to,
                const std::pair<const char*, const char*>& names, Arguments& arguments) {
  if (!from || !to) {
    return;
  }
  if (*from >= *to) {
    arguments.Complain(names.first,
                       std::string(names.first) + " must be before " + std::string(names.second));
  } else if (*to - *from > kLongestRange) {
    arguments.Complain(names.second, std::string(names.second) + " must be at most " +
                                         std::to_string(kLongestRange / std::chrono::days(1)) +
                                         " days after " + names.first);
  }
}

// ---- Emissions

struct Asked {
  std::optional<Time> time;
  std::optional<Time> to_time;
  bool best = false;  ///< the lowest only
  Fields fields = Fields::of_sdk;
};

Asked AskedOf(Arguments& arguments) {
  const Asked asked{.time = arguments.OptionalTime("time"),
                    .to_time = arguments.OptionalTime("toTime"),
                    .fields = FieldsOf(arguments)};
  if (asked.to_time && !asked.time && arguments.All({"time"}).empty()) {
    arguments.Complain("time", "time must be defined if toTime is defined");
  }
  CheckRange(asked.time, asked.to_time, {"time", "toTime"}, arguments);
  return asked;
}

std::vector<Observed> Look(const Place& place, const Asked& asked, const GridKnowledge& known) {
  if (asked.time) {
    const Time to = asked.to_time.value_or(*asked.time + kInstant);
    return ObservedIn(place.zone, *asked.time, to, known);
  }
  const auto newest = NewestObserved(place.zone, known);
  return newest ? std::vector<Observed>{*newest} : std::vector<Observed>();
}

/// An observed step of a location.
struct Emission {
  const Place* place;
  Observed observed;
};

net::HttpResponse EmissionsOf(const std::vector<Place>& places, const Asked& asked,
                              const GridKnowledge& known) {
  std::vector<Emission> emissions;
  for (const Place& place : places) {
    for (const Observed& observed : Look(place, asked, known)) {
      emissions.push_back({&place, observed});
    }
    if (emissions.size() > kMostPoints) {
      return TooManyPoints();
    }
  }
  double lowest = emissions.empty() ? 0 : emissions.front().observed.intensity;
  for (const Emission& emission : emissions) {
    lowest = std::min(lowest, emission.observed.intensity);
  }
  std::vector<std::string> items;
  for (const Emission& emission : emissions) {
    if (!asked.best || emission.observed.intensity == lowest) {
      items.push_back(EmissionsJson(*emission.place, emission.observed, known.kind, asked.fields));
    }
  }
  return Listed(items);
}

net::HttpResponse ByLocation(const net::ServerRequest& request, const GridKnowledge& known) {
  Complaints complaints;
  Arguments arguments(request.parameters, complaints);
  const auto place = OnePlace(known, arguments);
  const Asked asked = AskedOf(arguments);
  return complaints.empty() ? EmissionsOf({*place}, asked, known) : InvalidParameters(complaints);
}

net::HttpResponse BySeveral(const net::ServerRequest& request, bool best,
                            const GridKnowledge& known) {
  Complaints complaints;
  Arguments arguments(request.parameters, complaints);
  const auto places = Places(known, arguments);
  Asked asked = AskedOf(arguments);
  asked.best = best;
  return complaints.empty() ? EmissionsOf(places, asked, known) : InvalidParameters(complaints);
}

net::HttpResponse ByLocations(const net::ServerRequest& request, const GridKnowledge& known) {
  return BySeveral(request, false, known);
}

net::HttpResponse Best(const net::ServerRequest& request, const GridKnowledge& known) {
  return BySeveral(request, true, known);
}

// ---- Forecasts

Scope ScopeOf(Arguments& arguments) {
  const auto minutes = arguments.OptionalCount("windowSize", kLongestWindow);
  Scope scope{.from = arguments.OptionalTime("dataStartAt"),
              .to = arguments.OptionalTime("dataEndAt"),
              .window = {}};
  if (minutes && *minutes > 0) {  // 0 is none, as for the SDK
    scope.window = std::chrono::minutes(*minutes);
  }
  if (scope.from && scope.to && *scope.from >= *scope.to) {
    arguments.Complain("dataStartAt", "dataStartAt must be before dataEndAt");
  }
  return scope;
}

net::HttpResponse CurrentForecasts(const net::ServerRequest& request, const GridKnowledge& known) {
  Complaints complaints;
  Arguments arguments(request.parameters, complaints);
  const auto places = Places(known, arguments);
  const Scope scope = ScopeOf(arguments);
  const Fields fields = FieldsOf(arguments);
  if (!complaints.empty()) {
    return InvalidParameters(complaints);
  }
  std::vector<std::string> items;
  size_t count = 0;
  for (const Place& place : places) {
    const grid::Outlook* outlook = known.board.Find(place.zone);
    // A mean of a year is no forecast, and the SDK's fields do not tell it from one.
    if (outlook == nullptr || outlook->rung == grid::Rung::static_factor) {
      continue;
    }
    CheckScope(*outlook, scope, complaints);
    if (!complaints.empty()) {
      return InvalidParameters(complaints);
    }
    const auto points = PointsOf(*outlook, scope, known.now);
    count += points.size();
    if (count > kMostPoints) {
      return TooManyPoints();
    }
    items.push_back(ForecastJson(place, *outlook, scope, points, known.now, fields));
  }
  return Listed(items);
}

/// Forecasts as they were issued are not kept, and the present one has learnt from what came after.
net::HttpResponse PastForecasts(const net::ServerRequest& request, const GridKnowledge& known) {
  Complaints complaints;
  const Body body(request.body, "requestedForecasts", kMostEntries, complaints);
  for (size_t i = 0; i < body.Entries().size(); ++i) {
    Arguments arguments(*body.Entries()[i], "[" + std::to_string(i) + "].", complaints);
    (void)OnePlace(known, arguments);
    (void)arguments.RequiredTime("requestedAt");
    (void)ScopeOf(arguments);
  }
  if (!complaints.empty()) {
    return InvalidParameters(complaints);
  }
  return Problem(501, "NotImplementedException",
                 "past forecasts are not kept as they were issued; the newest one is at "
                 "/emissions/forecasts/current, and what came true at "
                 "/emissions/average-carbon-intensity");
}

// ---- Average carbon intensity

struct Average {
  Place place;
  Time from;
  Time to;
};

std::optional<Average> AverageOf(const GridKnowledge& known, Arguments& arguments) {
  auto place = OnePlace(known, arguments);
  const auto from = arguments.RequiredTime("startTime");
  const auto to = arguments.RequiredTime("endTime");
  CheckRange(from, to, {"startTime", "endTime"}, arguments);
  if (!place || !from || !to) {
    return std::nullopt;
  }
  return Average{*std::move(place), *from, *to};
}

std::string AverageJson(const Average& asked, double intensity, grid::SignalKind kind,
                        Fields fields) {
  const std::string ours = R"(,"zone":)" + Quoted(asked.place.zone.name) + R"(,"kind":")" +
                           std::string(ToString(kind)) + '"';
  return R"({"location":)" + Quoted(asked.place.name) + R"(,"startTime":")" +
         DateTimeOffset(asked.from) + R"(","endTime":")" + DateTimeOffset(asked.to) +
         R"(","carbonIntensity":)" + Shortest(intensity) +
         (fields == Fields::ours_too ? ours : "") + "}";
}

/// Means over what was observed. A zone is looked at once, however often it is asked for.
class Averages {
 public:
  Averages(const GridKnowledge& known, Fields fields) : known_(known), fields_(fields) {}

  void Add(const Average& asked, const std::string& prefix, Complaints& complaints) {
    const ObservedMean mean = MeanOf(All(asked.place.zone), asked.from, asked.to);
    const Duration length = asked.to - asked.from;
    any_ = any_ || mean.covered > Duration::zero();
    if (mean.covered < length) {
      complaints.Add(prefix + "startTime", "Period out of range. Only " +
                                               FormatDuration(mean.covered) + " of the " +
                                               FormatDuration(length) + " have been observed");
    }
    items_.push_back(AverageJson(asked, mean.intensity, known_.kind, fields_));
  }
  /// Something of all that was asked for has been observed.
  bool Any() const { return any_; }
  const std::vector<std::string>& Items() const { return items_; }

 private:
  const std::vector<Observed>& All(const grid::ZoneId& zone) {
    const auto known = observed_.find(zone);
    return known != observed_.end()
               ? known->second
               : observed_.emplace(zone, ObservedIn(zone, Time(), known_.now + kInstant, known_))
                     .first->second;
  }

  const GridKnowledge& known_;
  const Fields fields_;
  std::map<grid::ZoneId, std::vector<Observed>> observed_;
  std::vector<std::string> items_;
  bool any_ = false;
};

net::HttpResponse AverageIntensity(const net::ServerRequest& request, const GridKnowledge& known) {
  Complaints complaints;
  Arguments arguments(request.parameters, complaints);
  const auto asked = AverageOf(known, arguments);
  const Fields fields = FieldsOf(arguments);
  if (!complaints.empty()) {
    return InvalidParameters(complaints);
  }
  Averages averages(known, fields);
  averages.Add(*asked, "", complaints);
  if (!averages.Any()) {
    return NoContent();
  }
  return complaints.empty() ? Json(averages.Items().front()) : InvalidParameters(complaints);
}

/// All or nothing: clients tell the answers apart by their order.
net::HttpResponse AverageIntensities(const net::ServerRequest& request,
                                     const GridKnowledge& known) {
  Complaints complaints;
  Arguments query(request.parameters, complaints);
  const Fields fields = FieldsOf(query);
  const Body body(request.body, "requestedCarbonIntensities", kMostEntries, complaints);
  std::vector<Average> asked;
  for (size_t i = 0; i < body.Entries().size(); ++i) {
    Arguments arguments(*body.Entries()[i], "[" + std::to_string(i) + "].", complaints);
    if (auto average = AverageOf(known, arguments)) {
      asked.push_back(*std::move(average));
    }
  }
  if (!complaints.empty()) {
    return InvalidParameters(complaints);
  }
  Averages averages(known, fields);
  for (size_t i = 0; i < asked.size(); ++i) {
    averages.Add(asked[i], "[" + std::to_string(i) + "].", complaints);
  }
  if (!averages.Any()) {
    return NoContent();
  }
  return complaints.empty() ? Listed(averages.Items()) : InvalidParameters(complaints);
}

// ---- The rest

/// No coordinates: a location is a name here, as with the SDK's own zone names.
net::HttpResponse Locations(const net::ServerRequest& request, const GridKnowledge& known) {
  Complaints complaints;
  Arguments arguments(request.parameters, complaints);
  const Fields fields = FieldsOf(arguments);
  if (!complaints.empty()) {
    return InvalidParameters(complaints);
  }
  std::string body = "{";
  for (const auto& [name, zone] : AllLocations(known)) {
    const std::string ours = R"(,"Zone":)" + Quoted(zone.name);
    body += (body.size() > 1 ? "," : "") + Quoted(name) +
            R"(:{"Latitude":null,"Longitude":null,"Name":)" + Quoted(name) +
            (fields == Fields::ours_too ? ours : "") + "}";
  }
  return body.size() > 1 ? Json(body + "}") : NoContent();
}

net::HttpResponse Health(const net::ServerRequest& /*request*/, const GridKnowledge& /*known*/) {
  return {.status = 200, .headers = {{"content-type", "text/plain"}}, .body = "Healthy"};
}

struct Endpoint {
  std::string_view method;
  std::string_view path;
  net::HttpResponse (*answer)(const net::ServerRequest&, const GridKnowledge&);
};
constexpr std::array<Endpoint, 9> kEndpoints = {{
    {"GET", "/emissions/bylocation", ByLocation},
    {"GET", "/emissions/bylocations", ByLocations},
    {"GET", "/emissions/bylocations/best", Best},
    {"GET", "/emissions/forecasts/current", CurrentForecasts},
    {"POST", "/emissions/forecasts/batch", PastForecasts},
    {"GET", "/emissions/average-carbon-intensity", AverageIntensity},
    {"POST", "/emissions/average-carbon-intensity/batch", AverageIntensities},
    {"GET", "/locations", Locations},
    {"GET", "/health", Health},
}};

}  // namespace

net::HttpResponse AnswerCarbonAwareSdk(const net::ServerRequest& request,
                                       const GridKnowledge& known) {
  std::string_view path = request.path;
  if (path.size() > 1 && path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const auto* endpoint =
      std::find_if(kEndpoints.begin(), kEndpoints.end(),
                   [&](const Endpoint& each) { return IsSameName(each.path, path); });
  if (endpoint == kEndpoints.end()) {
    return Problem(404, "Not Found", "there is no " + Printable(request.path));
  }
  // The server leaves the body out where HEAD asks.
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  if (method != endpoint->method) {
    auto refused =
        Problem(405, "Method Not Allowed",
                std::string(endpoint->path) + " answers " + std::string(endpoint->method));
    refused.headers["allow"] = endpoint->method;
    return refused;
  }
  return endpoint->answer(request, known);
}

}  // namespace carbon::serve
