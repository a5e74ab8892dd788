// SPDX-License-Identifier: Apache-2.0
#include "feeds/electricity_maps.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;

/// Far above any grid (coal alone: about 1200), far below what would overflow a sum.
constexpr double kHighestIntensity = 10'000;
/// Two weeks in steps of five minutes.
constexpr int64_t kMostSteps = 4'032;

struct Row {
  Time at;
  std::optional<double> intensity;
  bool estimated = false;
};

/// What was asked for, so what an answer has to speak of.
struct Asked {
  const grid::ZoneId& zone;
  std::string_view factor_type;
};

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

/// The member as a string; nothing where it is absent or something else.
std::optional<std::string_view> Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return std::nullopt;
  }
  return View(value->get_string());
}

/// A JSON document in an arena that starts in the object itself.
class Document {
 public:
  explicit Document(std::string_view body) : arena_(buffer_.data(), buffer_.size()) {
    json::error_code failure;
    value_ = json::parse(body, failure, &arena_);
    if (failure) {
      value_ = nullptr;
    }
  }

  /// Null where the body is not a JSON object.
  const json::object* Object() const { return value_.if_object(); }

 private:
  std::array<unsigned char, 16'384> buffer_;
  json::monotonic_resource arena_;
  json::value value_;
};

Status CheckText(const json::object& object, std::string_view name, std::string_view asked) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) {
    return {};
  }
  const auto text = Text(object, name);
  if (text == asked) {
    return {};
  }
  return Unavailable("the answer's " + std::string(name) + " is " +
                     (text ? "'" + Printable(*text) + "'" : "not a text") + ", not '" +
                     std::string(asked) + "' as asked");
}

Status CheckAsked(const json::object& object, const Asked& asked) {
  if (Status ok = CheckText(object, "zone", asked.zone.name); !ok) {
    return ok;
  }
  return CheckText(object, "emissionFactorType", asked.factor_type);
}

Result<std::optional<double>> Intensity(const json::object& object) {
  const json::value* value = object.if_contains("carbonIntensity");
  if (value == nullptr || value->is_null()) {
    return std::optional<double>();
  }
  json::error_code failure;
  const double number = value->is_number() ? value->to_number<double>(failure) : -1;
  if (failure || !std::isfinite(number) || number < 0 || number > kHighestIntensity) {
    return Unavailable("carbonIntensity " + Printable(json::serialize(*value)) +
                       " is not a number from 0 to 10000");
  }
  return std::optional(number);
}

Result<Time> TimeMember(const json::object& object, std::string_view name) {
  const auto text = Text(object, name);
  auto time = text ? ParseTime(*text) : Result<Time>(Invalid("absent"));
  if (!time) {
    return Unavailable(std::string(name) + ": " + time.error().message);
  }
  return time;
}

Result<Row> ParseRow(const json::object& object, const Asked& asked) {
  if (const Status ok = CheckAsked(object, asked); !ok) {
    return ok.error();
  }
  const auto at = TimeMember(object, "datetime");
  if (!at) {
    return at.error();
  }
  const auto intensity = Intensity(object);
  if (!intensity) {
    return intensity.error().In(FormatTime(*at));
  }
  const json::value* estimated = object.if_contains("isEstimated");
  return Row{*at, *intensity,
             estimated != nullptr && estimated->is_bool() && estimated->get_bool()};
}

/// Sorts by time and leaves one row per time: one that is not estimated, if there is one.
Status Settle(std::vector<Row>& rows) {
  const auto before = [](const Row& a, const Row& b) {
    return std::pair(a.at, a.estimated) < std::pair(b.at, b.estimated);
  };
  std::sort(rows.begin(), rows.end(), before);
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].at == rows[i - 1].at && rows[i].intensity != rows[i - 1].intensity) {
      return Unavailable("two different values for " + FormatTime(rows[i].at));
    }
  }
  const auto same_time = [](const Row& a, const Row& b) { return a.at == b.at; };
  rows.erase(std::unique(rows.begin(), rows.end(), same_time), rows.end());
  return {};
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

const json::array* FindArray(const json::object& object,
                             std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const json::value* value = object.if_contains(name);
    if (value != nullptr && value->is_array()) {
      return &value->get_array();
    }
  }
  return nullptr;
}

/// The answer's object, once it is known to speak of what was asked.
Result<const json::object*> Open(const Document& document, std::string_view body,
                                 const Asked& asked) {
  const json::object* object = document.Object();
  if (object == nullptr) {
    return Unavailable("the answer is not a JSON object, it starts with '" +
                       Printable(body.substr(0, 30)) + "'");
  }
  if (!object->contains("zone")) {
    return Unavailable("the answer names no zone");
  }
  if (const Status ok = CheckAsked(*object, asked); !ok) {
    return ok.error();
  }
  return object;
}

/// What temporalGranularity says (v4); nothing where it is absent.
Result<std::optional<Duration>> Granularity(const json::object& object) {
  if (!object.contains("temporalGranularity")) {
    return std::optional<Duration>();
  }
  const auto text = Text(object, "temporalGranularity");
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
  if (*stated) {
    return **stated;
  }
  Duration step = std::chrono::hours(1);
  for (size_t i = 1; i < rows.size(); ++i) {
    const Duration distance = rows[i].at - rows[i - 1].at;
    step = i == 1 ? distance : std::min(step, distance);
  }
  return step;
}

Result<grid::Series> ToSeries(const std::vector<Row>& rows, Duration step) {
  if (step < std::chrono::minutes(1)) {
    return Unavailable("rows are less than a minute apart");
  }
  const Time start = rows.front().at;
  const int64_t steps = (rows.back().at - start) / step + 1;
  if (steps > kMostSteps) {
    return Unavailable("rows from " + FormatTime(start) + " to " + FormatTime(rows.back().at) +
                       " are too many steps");
  }
  std::vector<double> values(static_cast<size_t>(steps), grid::Series::kUnknown);
  for (const Row& row : rows) {
    const Duration since = row.at - start;
    if (since % step != Duration::zero()) {
      return Unavailable(FormatTime(row.at) + " is off the raster of " + FormatDuration(step));
    }
    values[static_cast<size_t>(since / step)] = row.intensity.value_or(grid::Series::kUnknown);
  }
  return grid::Series(start, step, std::move(values));
}

Error NothingKnown() { return {Error::Kind::not_found, "the answer holds no known value"}; }

/// The rows of `latest`: one, or those of an array.
Result<std::vector<Row>> LatestRows(const json::object& object, const Asked& asked) {
  if (const json::array* array = FindArray(object, {"history", "data"})) {
    return ParseRows(*array, asked);
  }
  const auto row = ParseRow(object, asked);
  if (!row) {
    return row.error();
  }
  return std::vector<Row>{*row};
}

Result<grid::Series> ForecastSeries(const json::object& object, const Asked& asked) {
  const json::array* array = FindArray(object, {"forecast", "data"});
  if (array == nullptr) {
    return Unavailable("the answer holds no forecast");
  }
  const auto rows = ParseRows(*array, asked);
  if (!rows) {
    return rows.error();
  }
  const auto known = [](const Row& row) { return row.intensity.has_value(); };
  if (std::none_of(rows->begin(), rows->end(), known)) {
    return NothingKnown();
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
  const json::object* object = document.Object();
  const auto text = object != nullptr ? Text(*object, "error") : std::nullopt;
  return text ? ": '" + Printable(*text) + "'" : ": no reason given";
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
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
  const auto object = Open(document, body, asked);
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
  const auto newest = std::find_if(rows->rbegin(), rows->rend(),
                                   [](const Row& row) { return row.intensity.has_value(); });
  if (newest == rows->rend()) {
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
  const auto object = Open(document, body, asked);
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

}  // namespace carbon::feeds
