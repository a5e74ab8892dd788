// SPDX-License-Identifier: Apache-2.0
#include "grid/blend.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace carbon::grid {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kDay = std::chrono::days(1);
/// Where a provider's newest forecast does not speak of a step, those before are asked.
constexpr size_t kMostHeard = 4;
/// Each of the next steps has weights of its own; those further ahead share them by and by.
constexpr int64_t kNear = 24;
constexpr double kSpread = 1.12;
/// Ahead of which what is usual has half its share.
constexpr double kUsualHours = 24;

std::vector<int64_t> HorizonClasses(int64_t steps) {
  std::vector<int64_t> classes;
  for (int64_t next = 1; next < steps;) {
    classes.push_back(next);
    const auto spread = static_cast<int64_t>(std::ceil(static_cast<double>(next) * kSpread));
    next = next < kNear ? next + 1 : spread;
  }
  classes.push_back(steps);
  return classes;
}

size_t HourOf(Time time) {
  const auto since = time.time_since_epoch() % kDay;
  return static_cast<size_t>(since / kHour);
}

}  // namespace

Blend::Blend(Duration step, BlendRules rules)
    : rules_(rules),
      history_(step, static_cast<size_t>((kClimatologySpan + kDay + 2 * rules.horizon) / step)),
      horizons_(HorizonClasses(rules.horizon / step)) {
  for (int64_t ahead = 0; ahead <= horizons_.back(); ++ahead) {
    faded_.push_back(std::pow(rules.error_decay_per_hour, Hours(step * ahead)));
  }
  for (const int64_t ahead : horizons_) {
    learnt_.push_back(HorizonOf(step, Hours(step * ahead)));
  }
  origins_.resize(static_cast<size_t>(horizons_.back()) + 1);
  said_.resize(origins_.size() * horizons_.size());
}

Blend::Horizon Blend::HorizonOf(Duration step, double hours) const {
  // Errors far ahead last long, so that a day of them teaches little: they count for less.
  const double stretch = 1 + hours / rules_.far_hours;
  const double usual = rules_.usual_share * hours / (hours + kUsualHours);
  const Weights start({1, usual / 2, usual / 2}, rules_.ridge * stretch * stretch);
  return {.with_provider = start,
          .without = start,
          .errors = ErrorTracker(),
          .forgetting = std::pow(1 - (1 - rules_.forgetting_per_hour) / stretch, Hours(step))};
}

void Blend::Hear(const Forecast& forecast) {
  const Duration step = history_.step();
  const Series& series = forecast.series;
  const int64_t at = history_.newest();
  if (series.empty()) {
    return;
  }
  Heard heard{.at = at, .first = history_.Number(series.start()), .values = {}};
  const int64_t last = history_.Number(series.end() - Duration(1));
  for (int64_t number = heard.first; number <= last; ++number) {
    const Time from = std::max(history_.TimeOf(number), series.start());
    const auto mean = series.Mean(from, std::min(history_.TimeOf(number) + step, series.end()));
    heard.values.push_back(static_cast<float>(mean ? mean->value() : Series::kUnknown));
  }
  if (!heard_.empty() && heard_.back().at == at) {
    heard_.pop_back();
  }
  heard_.push_back(std::move(heard));
  if (heard_.size() > kMostHeard) {
    heard_.pop_front();
  }
}

double Blend::Provider(int64_t target) const {
  for (auto said = heard_.rbegin(); said != heard_.rend(); ++said) {
    const auto index = static_cast<size_t>(target - said->first);
    if (target >= said->first && index < said->values.size() && !std::isnan(said->values[index])) {
      return said->values[index];
    }
  }
  return Series::kUnknown;
}

Blend::Origin Blend::NewestOrigin() const {
  const int64_t number = history_.newest();
  const double now = history_.At(number);
  const double before = history_.At(number - 1);
  return {.number = number,
          .now = now,
          .usual = UsualOfHour(history_, number - 1, number),
          .error = now - Provider(number),
          .error_was = before - Provider(number - 1),
          .anomaly_was = heard_.empty() ? before - UsualOfHour(history_, number - 2, number - 1)
                                        : Series::kUnknown};
}

Blend::Inputs Blend::InputsOf(const Origin& origin, int64_t ahead, const Climatology& usual,
                              double provided) const {
  Inputs inputs;
  inputs.by_provider = !std::isnan(provided);
  inputs.base = inputs.by_provider ? provided : usual.of_hour;
  inputs.known = !std::isnan(inputs.base) && !std::isnan(origin.now);
  if (!inputs.known) {
    return inputs;
  }
  const double anomaly = origin.now - origin.usual;
  const double error = inputs.by_provider ? origin.error : anomaly;
  const double error_was = inputs.by_provider ? origin.error_was : origin.anomaly_was;
  inputs.features = {error * faded_[static_cast<size_t>(ahead)],
                     (usual.of_hour - inputs.base) * usual.days / 28,
                     (usual.of_weekday - inputs.base) * usual.weeks / 4,
                     usual.yesterday - inputs.base,
                     origin.now - inputs.base,
                     anomaly,
                     error - error_was,
                     unit_};
  for (double& feature : inputs.features) {
    feature = std::isnan(feature) ? 0 : feature / unit_;
  }
  return inputs;
}

double Blend::Predict(const Inputs& inputs, const Horizon& horizon) const {
  const Weights& weights = inputs.by_provider ? horizon.with_provider : horizon.without;
  return std::max(0.0, inputs.base + unit_ * weights.Predict(inputs.features));
}

size_t Blend::ClassOf(int64_t horizon) const {
  const auto found = std::lower_bound(horizons_.begin(), horizons_.end(), horizon);
  return static_cast<size_t>(found - horizons_.begin());
}

void Blend::Observe(Time at, GramsPerKwh intensity) {
  const int64_t number = history_.Number(at);
  const bool news = history_.empty() || number > history_.newest();
  if (unit_ == 0) {
    unit_ = std::max(1.0, intensity.value() / 10);
    for (Horizon& horizon : learnt_) {
      horizon.errors = ErrorTracker(unit_);
    }
  }
  if (news && !history_.empty()) {
    Remember();
  }
  history_.Put(number, intensity.value());
  if (news) {
    LearnFrom(number);
  }
}

Blend::Origin& Blend::OriginAt(int64_t number) {
  return origins_[static_cast<size_t>(number) % origins_.size()];
}

Blend::Said* Blend::SaidOf(int64_t target) {
  return &said_[static_cast<size_t>(target) % origins_.size() * horizons_.size()];
}

void Blend::LearnFrom(int64_t target) {
  const double truth = history_.At(target);
  const size_t hour = HourOf(history_.TimeOf(target));
  const int64_t day = kDay / history_.step();
  const Said* const said = SaidOf(target);
  Climatology usual;
  int64_t usual_days = 0;
  for (size_t i = 0; i < horizons_.size(); ++i) {
    const Origin& origin = OriginAt(target - horizons_[i]);
    if (origin.number != target - horizons_[i] || std::isnan(said[i].by_us)) {
      continue;
    }
    // What was usual changes from day to day only.
    if (const int64_t days = (horizons_[i] + day - 1) / day; days != usual_days) {
      usual = ClimatologyAt(history_, origin.number, target);
      usual_days = days;
    }
    Horizon& horizon = learnt_[i];
    horizon.errors.Learn(truth - static_cast<double>(said[i].by_us), hour);
    const Inputs inputs =
        InputsOf(origin, horizons_[i], usual, static_cast<double>(said[i].by_provider));
    if (inputs.known) {
      Weights& weights = inputs.by_provider ? horizon.with_provider : horizon.without;
      weights.Learn(inputs.features, (truth - inputs.base) / unit_, horizon.forgetting);
    }
  }
}

void Blend::Remember() {
  const Origin origin = NewestOrigin();
  const auto usual = ClimatologyAfter(history_, origin.number, horizons_.back());
  for (size_t i = 0; i < horizons_.size(); ++i) {
    const int64_t target = origin.number + horizons_[i];
    const double provided = Provider(target);
    const Inputs inputs =
        InputsOf(origin, horizons_[i], usual[static_cast<size_t>(horizons_[i] - 1)], provided);
    const double value = inputs.known ? Predict(inputs, learnt_[i]) : Series::kUnknown;
    SaidOf(target)[i] = {.by_us = static_cast<float>(value),
                         .by_provider = static_cast<float>(provided)};
  }
  OriginAt(origin.number) = origin;
}

BlendedForecast Blend::Make() const {
  if (history_.empty()) {
    return {};
  }
  const int64_t newest = history_.newest();
  const Origin origin = NewestOrigin();
  const auto usual = ClimatologyAfter(history_, newest, horizons_.back());
  const auto size = static_cast<size_t>(horizons_.back());
  Time provided_until = history_.TimeOf(newest + 1);
  std::vector<double> expected(size, Series::kUnknown);
  std::vector<double> p10 = expected;
  std::vector<double> p50 = expected;
  std::vector<double> p90 = expected;
  for (size_t i = 0; i < size; ++i) {
    const auto ahead = static_cast<int64_t>(i) + 1;
    const Inputs inputs = InputsOf(origin, ahead, usual[i], Provider(newest + ahead));
    if (!inputs.known) {
      continue;
    }
    const Horizon& horizon = learnt_[ClassOf(ahead)];
    const size_t hour = HourOf(history_.TimeOf(newest + ahead));
    const double value = Predict(inputs, horizon);
    if (inputs.by_provider) {
      provided_until = history_.TimeOf(newest + ahead + 1);
    }
    expected[i] = value;
    p10[i] = std::max(0.0, value + horizon.errors.P10(hour));
    p50[i] = std::max(0.0, value + horizon.errors.P50(hour));
    p90[i] = std::max(0.0, value + horizon.errors.P90(hour));
  }
  const Time start = history_.TimeOf(newest + 1);
  const Duration step = history_.step();
  return {.provided_until = provided_until,
          .expected = Series(start, step, std::move(expected)),
          .p10 = Series(start, step, std::move(p10)),
          .p50 = Series(start, step, std::move(p50)),
          .p90 = Series(start, step, std::move(p90))};
}

std::optional<GramsPerKwh> Blend::Provided(Time time) const {
  const double provided = Provider(history_.Number(time));
  return std::isnan(provided) ? std::nullopt : std::optional(GramsPerKwh(provided));
}

std::optional<GramsPerKwh> Blend::Usual(Time time) const {
  if (history_.empty()) {
    return std::nullopt;
  }
  const double usual = ClimatologyAt(history_, history_.newest(), history_.Number(time)).Usual();
  return std::isnan(usual) ? std::nullopt : std::optional(GramsPerKwh(usual));
}

Blend::Bounds Blend::FarBounds(Time time) const {
  const ErrorTracker& errors = learnt_.back().errors;
  const size_t hour = HourOf(time);
  return {.p10 = errors.P10(hour), .p90 = errors.P90(hour)};
}

}  // namespace carbon::grid
