// SPDX-License-Identifier: Apache-2.0
#include "feeds/eia.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/answers.h"
#include "feeds/failures.h"

namespace carbon::feeds {
namespace eia {
namespace {

namespace json = boost::json;

constexpr Duration kHour = std::chrono::hours(1);
/// News come once an hour, at no fixed minute.
constexpr Duration kNewsAfter = std::chrono::minutes(15);
/// More than the whole country generates in an hour. MWh.
constexpr double kMostGeneration = 1e6;
/// Fewer hours do not tell which fuels a mix has.
constexpr size_t kLeastHours = 3;

/// g/kWh; nothing: left out of the mix.
struct Factor {
  std::string_view fuel;
  double lifecycle;
  std::optional<double> direct;
};
constexpr Factor kUnknownFuel = {"UNK", 700, 575};
constexpr std::array<Factor, 17> kFactors = {{
    {"COL", 820, 760},
    {"NG", 490, 370},
    {"OIL", 650, 406},
    {"NUC", 12, 0},
    {"WAT", 24, 0},
    {"SUN", 45, 0},
    {"SNB", 45, 0},  // solar with a battery of its own
    {"WND", 11, 0},
    {"WNB", 11, 0},  // wind with a battery of its own
    {"GEO", 38, 0},
    {"BIO", 230, 0},
    {"OTH", 700, 575},
    kUnknownFuel,
    {"BAT", 358, std::nullopt},
    {"PS", 363, std::nullopt},   // pumped storage
    {"OES", 358, std::nullopt},  // other storage
    {"UES", 358, std::nullopt},  // storage of an unknown kind
}};

/// MWh by fuel; nothing where the value is null.
using Mix = std::map<std::string, std::optional<double>, std::less<>>;
/// By the hours' starts.
using Mixes = std::map<Time, Mix>;

Result<std::optional<double>> Generation(const json::object& row) {
  const json::value* value = row.if_contains("value");
  if (value == nullptr || value->is_null()) {
    return std::optional<double>();
  }
  std::optional<double> number;
  if (const json::string* text = value->if_string()) {
    number = ParseDouble(std::string_view(text->data(), text->size()));
  } else if (value->is_number()) {
    json::error_code failure;
    number = value->to_number<double>(failure);
  }
  if (!number || !std::isfinite(*number) || std::abs(*number) > kMostGeneration) {
    return Unavailable("value " + Printable(json::serialize(*value)) +
                       " is not a generation in MWh");
  }
  return std::optional(std::max(0.0, *number));
}

Result<Time> StartOf(const json::object& row) {
  const auto period = TextMember(row, "period");
  constexpr size_t kLength = std::string_view("2026-11-23T18").size();
  const auto end = period && period->size() == kLength ? ParseTime(std::string(*period) + ":00Z")
                                                       : Result<Time>(Invalid(""));
  if (!end) {
    return Unavailable("period '" + Printable(period.value_or("")) +
                       "' is not an hour such as 2026-11-23T18");
  }
  return *end - kHour;
}

Status Add(const json::object& row, const grid::ZoneId& respondent, Mixes& mixes) {
  if (const Status ok = CheckMember(row, "respondent", respondent.name); !ok) {
    return ok;
  }
  if (const Status ok = CheckMember(row, "value-units", "megawatthours"); !ok) {
    return ok;
  }
  const auto start = StartOf(row);
  if (!start) {
    return start.error();
  }
  const auto fuel = TextMember(row, "fueltype");
  if (!fuel || fuel->empty()) {
    return Unavailable("a row names no fueltype");
  }
  const auto generation = Generation(row);
  if (!generation) {
    return generation.error().In(FormatTime(*start));
  }
  const auto [place, is_new] = mixes[*start].emplace(*fuel, *generation);
  if (!is_new && place->second != *generation) {
    return Unavailable("two different values of " + Printable(*fuel) + " for " +
                       FormatTime(*start));
  }
  return {};
}

/// The fuels that more than half of the hours have.
std::vector<std::string> UsualFuels(const Mixes& mixes) {
  std::map<std::string, size_t> hours;
  for (const auto& [at, mix] : mixes) {
    for (const auto& [fuel, generation] : mix) {
      hours[fuel] += generation ? 1 : 0;
    }
  }
  std::vector<std::string> usual;
  for (const auto& [fuel, count] : hours) {
    if (2 * count > mixes.size()) {
      usual.push_back(fuel);
    }
  }
  return usual;
}

/// The mean of the factors; nothing where a usual fuel is absent or nothing is generated.
std::optional<double> MeanOf(const Mix& mix, const std::vector<std::string>& usual,
                             grid::SignalKind kind) {
  for (const std::string& fuel : usual) {
    const auto found = mix.find(fuel);
    if (found == mix.end() || !found->second) {
      return std::nullopt;
    }
  }
  double energy = 0;
  double weighted = 0;
  for (const auto& [fuel, generation] : mix) {
    const auto factor = FactorOf(fuel, kind);
    if (generation && factor) {
      energy += *generation;
      weighted += *generation * factor->value();
    }
  }
  return energy > 0 ? std::optional(weighted / energy) : std::nullopt;
}

Result<Mixes> ParseMixes(const json::array& data, const grid::ZoneId& respondent) {
  Mixes mixes;
  for (const json::value& value : data) {
    const json::object* row = value.if_object();
    if (row == nullptr) {
      return Unavailable("a row is not an object");
    }
    if (const Status ok = Add(*row, respondent, mixes); !ok) {
      return ok.error();
    }
  }
  return mixes;
}

class Eia final : public Protocol {
 public:
  explicit Eia(FeedSettings settings) : settings_(std::move(settings)) {}

  std::string_view Name() const override { return "eia"; }

  RequestQuota Quota() const override { return {.requests = 120, .per = std::chrono::hours(1)}; }

  std::vector<Query> Queries(const grid::ZoneId& zone, const grid::ZoneReading* held, Time now,
                             std::string_view /*session*/) const override {
    if (held != nullptr && held->history && now - held->fetched_at < kNewsAfter) {
      return {};
    }
    const auto read = [zone, kind = settings_.kind](std::string_view body,
                                                    grid::ZoneReading& reading) -> Status {
      auto series = ParseFuelMix(body, zone, kind);
      if (!series) {
        return series.error();
      }
      size_t newest = series->size() - 1;
      while (!series->Value(newest)) {
        --newest;
      }
      reading.latest = grid::Observation{.at = series->TimeOf(newest),
                                         .step = kHour,
                                         .intensity = *series->Value(newest),
                                         .estimated = true};
      reading.history = *std::move(series);
      return {};
    };
    // Two days of all fuels.
    return {{.name = "fuel mix",
             .url = settings_.base_url +
                    "/v2/electricity/rto/fuel-type-data/data/?frequency=hourly&data%5B0%5D=value"
                    "&facets%5Brespondent%5D%5B%5D=" +
                    net::UrlEncode(zone.name) +
                    "&sort%5B0%5D%5Bcolumn%5D=period&sort%5B0%5D%5Bdirection%5D=desc&length=600"
                    "&api_key=" +
                    net::UrlEncode(settings_.token),
             .read = read}};
  }

  Failure Classify(int status, std::string_view body) const override {
    return ClassifyError(status, body);
  }

 private:
  const FeedSettings settings_;
};

}  // namespace

std::optional<GramsPerKwh> FactorOf(std::string_view fuel, grid::SignalKind kind) {
  const auto found = std::find_if(kFactors.begin(), kFactors.end(),
                                  [&](const Factor& factor) { return factor.fuel == fuel; });
  const Factor& factor = found != kFactors.end() ? *found : kUnknownFuel;
  switch (kind) {
    case grid::SignalKind::average_lifecycle:
      return GramsPerKwh(factor.lifecycle);
    case grid::SignalKind::average_direct:
      return factor.direct ? std::optional(GramsPerKwh(*factor.direct)) : std::nullopt;
    case grid::SignalKind::marginal:
      break;
  }
  return std::nullopt;
}

Result<grid::Series> ParseFuelMix(std::string_view body, const grid::ZoneId& respondent,
                                  grid::SignalKind kind) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  const json::object* response = ObjectMember(**object, "response");
  const json::array* data = response != nullptr ? ArrayMember(*response, "data") : nullptr;
  if (data == nullptr) {
    return Unavailable("the answer holds no response.data: " + Reason(body));
  }
  const auto mixes = ParseMixes(*data, respondent);
  if (!mixes) {
    return mixes.error();
  }
  if (mixes->size() < kLeastHours) {
    return NothingKnown();
  }
  const std::vector<std::string> usual = UsualFuels(*mixes);
  std::vector<Row> rows;
  rows.reserve(mixes->size());
  for (const auto& [at, mix] : *mixes) {
    rows.push_back({at, MeanOf(mix, usual, kind), true});
  }
  return ToSeries(rows, kHour);
}

Failure ClassifyError(int status, std::string_view body) {
  // EIA says 403 to a key that is absent or wrong, and to one that asked too much.
  if (status == 403 && body.find("OVER_RATE_LIMIT") != std::string_view::npos) {
    return PlainFailure(429, body);
  }
  if (status == 401 || status == 403) {
    return Denied("the API key was refused", Failure::Scope::provider, status, body);
  }
  return PlainFailure(status, body);
}

}  // namespace eia

Result<std::unique_ptr<Protocol>> MakeEia(const FeedSettings& settings) {
  FeedSettings complete = settings;
  complete.base_url = BaseUrl(settings.base_url, "https://api.eia.gov");
  if (const Status ok = CheckBaseUrl("eia", complete.base_url); !ok) {
    return ok.error();
  }
  if (settings.kind == grid::SignalKind::marginal) {
    return Invalid("eia has no marginal signal; use lifecycle or direct");
  }
  if (const Status ok = CheckToken("eia", settings.token, "an API key as its token"); !ok) {
    return ok.error();
  }
  return std::unique_ptr<Protocol>(std::make_unique<eia::Eia>(std::move(complete)));
}

}  // namespace carbon::feeds
