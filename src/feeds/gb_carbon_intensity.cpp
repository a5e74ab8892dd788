// SPDX-License-Identifier: Apache-2.0
#include "feeds/gb_carbon_intensity.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/answers.h"
#include "feeds/failures.h"

namespace carbon::feeds {
namespace gb {
namespace {

namespace json = boost::json;

constexpr Duration kHalfHour = std::chrono::minutes(30);
constexpr int kRegions = 17;

/// The same half hours twice: as they were forecast and as they were measured.
struct HalfHours {
  std::vector<Row> predicted;
  std::vector<Row> measured;
  bool names_region = false;
};

Status CheckRegion(const json::object& object, int region, HalfHours& halves) {
  const json::value* told = object.if_contains("regionid");
  if (told == nullptr) {
    return {};
  }
  const int64_t* id = told->if_int64();
  if (region != 0 && id != nullptr && *id == region) {
    halves.names_region = true;
    return {};
  }
  return Unavailable("the answer is for region " + Printable(json::serialize(*told)) +
                     ", not for " + (region == 0 ? "all" : std::to_string(region)) + " as asked");
}

Result<Time> StartOf(const json::object& object) {
  auto from = TimeMember(object, "from");
  if (!from || !object.contains("to")) {
    return from;
  }
  const auto to = TimeMember(object, "to");
  if (!to) {
    return to.error();
  }
  if (*to - *from != kHalfHour) {
    return Unavailable(FormatTime(*from) + " to " + FormatTime(*to) + " is not a half hour");
  }
  return from;
}

Status Append(HalfHours& halves, const json::object& object) {
  const auto from = StartOf(object);
  if (!from) {
    return from.error();
  }
  const json::object* intensity = ObjectMember(object, "intensity");
  if (intensity == nullptr) {
    return Unavailable(FormatTime(*from) + ": no intensity");
  }
  const auto predicted = IntensityMember(*intensity, "forecast");
  if (!predicted) {
    return predicted.error().In(FormatTime(*from));
  }
  const auto measured = IntensityMember(*intensity, "actual");
  if (!measured) {
    return measured.error().In(FormatTime(*from));
  }
  halves.predicted.push_back({*from, *predicted, true});
  halves.measured.push_back({*from, *measured, false});
  return {};
}

/// `data` in each of its shapes: half hours, one half hour, or a region (bare or in an array) that
/// holds half hours of its own.
Status Collect(const json::value& data, int region, HalfHours& halves) {
  std::vector<const json::value*> open = {&data};
  while (!open.empty()) {
    const json::value& value = *open.back();
    open.pop_back();
    if (const json::array* array = value.if_array()) {
      for (const json::value& inner : *array) {
        open.push_back(&inner);
      }
      continue;
    }
    const json::object* object = value.if_object();
    if (object == nullptr) {
      return Unavailable("a half hour is not an object");
    }
    if (const Status ok = CheckRegion(*object, region, halves); !ok) {
      return ok;
    }
    if (const json::value* inner = object->if_contains("data")) {
      open.push_back(inner);
    } else if (!object->empty()) {
      if (const Status ok = Append(halves, *object); !ok) {
        return ok;
      }
    }
  }
  return {};
}

Result<HalfHours> ParseHalfHours(std::string_view body, int region) {
  if (Trim(body).empty()) {
    return NothingKnown();
  }
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  if ((*object)->contains("error")) {
    return Unavailable("the service answered with an error: " + Reason(body));
  }
  const json::value* data = (*object)->if_contains("data");
  if (data == nullptr || data->is_null()) {
    return NothingKnown();
  }
  HalfHours halves;
  if (const Status ok = Collect(*data, region, halves); !ok) {
    return ok.error();
  }
  if (region != 0 && !halves.names_region && !halves.predicted.empty()) {
    return Unavailable("the answer names no region");
  }
  for (auto* rows : {&halves.predicted, &halves.measured}) {
    if (const Status ok = Settle(*rows); !ok) {
      return ok.error();
    }
  }
  return halves;
}

/// The newest row that has begun and is known, if it began within `age`.
std::optional<grid::Observation> Newest(const std::vector<Row>& rows, Time now, Duration age) {
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->at <= now && now - row->at < age && row->intensity) {
      return grid::Observation{.at = row->at,
                               .step = kHalfHour,
                               .intensity = GramsPerKwh(*row->intensity),
                               .estimated = row->estimated};
    }
  }
  return std::nullopt;
}

/// "2026-11-25T00:30Z", the form that paths take.
std::string PathTime(Time time) { return FormatTime(FloorTo(time, kHalfHour)).substr(0, 16) + "Z"; }

bool ForecastIsDue(const grid::ZoneReading* held, Time now) {
  return held == nullptr || !held->forecast || held->forecast->issued_at < FloorTo(now, kHalfHour);
}

bool MeasurementIsDue(const grid::ZoneReading* held, Time now) {
  return !held->latest || held->latest->estimated || held->latest->at + 2 * kHalfHour <= now;
}

/// Takes an answer into a reading. An estimate replaces nothing: not what an answer before it
/// brought, nor what the reading `held` (or null) will be completed with.
auto Reader(const grid::ZoneId& zone, Time now, const grid::ZoneReading* held) {
  const bool has_latest = held != nullptr && held->latest;
  return [zone, now, has_latest](std::string_view body, grid::ZoneReading& reading) -> Status {
    auto outlook = Parse(body, zone, now);
    if (!outlook) {
      return outlook.error();
    }
    const bool welcome =
        outlook->latest && (!outlook->latest->estimated || (!reading.latest && !has_latest));
    if (welcome) {
      reading.latest = outlook->latest;
    }
    if (outlook->forecast) {
      reading.forecast = std::move(outlook->forecast);
    }
    return {};
  };
}

class GbCarbonIntensity final : public Protocol {
 public:
  explicit GbCarbonIntensity(std::string base_url) : base_url_(std::move(base_url)) {}

  std::string_view Name() const override { return "gb-carbon-intensity"; }

  // The service publishes no number.
  RequestQuota Quota() const override { return {.requests = 120, .per = std::chrono::hours(1)}; }

  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held, Time now,
                             std::string_view /*session*/) const override {
    const auto region = RegionOf(zone);  // of no zone of theirs: the reader will say so
    const std::string ahead = "/intensity/" + PathTime(now) + "/fw48h";
    std::vector<Query> queries;
    if (ForecastIsDue(held, now)) {
      queries.push_back(
          {.name = "forecast",
           .url = region.value_or(0) == 0
                      ? base_url_ + ahead
                      : base_url_ + "/regional" + ahead + "/regionid/" + std::to_string(*region),
           .read = Reader(zone, now, nullptr)});
    }
    // Regions are not measured.
    if (region == 0 && (!queries.empty() || MeasurementIsDue(held, now))) {
      queries.push_back({.name = "latest",
                         .url = base_url_ + "/intensity",
                         .read = Reader(zone, now, queries.empty() ? held : nullptr)});
    }
    return queries;
  }

  Failure Classify(int status, std::string_view body) const override {
    return ClassifyError(status, body);
  }

 private:
  const std::string base_url_;
};

}  // namespace

std::optional<int> RegionOf(const grid::ZoneId& zone) {
  if (zone.name == "GB") {
    return 0;
  }
  for (int region = 1; region <= kRegions; ++region) {
    if (zone.name == "GB-" + std::to_string(region)) {
      return region;
    }
  }
  return std::nullopt;
}

Result<Outlook> Parse(std::string_view body, const grid::ZoneId& zone, Time now) {
  const auto region = RegionOf(zone);
  if (!region) {
    return Invalid("zone '" + Printable(zone.name) + "' is none of GB and GB-1 to GB-17");
  }
  const auto halves = ParseHalfHours(body, *region);
  if (!halves) {
    return halves.error();
  }
  Outlook outlook;
  // What is measured comes late; half hours of yesterday say nothing about now.
  constexpr Duration kDay = std::chrono::hours(24);
  outlook.latest = Newest(halves->measured, now, kDay);
  if (!outlook.latest) {
    outlook.latest = Newest(halves->predicted, now, 2 * kHalfHour);
  }
  const Row* last = NewestKnown(halves->predicted);
  if (last != nullptr && last->at + kHalfHour > now) {
    auto series = ToSeries(halves->predicted, kHalfHour);
    if (!series) {
      return series.error();
    }
    outlook.forecast = grid::Forecast{now, *std::move(series)};
  }
  if (!outlook.latest && !outlook.forecast) {
    return NothingKnown();
  }
  return outlook;
}

Failure ClassifyError(int status, std::string_view body) { return PlainFailure(status, body); }

}  // namespace gb

Result<std::unique_ptr<Protocol>> MakeGbCarbonIntensity(const FeedSettings& settings) {
  std::string base_url = BaseUrl(settings.base_url, "https://api.carbonintensity.org.uk");
  if (const Status ok = CheckBaseUrl("gb-carbon-intensity", base_url); !ok) {
    return ok.error();
  }
  if (settings.kind != grid::SignalKind::average_direct) {
    return Invalid("gb-carbon-intensity has no " + std::string(ToString(settings.kind)) +
                   " signal; use direct");
  }
  return std::unique_ptr<Protocol>(std::make_unique<gb::GbCarbonIntensity>(std::move(base_url)));
}

}  // namespace carbon::feeds
