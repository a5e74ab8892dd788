// SPDX-License-Identifier: Apache-2.0
#include "feeds/answers.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/text.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;

/// Two weeks in steps of five minutes.
constexpr int64_t kMostSteps = 4'032;

}  // namespace

Document::Document(std::string_view body)
    : body_(body), arena_(buffer_.data(), buffer_.size()), value_(&arena_) {
  json::error_code failure;
  // Of the same resource as value_, so that it is moved there and not copied.
  value_ = json::parse(body, failure, &arena_);
  if (failure) {
    value_ = nullptr;
  }
}

Error Document::NotA(std::string_view form) const {
  return Unavailable("the answer is not a JSON " + std::string(form) + ", it starts with '" +
                     Printable(body_.substr(0, 30)) + "'");
}

Result<const json::object*> Document::Object() const {
  const json::object* object = value_.if_object();
  return object != nullptr ? Result<const json::object*>(object) : NotA("object");
}

Result<const json::array*> Document::Array() const {
  const json::array* array = value_.if_array();
  return array != nullptr ? Result<const json::array*>(array) : NotA("array");
}

std::optional<std::string_view> TextMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return std::nullopt;
  }
  const json::string& text = value->get_string();
  return std::string_view(text.data(), text.size());
}

const json::object* ObjectMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array* ArrayMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_array() : nullptr;
}

const json::array* FirstArray(const json::object& object,
                              std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const json::array* array = ArrayMember(object, name)) {
      return array;
    }
  }
  return nullptr;
}

Result<Time> TimeMember(const json::object& object, std::string_view name) {
  const auto text = TextMember(object, name);
  auto time = text ? ParseTime(*text) : Result<Time>(Invalid("absent"));
  if (!time) {
    return Unavailable(std::string(name) + ": " + time.error().message);
  }
  return time;
}

Result<std::optional<double>> IntensityMember(const json::object& object, std::string_view name,
                                              double factor) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) {
    return std::optional<double>();
  }
  json::error_code failure;
  const double number = value->is_number() ? value->to_number<double>(failure) * factor : -1;
  if (failure || !std::isfinite(number) || number < 0 || number > kHighestIntensity) {
    return Unavailable(std::string(name) + " " + Printable(json::serialize(*value)) +
                       " is not an intensity from 0 to 10000 g/kWh");
  }
  return std::optional(number);
}

Status CheckMember(const json::object& object, std::string_view name, std::string_view asked) {
  if (!object.contains(name)) {
    return {};
  }
  const auto text = TextMember(object, name);
  if (text == asked) {
    return {};
  }
  return Unavailable("the answer's " + std::string(name) + " is " +
                     (text ? "'" + Printable(*text) + "'" : "not a text") + ", not '" +
                     std::string(asked) + "' as asked");
}

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

const Row* NewestKnown(const std::vector<Row>& rows) {
  const auto newest = std::find_if(rows.rbegin(), rows.rend(),
                                   [](const Row& row) { return row.intensity.has_value(); });
  return newest == rows.rend() ? nullptr : &*newest;
}

Duration SmallestStep(const std::vector<Row>& rows) {
  Duration step = std::chrono::hours(1);
  for (size_t i = 1; i < rows.size(); ++i) {
    const Duration distance = rows[i].at - rows[i - 1].at;
    step = i == 1 ? distance : std::min(step, distance);
  }
  return step;
}

Result<grid::Series> ToSeries(const std::vector<Row>& rows, Duration step) {
  if (NewestKnown(rows) == nullptr) {
    return NothingKnown();
  }
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

}  // namespace carbon::feeds
