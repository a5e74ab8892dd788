// SPDX-License-Identifier: Apache-2.0
#include "grid/blend.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace carbon::grid {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kDay = std::chrono::days(1);
/// So many of a provider's forecasts are kept at most: as many as teach anything.
constexpr int64_t kMostHeard = 96;
/// Where the newest forecast does not speak of a step, so many of those before are asked.
constexpr size_t kLookBack = 4;
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
  if (!heard_.empty() && (heard_.back().at == at || Crowded())) {
    heard_.pop_back();
  }
  heard_.push_back(std::move(heard));
  while (heard_.size() > 1 && heard_[1].at < at - horizons_.back()) {
    heard_.pop_front();
  }
}

bool Blend::Crowded() const {
  const size_t size = heard_.size();
  const int64_t apart = horizons_.back() / kMostHeard;
  return size > 1 && heard_[size - 1].at < heard_[size - 2].at + apart;
}

size_t Blend::HeardBy(int64_t origin) const {
  size_t heard = heard_.size();
  while (heard > 0 && heard_[heard - 1].at > origin) {
    --heard;
  }
  return heard;
}

double Blend::Provider(size_t heard, int64_t target) const {
  const size_t oldest = heard - std::min(heard, kLookBack);
  for (size_t i = heard; i-- > oldest;) {
    const Heard& said = heard_[i];
    const auto index = static_cast<size_t>(target - said.first);
    if (target >= said.first && index < said.values.size() && !std::isnan(said.values[index])) {
      return said.values[index];
    }
  }
  return Series::kUnknown;
}

Blend::Origin Blend::OriginAt(int64_t number) const {
  const size_t heard = HeardBy(number);
  const double now = history_.At(number);
  const double before = history_.At(number - 1);
  return {.number = number,
          .heard = heard,
          .now = now,
          .usual = UsualOfHour(history_, number - 1, number),
          .error = now - Provider(heard, number),
          .error_was = before - Provider(heard, number - 1),
          .anomaly_was = heard > 0 ? Series::kUnknown
                                   : before - UsualOfHour(history_, number - 2, number - 1)};
}

Blend::Inputs Blend::InputsOf(const Origin& origin, int64_t target) const {
  const Climatology usual = ClimatologyAt(history_, origin.number, target);
  const double provided = Provider(origin.heard, target);
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
  const double faded = faded_[static_cast<size_t>(target - origin.number)];
  inputs.features = {error * faded,
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
    Remember(history_.newest());
  }
  history_.Put(number, intensity.value());
  if (news) {
    LearnFrom(number);
  }
}

void Blend::LearnFrom(int64_t target) {
  const double truth = history_.At(target);
  const size_t hour = HourOf(history_.TimeOf(target));
  for (size_t i = 0; i < horizons_.size(); ++i) {
    const int64_t origin = target - horizons_[i];
    const auto made = std::lower_bound(made_.begin(), made_.end(), origin,
                                       [](const Made& m, int64_t at) { return m.origin < at; });
    if (made == made_.end() || made->origin != origin || std::isnan(made->values[i])) {
      continue;
    }
    learnt_[i].errors.Learn(truth - static_cast<double>(made->values[i]), hour);
    const Inputs inputs = InputsOf(OriginAt(origin), target);
    if (inputs.known) {
      Weights& weights = inputs.by_provider ? learnt_[i].with_provider : learnt_[i].without;
      weights.Learn(inputs.features, (truth - inputs.base) / unit_, learnt_[i].forgetting);
    }
  }
}

void Blend::Remember(int64_t number) {
  const Origin origin = OriginAt(number);
  Made made{.origin = number, .values = {}};
  made.values.reserve(horizons_.size());
  for (size_t i = 0; i < horizons_.size(); ++i) {
    const Inputs inputs = InputsOf(origin, number + horizons_[i]);
    const double value = inputs.known ? Predict(inputs, learnt_[i]) : Series::kUnknown;
    made.values.push_back(static_cast<float>(value));
  }
  made_.push_back(std::move(made));
  while (made_.front().origin < number - horizons_.back()) {
    made_.pop_front();
  }
}

BlendedForecast Blend::Make() const {
  if (history_.empty()) {
    return {};
  }
  const int64_t newest = history_.newest();
  const Origin origin = OriginAt(newest);
  const auto size = static_cast<size_t>(horizons_.back());
  Time provided_until = history_.TimeOf(newest + 1);
  std::vector<double> expected(size, Series::kUnknown);
  std::vector<double> p10 = expected;
  std::vector<double> p50 = expected;
  std::vector<double> p90 = expected;
  for (size_t i = 0; i < size; ++i) {
    const auto ahead = static_cast<int64_t>(i) + 1;
    const Inputs inputs = InputsOf(origin, newest + ahead);
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
