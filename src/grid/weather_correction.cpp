// SPDX-License-Identifier: Apache-2.0
#include "grid/weather_correction.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace carbon::grid {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
/// What is usual looks back from the last observation, which may be some days old.
constexpr Duration kKept = kClimatologySpan + std::chrono::days(5) + kWeatherAhead;

/// Of the running hour what was told before it began stays.
void Note(History& history, const Series& told, Time told_at) {
  for (size_t i = 0; i < told.size(); ++i) {
    const auto value = told.Value(i);
    const int64_t hour = history.Number(told.TimeOf(i));
    const bool begun = told_at >= history.TimeOf(hour);
    if (value && (!begun || std::isnan(history.At(hour)))) {
      history.Put(hour, value->value());
    }
  }
}

/// The mean in units of its standard error; 0 where that is unknown.
double Deviations(const std::vector<double>& gains) {
  if (gains.size() < 2) {
    return 0;
  }
  const auto count = static_cast<double>(gains.size());
  const double mean = std::accumulate(gains.begin(), gains.end(), 0.0) / count;
  double squares = 0;
  for (const double gain : gains) {
    squares += (gain - mean) * (gain - mean);
  }
  const double error = std::sqrt(squares / (count - 1) / count);
  return error > 0 ? mean / error : mean > 0 ? std::numeric_limits<double>::infinity() : 0;
}

size_t HourOfDay(int64_t hour) { return static_cast<size_t>(hour % 24); }

}  // namespace

WeatherCorrection::WeatherCorrection(WeatherRules rules)
    : rules_(rules),
      solar_(kHour, static_cast<size_t>(kKept / kHour)),
      wind_(kHour, static_cast<size_t>(kKept / kHour)),
      weights_({0, 0}, rules.ridge) {}

void WeatherCorrection::Hear(const Weather& weather) {
  Note(solar_, weather.solar, weather.told_at);
  Note(wind_, weather.wind, weather.told_at);
}

double WeatherCorrection::Unusual(const History& history, int64_t hour) const {
  const Climatology usual = ClimatologyAt(history, observed_, hour);
  return usual.days < rules_.least_days ? Series::kUnknown : history.At(hour) - usual.Usual();
}

std::optional<WeatherCorrection::Weights::Vector> WeatherCorrection::FeaturesOf(
    int64_t hour) const {
  const double sun = Unusual(solar_, hour);
  const double wind = Unusual(wind_, hour);
  if (std::isnan(sun) && std::isnan(wind)) {
    return std::nullopt;
  }
  return Weights::Vector{std::isnan(sun) ? 0 : -sun, std::isnan(wind) ? 0 : -wind};
}

double WeatherCorrection::Predict(const Weights::Vector& features, double usual) const {
  return std::clamp(usual + weights_.Predict(features), lowest_, highest_);
}

void WeatherCorrection::Observe(Time at, GramsPerKwh intensity, std::optional<GramsPerKwh> usual) {
  const int64_t hour = solar_.Number(at);
  const double truth = intensity.value();
  const auto features = hour > observed_ && usual ? FeaturesOf(hour) : std::nullopt;
  if (features) {
    Score(hour, Predict(*features, usual->value()), usual->value(), truth);
    lessons_.push_back({hour, *features, truth - usual->value()});
  }
  while (!lessons_.empty() && lessons_.front().hour <= hour - rules_.delay_hours) {
    const Lesson& lesson = lessons_.front();
    weights_.Learn(lesson.features, lesson.residual, rules_.forgetting_per_hour);
    lessons_.pop_front();
  }
  observed_ = std::max(observed_, hour);
  lowest_ = std::min(lowest_, truth);
  highest_ = std::max(highest_, truth);
}

void WeatherCorrection::Score(int64_t hour, double said, double usual, double truth) {
  scores_.push_back({hour, std::abs(truth - said), std::abs(truth - usual)});
  while (scores_.front().hour <= hour - rules_.window_hours) {
    scores_.pop_front();
  }
  if (!errors_) {
    errors_.emplace(std::max(1.0, usual / 10));
  }
  errors_->Learn(truth - said, HourOfDay(hour));
}

std::optional<WeatherCorrection::Corrected> WeatherCorrection::Correct(Time at,
                                                                       GramsPerKwh usual) const {
  const int64_t hour = solar_.Number(at);
  const auto features = FeaturesOf(hour);
  if (!features || !errors_) {
    return std::nullopt;
  }
  const double expected = Predict(*features, usual.value());
  const double low = std::min(errors_->P10(HourOfDay(hour)), 0.0);
  const double high = std::max(errors_->P90(HourOfDay(hour)), 0.0);
  return Corrected{.expected = GramsPerKwh(expected),
                   .p10 = GramsPerKwh(std::max(0.0, expected + low)),
                   .p90 = GramsPerKwh(expected + high)};
}

WeatherSkill WeatherCorrection::Skill() const {
  double climatology = 0;
  std::vector<double> gains;  // of each day
  for (size_t i = 0; i < scores_.size(); ++i) {
    const Errors& errors = scores_[i];
    if (i == 0 || errors.hour / 24 != scores_[i - 1].hour / 24) {
      gains.push_back(0);
    }
    gains.back() += errors.climatology - errors.corrected;
    climatology += errors.climatology;
  }
  const double gain = std::accumulate(gains.begin(), gains.end(), 0.0);
  return {.share = climatology > 0 ? gain / climatology : 0,
          .deviations = Deviations(gains),
          .hours = scores_.size()};
}

bool WeatherCorrection::Useful() const {
  const WeatherSkill skill = Skill();
  return skill.hours >= rules_.least_hours && skill.share >= rules_.least_skill &&
         skill.deviations > rules_.least_deviations;
}

}  // namespace carbon::grid
