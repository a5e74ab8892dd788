// SPDX-License-Identifier: Apache-2.0
#include "feeds/nws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "feeds/answers.h"
#include "feeds/failures.h"

namespace carbon::feeds::nws {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr Duration kLongest = std::chrono::hours(31 * 24);
constexpr double kFullCover = 100;
/// km/h; the fastest gust on record had 408.
constexpr double kFastestWind = 500;

// ---- Intervals

/// Takes "<digits><unit>" off the front if the unit is the next; nothing if it is not there.
std::optional<int64_t> TakeNumber(std::string_view& text, char unit) {
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits > 7 || digits == std::string_view::npos || text[digits] != unit) {
    return std::nullopt;
  }
  const auto number = ParseInt(text.substr(0, digits));
  text.remove_prefix(digits + 1);
  return number;
}

/// ISO 8601: PnDTnHnMnS, each part once, in this order, at least one.
std::optional<Duration> ParseIsoDuration(std::string_view text) {
  if (!text.starts_with('P')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  bool any = false;
  seconds total{0};
  const auto take = [&](char unit, int64_t length) {
    if (const auto number = TakeNumber(text, unit)) {
      total += seconds(*number * length);
      any = true;
    }
  };
  take('D', 86'400);
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    any = false;
    take('H', 3'600);
    take('M', 60);
    take('S', 1);
  }
  if (!any || !text.empty()) {
    return std::nullopt;
  }
  return total;
}

Error NotAnInterval(std::string_view text, const char* why) {
  return Unavailable("interval '" + Printable(text) + "' " + why);
}

// ---- Values

const json::object& PropertiesOf(const json::object& object) {
  const json::object* properties = ObjectMember(object, "properties");
  return properties != nullptr ? *properties : object;
}

std::optional<double> FiniteNumber(const json::value& value) {
  json::error_code failure;
  const double number = value.is_number() ? value.to_number<double>(failure) : std::nan("");
  return !failure && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// km/h in one of the unit; nothing for a unit that is none of wind.
std::optional<double> WindFactor(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {{{"km_h-1", 1},
                                                                          {"km/h", 1},
                                                                          {"m_s-1", 3.6},
                                                                          {"mph", 1.609344},
                                                                          {"kt", 1.852},
                                                                          {"kn", 1.852}}};
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const auto& known) { return known.first == unit; });
  return found != kUnits.end() ? std::optional(found->second) : std::nullopt;
}

/// How much of the layer's own unit one of the told unit is ("wmoUnit:percent", "unit:km_h-1").
using UnitFactor = std::optional<double> (*)(std::string_view unit);

std::optional<double> PercentFactor(std::string_view unit) {
  return unit == "percent" ? std::optional(1.0) : std::nullopt;
}

Result<double> FactorOf(const json::object& object, const char* member, UnitFactor factor) {
  const std::string_view told = TextMember(object, member).value_or("");
  const size_t colon = told.find(':');
  const auto found = factor(colon == std::string_view::npos ? told : told.substr(colon + 1));
  if (!found) {
    return Unavailable(std::string(member) + " '" + Printable(told) + "' is no unit of this value");
  }
  return *found;
}

/// `value` times `factor`, from 0 to `most`; nothing where it is null.
Result<std::optional<double>> Scaled(const json::value* value, double factor, double most) {
  if (value == nullptr || value->is_null()) {
    return std::optional<double>();
  }
  const auto number = FiniteNumber(*value);
  const double scaled = number.value_or(-1) * factor;
  if (!(scaled >= 0 && scaled <= most)) {
    return Unavailable("value " + Printable(json::serialize(*value)) + " is not from 0 to " +
                       Fixed(most / factor, 0));
  }
  return std::optional(scaled);
}

// ---- Spans

bool AnyKnown(const std::vector<Span>& spans) {
  return std::any_of(spans.begin(), spans.end(), [](const Span& span) { return span.value; });
}

/// Sorts; the same span twice counts once, spans that overlap otherwise are an error.
Status SettleSpans(std::vector<Span>& spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return std::tuple(a.from, a.to, a.value) < std::tuple(b.from, b.to, b.value);
  });
  spans.erase(std::unique(spans.begin(), spans.end()), spans.end());
  for (size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].from < spans[i - 1].to) {
      return Unavailable("two different values for " + FormatTime(spans[i].from));
    }
  }
  return {};
}

Result<Span> ParseSpan(const json::value& value, double factor, double most) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return Unavailable("a value is not an object");
  }
  const auto interval = ParseInterval(TextMember(*object, "validTime").value_or(""));
  if (!interval) {
    return interval.error();
  }
  const auto number = Scaled(object->if_contains("value"), factor, most);
  if (!number) {
    return number.error().In(FormatTime(interval->from));
  }
  return Span{interval->from, interval->to, *number};
}

/// A layer of a grid cell; empty where it is absent.
Result<std::vector<Span>> ParseLayer(const json::object& properties, const char* name,
                                     UnitFactor unit, double most) {
  const json::object* layer = ObjectMember(properties, name);
  const json::array* values = layer != nullptr ? ArrayMember(*layer, "values") : nullptr;
  if (values == nullptr || values->empty()) {
    return std::vector<Span>();
  }
  const auto factor = FactorOf(*layer, "uom", unit);
  if (!factor) {
    return factor.error().In(name);
  }
  std::vector<Span> spans;
  spans.reserve(values->size());
  for (const json::value& value : *values) {
    const auto span = ParseSpan(value, *factor, most);
    if (!span) {
      return span.error().In(name);
    }
    spans.push_back(*span);
  }
  if (const Status ok = SettleSpans(spans); !ok) {
    return ok.error().In(name);
  }
  return spans;
}

// ---- Hourly

Error NotAWind(std::string_view text) {
  return Unavailable("windSpeed '" + Printable(text) + "' is not a speed such as '5 mph'");
}

/// "5 mph", "10 to 15 mph", "25 km/h".
Result<double> ParseWindText(std::string_view text) {
  const auto words = Split(text, ' ');
  if (words.size() != 2 && !(words.size() == 4 && words[1] == "to")) {
    return NotAWind(text);
  }
  const auto low = ParseDouble(words.front());
  const auto high = ParseDouble(words[words.size() - 2]);
  const auto factor = WindFactor(words.back());
  if (!low || !high || !factor || *low < 0 || *high < *low || *high * *factor > kFastestWind) {
    return NotAWind(text);
  }
  return (*low + *high) / 2 * *factor;
}

/// {unitCode, value}, or {unitCode, minValue, maxValue} for a range.
Result<std::optional<double>> ParseWindQuantity(const json::object& object) {
  const auto factor = FactorOf(object, "unitCode", WindFactor);
  const auto value = Scaled(object.if_contains("value"), factor ? *factor : 1, kFastestWind);
  const auto low = Scaled(object.if_contains("minValue"), factor ? *factor : 1, kFastestWind);
  const auto high = Scaled(object.if_contains("maxValue"), factor ? *factor : 1, kFastestWind);
  for (const auto* number : {&value, &low, &high}) {
    if (!*number) {
      return number->error().In("windSpeed");
    }
  }
  if (!*value && !(*low && *high)) {
    return std::optional<double>();
  }
  if (!factor) {
    return factor.error().In("windSpeed");
  }
  return *value ? *value : std::optional((**low + **high) / 2);
}

Result<std::optional<double>> ParseWind(const json::object& period) {
  if (const json::object* quantity = ObjectMember(period, "windSpeed")) {
    return ParseWindQuantity(*quantity);
  }
  const json::value* value = period.if_contains("windSpeed");
  if (value == nullptr || value->is_null()) {
    return std::optional<double>();
  }
  const auto text = TextMember(period, "windSpeed");
  const auto speed = text ? ParseWindText(*text) : NotAWind(json::serialize(*value));
  return speed ? Result<std::optional<double>>(std::optional(*speed)) : speed.error();
}

Result<Span> ParsePeriod(const json::object& period) {
  const auto from = TimeMember(period, "startTime");
  if (!from) {
    return from.error();
  }
  const auto to = TimeMember(period, "endTime");
  if (!to) {
    return to.error();
  }
  if (*to <= *from || *to - *from > kLongest) {
    return Unavailable("a period from " + FormatTime(*from) + " to " + FormatTime(*to));
  }
  const auto wind = ParseWind(period);
  if (!wind) {
    return wind.error().In(FormatTime(*from));
  }
  return Span{*from, *to, *wind};
}

/// Where nothing is forecast, the service answers with one period all of whose members are null.
bool IsBlank(const json::object& period) {
  const json::value* start = period.if_contains("startTime");
  return start != nullptr && start->is_null();
}

// ---- Errors

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// "https://host/" of a URL; nothing where it has no host.
std::optional<std::string> SecureOrigin(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) {
      url.remove_prefix(scheme.size());
      const std::string_view host = url.substr(0, url.find_first_of("/?#"));
      return host.empty() ? std::nullopt : std::optional("https://" + std::string(host) + "/");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Interval> ParseInterval(std::string_view text) {
  const auto sides = Split(text, '/');
  if (sides.size() != 2) {
    return NotAnInterval(text, "is not of two parts");
  }
  const auto from = ParseTime(sides[0]);
  const auto to = ParseTime(sides[1]);
  const auto before = ParseIsoDuration(sides[0]);
  const auto after = ParseIsoDuration(sides[1]);
  Interval interval;
  if (from && to) {
    interval = {*from, *to};
  } else if (from && after) {
    interval = {*from, *from + std::min(*after, 2 * kLongest)};
  } else if (before && to) {
    interval = {*to - std::min(*before, 2 * kLongest), *to};
  } else {
    return NotAnInterval(text, "is not of times and of days, hours, minutes, seconds");
  }
  if (interval.to <= interval.from || interval.to - interval.from > kLongest) {
    return NotAnInterval(text, "is empty or longer than 31 days");
  }
  return interval;
}

Result<std::string> ParsePoint(std::string_view body, std::string_view asked_url) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  const auto url = TextMember(PropertiesOf(**object), "forecastGridData");
  const auto origin = SecureOrigin(asked_url);
  if (!url) {
    return Unavailable("the answer holds no forecastGridData");
  }
  const auto odd = [](char c) { return c <= ' ' || c >= 0x7F || c == '\\'; };
  const bool here = origin && url->starts_with(*origin) && url->size() <= 200 &&
                    std::none_of(url->begin(), url->end(), odd);
  if (!here) {
    return Unavailable("forecastGridData '" + Printable(*url) + "' is not https on the host of '" +
                       Printable(asked_url) + "'");
  }
  return std::string(*url);
}

Result<Gridpoint> ParseGridpoint(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  const json::object& properties = PropertiesOf(**object);
  const auto updated_at = TimeMember(properties, "updateTime");
  if (!updated_at) {
    return updated_at.error();
  }
  auto sky_cover = ParseLayer(properties, "skyCover", PercentFactor, kFullCover);
  if (!sky_cover) {
    return sky_cover.error();
  }
  auto wind = ParseLayer(properties, "windSpeed", WindFactor, kFastestWind);
  if (!wind) {
    return wind.error();
  }
  if (!AnyKnown(*sky_cover) && !AnyKnown(*wind)) {
    return NothingKnown();
  }
  return Gridpoint{*updated_at, *std::move(sky_cover), *std::move(wind)};
}

Result<std::vector<Span>> ParseHourlyWind(std::string_view body) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  const json::array* periods = ArrayMember(PropertiesOf(**object), "periods");
  if (periods == nullptr) {
    return Unavailable("the answer holds no periods");
  }
  std::vector<Span> spans;
  for (const json::value& value : *periods) {
    const json::object* period = value.if_object();
    if (period == nullptr) {
      return Unavailable("a period is not an object");
    }
    if (IsBlank(*period)) {
      continue;
    }
    const auto span = ParsePeriod(*period);
    if (!span) {
      return span.error();
    }
    spans.push_back(*span);
  }
  if (const Status ok = SettleSpans(spans); !ok) {
    return ok.error();
  }
  return AnyKnown(spans) ? Result<std::vector<Span>>(std::move(spans)) : NothingKnown();
}

Failure ClassifyError(int status, std::string_view body) {
  if (status == 301 && Contains(body, "Adjusting Precision")) {
    return {.error = Invalid("coordinates take at most four decimals (HTTP 301)")};
  }
  if (status == 403) {
    return Denied("the service asks for a User-Agent that names the program and a contact",
                  Failure::Scope::provider, status, body);
  }
  Failure failure = PlainFailure(status, body);
  if (status == 429) {
    failure.retry_after = seconds(5);
  }
  // A known fault of the service that another try ends.
  if (status == 500 && Contains(body, "UnexpectedProblem")) {
    failure.retry_after = seconds(10);
  }
  return failure;
}

}  // namespace carbon::feeds::nws
