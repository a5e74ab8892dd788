// SPDX-License-Identifier: Apache-2.0
#include "grid/zonal_intensity.h"

#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace carbon::grid {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::seconds;

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr size_t kMostZones = 4000;
constexpr size_t kLongestText = 200;
constexpr std::string_view kTimestamp = "timestamp";

double Rounded(GramsPerKwh intensity) { return std::round(intensity.value() * 100) / 100; }

GramsPerKwh Round(GramsPerKwh intensity) { return GramsPerKwh(Rounded(intensity)); }

std::optional<GramsPerKwh> Round(std::optional<GramsPerKwh> intensity) {
  return intensity ? std::optional(Round(*intensity)) : std::nullopt;
}

Time WholeSeconds(Time time) { return std::chrono::floor<seconds>(time); }

int64_t UnixSeconds(Time time) {
  return std::chrono::floor<seconds>(time.time_since_epoch()).count();
}

void Append(std::string& text, std::optional<GramsPerKwh> value) {
  if (value) {
    AppendShortest(text, value->value());
  } else {
    text += "null";
  }
}

std::string Quoted(std::string_view text) {
  return json::serialize(json::string(text.substr(0, kLongestText)));
}

std::string Written(const ZonalIntensity& zone) {
  std::string text = R"({"zone":)" + Quoted(zone.zone.name) + R"(,"intensity":)";
  AppendShortest(text, zone.intensity.value());
  text += R"(,"timestamp":)" + std::to_string(UnixSeconds(zone.timestamp)) + R"(,"forecast":[)";
  for (size_t i = 0; i < zone.forecast.size(); ++i) {
    text += i == 0 ? "" : ",";
    Append(text, zone.forecast.Value(i));
  }
  text += R"(],"p10":)";
  Append(text, zone.p10);
  text += R"(,"p90":)";
  Append(text, zone.p90);
  text += R"(,"kind":)" + Quoted(ToString(zone.kind)) + R"(,"rung":)" + Quoted(ToString(zone.rung));
  text += R"(,"source":)" + Quoted(zone.source) + R"(,"estimated":)";
  text += zone.estimated ? "true" : "false";
  text += R"(,"issued_at":")" + FormatTime(zone.issued_at) + R"(","heard_at":")";
  return text + FormatTime(zone.heard_at) + "\"}";
}

/// Reads one entry; keeps the first thing that is wrong with it.
class Entry {
 public:
  explicit Entry(const json::object& object) : object_(object) {}

  std::string Text(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty() ||
        value->get_string().size() > kLongestText) {
      Fail(name, "is not a text of 1 to 200 bytes");
      return {};
    }
    return std::string(value->get_string());
  }

  bool Truth(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || !value->is_bool()) {
      Fail(name, "is not true or false");
      return false;
    }
    return value->get_bool();
  }

  Time Moment(std::string_view name) {
    const auto time = ParseTime(Text(name));
    if (!time) {
      Fail(name, "is not a time in RFC 3339");
      return {};
    }
    return *time;
  }

  Time Timestamp() {
    const json::value* value = object_.if_contains(kTimestamp);
    constexpr int64_t kYear10000 = 253'402'300'800;
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0 ||
        value->get_int64() >= kYear10000) {
      Fail(kTimestamp, "is not a count of seconds since 1970");
      return {};
    }
    return Time(seconds(value->get_int64()));
  }

  GramsPerKwh Intensity(std::string_view name) {
    const auto value = PerhapsIntensity(name);
    if (!value) {
      Fail(name, "is not an intensity in g/kWh");
    }
    return value.value_or(GramsPerKwh(0));
  }

  std::optional<GramsPerKwh> PerhapsIntensity(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    return value == nullptr ? std::nullopt : Number(*value, name);
  }

  Series Forecast(Time start) {
    const json::value* value = object_.if_contains("forecast");
    if (value == nullptr || !value->is_array() ||
        value->get_array().size() != ZonalIntensity::kHours) {
      Fail("forecast", "is not an array of 24 values");
      return {};
    }
    std::vector<double> values;
    for (const json::value& hour : value->get_array()) {
      const auto number = Number(hour, "forecast");
      values.push_back(number ? number->value() : Series::kUnknown);
    }
    return {start, hours(1), std::move(values)};
  }

  void Fail(std::string_view name, std::string_view what) {
    if (wrong_.empty()) {
      wrong_ = std::string(name) + ": " + std::string(what);
    }
  }
  const std::string& wrong() const { return wrong_; }

 private:
  std::optional<GramsPerKwh> Number(const json::value& value, std::string_view name) {
    if (value.is_null()) {
      return std::nullopt;
    }
    boost::system::error_code not_a_number;
    const auto number = value.to_number<double>(not_a_number);
    if (not_a_number || !(number >= 0 && number <= kHighestIntensity)) {
      Fail(name, "is not an intensity from 0 to 10000 g/kWh");
      return std::nullopt;
    }
    return GramsPerKwh(number);
  }

  const json::object& object_;
  std::string wrong_;
};

Result<ZonalIntensity> Read(const json::object& object) {
  Entry entry(object);
  ZonalIntensity zone;
  zone.zone.name = entry.Text("zone");
  zone.intensity = entry.Intensity("intensity");
  zone.timestamp = entry.Timestamp();
  zone.forecast = entry.Forecast(zone.timestamp);
  zone.p10 = entry.PerhapsIntensity("p10");
  zone.p90 = entry.PerhapsIntensity("p90");
  zone.source = entry.Text("source");
  zone.estimated = entry.Truth("estimated");
  zone.issued_at = entry.Moment("issued_at");
  zone.heard_at = entry.Moment("heard_at");
  const auto kind = ParseSignalKind(entry.Text("kind"));
  const auto rung = ParseRung(entry.Text("rung"));
  if (!kind) {
    entry.Fail("kind", "is none that is known");
  }
  if (!rung) {
    entry.Fail("rung", "is none that is known");
  }
  if (!entry.wrong().empty()) {
    return Invalid(entry.wrong());
  }
  zone.kind = *kind;
  zone.rung = *rung;
  return zone;
}

}  // namespace

ZonalIntensity ZonalIntensity::Of(const Outlook& outlook) {
  const Time timestamp = WholeSeconds(outlook.expected.start());
  std::vector<double> values;
  for (size_t hour = 0; hour < kHours; ++hour) {
    const Time from = outlook.expected.start() + hours(hour);
    const auto mean = outlook.expected.Mean(from, from + hours(1));
    values.push_back(mean ? Rounded(*mean) : Series::kUnknown);
  }
  return {.zone = outlook.zone,
          .intensity = Round(outlook.now),
          .timestamp = timestamp,
          .forecast = Series(timestamp, hours(1), std::move(values)),
          .kind = outlook.kind,
          .rung = outlook.rung,
          .source = outlook.source,
          .estimated = outlook.estimated,
          .issued_at = WholeSeconds(outlook.issued_at),
          .heard_at = WholeSeconds(outlook.fetched_at),
          .p10 = Round(outlook.p10.At(outlook.expected.start())),
          .p90 = Round(outlook.p90.At(outlook.expected.start()))};
}

bool SameButForAge(const ZonalIntensity& a, const ZonalIntensity& b) {
  ZonalIntensity same_age = a;
  same_age.heard_at = b.heard_at;
  return same_age == b;
}

WrittenZones WriteZones(std::span<const ZonalIntensity> zones, size_t most_bytes) {
  WrittenZones written{.json = "["};
  for (size_t i = 0; i < zones.size(); ++i) {
    const std::string entry = Written(zones[i]);
    // A comma before it and the bracket after it are to fit as well.
    if (written.json.size() + entry.size() + 2 > most_bytes) {
      written.left_out = zones.size() - i;
      break;
    }
    written.json += (i == 0 ? "" : ",") + entry;
  }
  written.json += "]";
  return written;
}

Result<std::vector<ZonalIntensity>> ReadZones(std::string_view text) {
  if (text.size() > kMostBytes) {
    return Invalid("more than 1 MiB");
  }
  json::monotonic_resource arena;
  boost::system::error_code malformed;
  const json::value value = json::parse(text, malformed, &arena);
  if (malformed || !value.is_array()) {
    return Invalid("not a JSON array: '" + Printable(text) + "'");
  }
  if (value.get_array().size() > kMostZones) {
    return Invalid("more than " + std::to_string(kMostZones) + " zones");
  }
  std::vector<ZonalIntensity> zones;
  for (const json::value& entry : value.get_array()) {
    auto zone = entry.is_object() ? Read(entry.get_object())
                                  : Result<ZonalIntensity>(Invalid("is not an object"));
    if (!zone) {
      return zone.error().In("entry " + std::to_string(zones.size() + 1));
    }
    zones.push_back(*std::move(zone));
  }
  return zones;
}

std::optional<ZoneReading> ReadingOf(const ZonalIntensity& published) {
  if (published.rung > Rung::earlier_forecast) {
    return std::nullopt;
  }
  return ZoneReading{.zone = published.zone,
                     .kind = published.kind,
                     .source = published.source,
                     .fetched_at = published.heard_at,
                     .latest = {},
                     .forecast = Forecast{published.issued_at, published.forecast},
                     .history = {}};
}

}  // namespace carbon::grid
