// SPDX-License-Identifier: Apache-2.0
#include "grid/zone_record.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"

namespace carbon::grid {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
/// How far what is usual is told ahead.
constexpr Duration kAhead = std::chrono::hours(96);

double ValueOf(const std::optional<GramsPerKwh>& value) {
  return value ? value->value() : Series::kUnknown;
}

/// The observation, if it speaks of `now`.
std::optional<GramsPerKwh> Observed(const ZoneReading& reading, Time now) {
  const auto& latest = reading.latest;
  if (latest && latest->at <= now && now < latest->at + latest->step) {
    return latest->intensity;
  }
  return std::nullopt;
}

/// The series from the step that holds `now` on; where the present is observed, that step first,
/// and the series after it if it is the next.
Series Ahead(const Series& series, Time now, const Observation* present) {
  const Duration step = present != nullptr ? present->step : series.step();
  const Time from = present != nullptr ? present->at + step : now;
  const int64_t into = series.empty() ? 0 : std::max<int64_t>((from - series.start()) / step, 0);
  const Time start = series.start() + series.step() * into;
  const bool follows =
      !series.empty() && (present == nullptr || (start == from && step == series.step()));
  std::vector<double> values;
  values.reserve(series.size() + 1);
  if (present != nullptr) {
    values.push_back(present->intensity.value());
  }
  for (size_t i = static_cast<size_t>(into); follows && i < series.size(); ++i) {
    values.push_back(ValueOf(series.Value(i)));
  }
  return {present != nullptr ? present->at : start, step, std::move(values)};
}

/// What the provider's forecast was wrong by when it was last put to the test, added to it.
Series Corrected(const ZoneReading& reading, double decay_per_hour) {
  const Series& forecast = reading.forecast->series;
  const auto said = reading.latest ? forecast.At(reading.latest->at) : std::nullopt;
  const double error = said ? reading.latest->intensity.value() - said->value() : 0;
  std::vector<double> values;
  for (size_t i = 0; i < forecast.size(); ++i) {
    const auto value = forecast.Value(i);
    const double hours = error == 0 ? 0 : Hours(forecast.TimeOf(i) - reading.latest->at);
    const double left = error * std::pow(decay_per_hour, std::max(hours, 0.0));
    values.push_back(value ? std::max(0.0, value->value() + left) : Series::kUnknown);
  }
  return {forecast.start(), forecast.step(), std::move(values)};
}

std::string WeatherSource(const std::string& service, const WeatherSkill& skill) {
  return "climatology corrected by " + service + " weather, " + Fixed(100 * skill.share, 0) +
         " % better than climatology over " + std::to_string(skill.hours) + " h";
}

/// Knows how far the intensity has ranged until there was weather.
WeatherCorrection Begun(const History& history) {
  WeatherCorrection correction;
  const int64_t newest = history.newest();
  for (int64_t number = newest - kClimatologySpan / history.step(); number <= newest; ++number) {
    if (const double was = history.At(number); !std::isnan(was)) {
      correction.Observe(history.TimeOf(number), GramsPerKwh(was), std::nullopt);
    }
  }
  return correction;
}

bool DividesAnHour(Duration step) {
  return step > Duration::zero() && step <= kHour && kHour % step == Duration::zero();
}

}  // namespace

ZoneRecord::ZoneRecord(ZoneId zone, SignalKind kind, BlendRules rules)
    : zone_(std::move(zone)), kind_(kind), rules_(rules) {}

Status ZoneRecord::Take(const ZoneReading& reading, size_t rank) {
  if (reading.zone != zone_ || reading.kind != kind_) {
    return Invalid("a reading of zone " + reading.zone.name + " (" +
                   std::string(ToString(reading.kind)) + ") is not one of zone " + zone_.name +
                   " (" + std::string(ToString(kind_)) + ")");
  }
  std::optional<ZoneReading>& kept = readings_[rank];
  if (rank == 0) {
    Learn(reading);
  }
  ZoneReading taken{.zone = zone_,
                    .kind = kind_,
                    .source = reading.source,
                    .fetched_at = reading.fetched_at,
                    .latest = reading.latest,
                    .forecast = reading.forecast,
                    .history = {}};  // the blend has it
  if (kept && !taken.latest) {
    taken.latest = kept->latest;
  }
  if (kept && !taken.forecast) {
    taken.forecast = std::move(kept->forecast);
  }
  kept.emplace(std::move(taken));
  return {};
}

void ZoneRecord::Learn(const ZoneReading& reading) {
  if (reading.latest && DividesAnHour(reading.latest->step) &&
      (!blend_ || blend_->history().step() != reading.latest->step)) {
    blend_.emplace(reading.latest->step, rules_);
  }
  if (!blend_) {
    return;
  }
  const auto& history = reading.history;
  for (size_t i = 0; history && i < history->size(); ++i) {
    if (const auto value = history->Value(i)) {
      Observe(history->TimeOf(i), *value);
    }
  }
  if (reading.latest) {
    Observe(reading.latest->at, reading.latest->intensity);
  }
  if (reading.forecast) {
    blend_->Hear(*reading.forecast);
  }
  made_.reset();
}

void ZoneRecord::Observe(Time at, GramsPerKwh intensity) {
  if (correction_) {
    const History& history = blend_->history();
    const bool news = history.Number(at) > history.newest();
    correction_->Observe(at, intensity, news ? blend_->Usual(at) : std::nullopt);
  }
  blend_->Observe(at, intensity);
}

void ZoneRecord::TakeWeather(const Weather& weather) {
  if (!correction_) {
    correction_ = blend_ ? Begun(blend_->history()) : WeatherCorrection();
  }
  correction_->Hear(weather);
  weather_source_ = weather.source;
  weather_issued_at_ = weather.issued_at;
}

Series ZoneRecord::ObservedBetween(Time from, Time to) const {
  return blend_ ? blend_->history().Between(from, to) : Series();
}

const BlendedForecast& ZoneRecord::Made() const {
  if (!made_) {
    made_ = blend_ ? blend_->Make() : BlendedForecast{};
  }
  return *made_;
}

Outlook ZoneRecord::Blank(const ZoneReading& reading, Time now) const {
  return {.zone = zone_,
          .kind = kind_,
          .source = reading.source,
          .rung = Rung::fresh,
          .estimated = true,
          .fetched_at = reading.fetched_at,
          .issued_at = reading.forecast ? reading.forecast->issued_at
                       : reading.latest ? reading.latest->at
                                        : now,
          .now = {},
          .expected = {},
          .p10 = {},
          .p90 = {}};
}

std::optional<Outlook> ZoneRecord::FromFirst(Time now, const OutlookRules& rules) const {
  if (!readings_[0]) {
    return std::nullopt;
  }
  const ZoneReading& reading = *readings_[0];
  const Duration age = now - reading.fetched_at;
  Outlook outlook = Blank(reading, now);
  const auto observed = Observed(reading, now);
  const Observation* const seen = observed ? &*reading.latest : nullptr;
  const BlendedForecast& made = Made();
  const bool blended = made.expected.At(now) || (observed && !made.expected.empty());
  if (blended) {
    outlook.expected = Ahead(made.expected, now, seen);
    outlook.p10 = Ahead(made.p10, now, seen);
    outlook.p90 = Ahead(made.p90, now, seen);
  } else if (reading.forecast) {
    outlook.expected = Ahead(Corrected(reading, rules_.error_decay_per_hour), now, seen);
  } else if (observed) {
    outlook.expected = Ahead({}, now, seen);
  }
  if (observed) {
    outlook.estimated = reading.latest->estimated;
  }
  const auto present = outlook.expected.At(now);
  const bool recent = age <= rules.cached_for;
  // Beyond the provider's own forecast the blend is climatology, and called so further down.
  if (!present || (!recent && blended && now >= made.provided_until)) {
    return std::nullopt;
  }
  outlook.now = *present;
  outlook.rung = observed || age <= rules.fresh_for ? Rung::fresh
                 : recent                           ? Rung::cached
                                                    : Rung::earlier_forecast;
  return outlook;
}

std::optional<Outlook> ZoneRecord::FromSecond(Time now, const OutlookRules& rules) const {
  if (!readings_[1] || now - readings_[1]->fetched_at > rules.cached_for) {
    return std::nullopt;
  }
  const ZoneReading& reading = *readings_[1];
  Outlook outlook = Blank(reading, now);
  outlook.rung = Rung::second_provider;
  if (reading.forecast) {
    outlook.expected = Ahead(Corrected(reading, rules_.error_decay_per_hour), now, nullptr);
  }
  const auto observed = Observed(reading, now);
  if (observed && !outlook.expected.At(now)) {
    outlook.expected = Ahead({}, now, &*reading.latest);
  }
  const auto present = observed ? observed : outlook.expected.At(now);
  if (!present) {
    return std::nullopt;
  }
  outlook.now = *present;
  outlook.estimated = !observed || reading.latest->estimated;
  return outlook;
}

std::optional<Outlook> ZoneRecord::FromWeather(Time now, const OutlookRules& rules) const {
  if (!correction_ || !correction_->Useful() || now - weather_issued_at_ > rules.cached_for) {
    return std::nullopt;
  }
  auto outlook = FromClimatology(now);
  const auto present = outlook ? correction_->Correct(now, outlook->now) : std::nullopt;
  if (!present) {
    return std::nullopt;
  }
  const Series usual = std::move(outlook->expected);
  std::vector<double> values;
  std::vector<double> low;
  std::vector<double> high;
  for (size_t i = 0; i < usual.size(); ++i) {
    const auto value = usual.Value(i);
    const auto corrected = value ? correction_->Correct(usual.TimeOf(i), *value) : std::nullopt;
    values.push_back(corrected ? corrected->expected.value() : ValueOf(value));
    low.push_back(corrected ? corrected->p10.value() : ValueOf(outlook->p10.Value(i)));
    high.push_back(corrected ? corrected->p90.value() : ValueOf(outlook->p90.Value(i)));
  }
  outlook->rung = Rung::weather_climatology;
  outlook->source = WeatherSource(weather_source_, correction_->Skill());
  outlook->issued_at = weather_issued_at_;
  outlook->now = present->expected;
  outlook->expected = Series(usual.start(), usual.step(), std::move(values));
  outlook->p10 = Series(usual.start(), usual.step(), std::move(low));
  outlook->p90 = Series(usual.start(), usual.step(), std::move(high));
  return outlook;
}

std::optional<Outlook> ZoneRecord::FromClimatology(Time now) const {
  if (!blend_ || !readings_[0] || !blend_->Usual(now)) {
    return std::nullopt;
  }
  const Duration step = blend_->history().step();
  const Time start = FloorTo(now, step);
  std::vector<double> values;
  std::vector<double> low;
  std::vector<double> high;
  for (Time time = start; time < start + kAhead; time += step) {
    const auto usual = blend_->Usual(time);
    const auto bounds = blend_->FarBounds(time);
    values.push_back(ValueOf(usual));
    low.push_back(usual ? std::max(0.0, usual->value() + bounds.p10) : Series::kUnknown);
    high.push_back(usual ? usual->value() + bounds.p90 : Series::kUnknown);
  }
  Outlook outlook = Blank(*readings_[0], now);
  outlook.rung = Rung::climatology;
  outlook.now = *blend_->Usual(now);
  outlook.expected = Series(start, step, std::move(values));
  outlook.p10 = Series(start, step, std::move(low));
  outlook.p90 = Series(start, step, std::move(high));
  return outlook;
}

std::optional<Outlook> ZoneRecord::FromYearlyMean(Time now) const {
  if (!yearly_) {
    return std::nullopt;
  }
  const Time start = FloorTo(now, kHour);
  const auto steps = static_cast<size_t>(kAhead / kHour);
  return Outlook{
      .zone = zone_,
      .kind = kind_,
      .source = yearly_->source,
      .rung = Rung::static_factor,
      .estimated = true,
      .fetched_at = now,
      .issued_at = now,
      .now = yearly_->intensity,
      .expected = Series(start, kHour, std::vector<double>(steps, yearly_->intensity.value())),
      .p10 = {},
      .p90 = {}};
}

std::string ZoneRecord::WhyUnknown(Time now, const OutlookRules& rules) const {
  if (!readings_[0]) {
    return "no provider has spoken of it yet";
  }
  const Duration age = now - readings_[0]->fetched_at;
  if (age > rules.cached_for) {
    return "the last reading is " + FormatDuration(age) + " old";
  }
  return "neither the observation nor the forecast speaks of " + FormatTime(now);
}

Result<Outlook> ZoneRecord::At(Time now, const OutlookRules& rules) const {
  auto outlook = FromFirst(now, rules);
  if (!outlook) {
    outlook = FromSecond(now, rules);
  }
  if (!outlook) {
    outlook = FromWeather(now, rules);
  }
  if (!outlook) {
    outlook = FromClimatology(now);
  }
  if (!outlook) {
    outlook = FromYearlyMean(now);
  }
  if (!outlook) {
    return Unavailable("zone " + zone_.name + ": " + WhyUnknown(now, rules));
  }
  return *std::move(outlook);
}

}  // namespace carbon::grid
