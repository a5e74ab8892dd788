// SPDX-License-Identifier: Apache-2.0
#include "grid/backtest.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace carbon::grid {
namespace {

/// What the forecasters said of one step, by Forecaster, in g/kWh.
struct Claims {
  double truth;
  std::array<std::optional<double>, kForecasters.size()> by;
  double p10;
  double p90;
};

/// The least truth of which an error can be a share.
constexpr double kLeastTruth = 1;

void Judge(Skill& skill, const Claims& claims) {
  const bool relative = claims.truth >= kLeastTruth;
  ++skill.count;
  skill.relative_count += relative ? 1 : 0;
  for (size_t i = 0; i < claims.by.size(); ++i) {
    const double error = std::abs(claims.by[i].value_or(claims.truth) - claims.truth);
    skill.errors[i].absolute += error;
    skill.errors[i].relative += relative ? error / claims.truth : 0;
  }
  skill.below_p10 += claims.truth < claims.p10 ? 1 : 0;
  skill.above_p90 += claims.truth > claims.p90 ? 1 : 0;
}

/// The newest forecast issued by then that speaks of `time`.
std::optional<double> Provided(const std::vector<Forecast>& forecasts, size_t heard, Time time) {
  for (size_t i = heard; i-- > 0 && time < forecasts[i].series.end();) {
    if (const auto value = forecasts[i].series.At(time)) {
      return value->value();
    }
  }
  return std::nullopt;
}

class Run {
 public:
  Run(const Series& actual, const std::vector<Forecast>& forecasts, const BacktestRules& rules)
      : actual_(actual),
        forecasts_(forecasts),
        rules_(rules),
        blend_(actual.step(), rules.blend),
        skills_(static_cast<size_t>(rules.blend.horizon / actual.step())) {}

  void Step(size_t index) {
    const Time now = actual_.TimeOf(index);
    const auto observed = actual_.Value(index);
    if (observed) {
      blend_.Observe(now, *observed);
    }
    while (heard_ < forecasts_.size() && forecasts_[heard_].issued_at <= now) {
      blend_.Hear(forecasts_[heard_]);
      ++heard_;
    }
    if (observed && now >= rules_.from) {
      JudgeOrigin(now, observed->value());
    }
  }

  std::vector<Skill> Result() && { return std::move(skills_); }

 private:
  void JudgeOrigin(Time origin, double now) {
    const BlendedForecast made = blend_.Make();
    for (size_t i = 0; i < skills_.size(); ++i) {
      const Time target = origin + actual_.step() * (static_cast<int64_t>(i) + 1);
      const auto truth = target < rules_.to ? actual_.At(target) : std::nullopt;
      const auto median = made.p50.At(target);
      const auto usual = blend_.Usual(target);
      const auto provider = Provided(forecasts_, heard_, target);
      if (truth && median && usual && (provider || forecasts_.empty())) {
        skills_[i].provided = provider.has_value();
        Judge(skills_[i], {.truth = truth->value(),
                           .by = {median->value(), provider, usual->value(), now},
                           .p10 = made.p10.At(target)->value(),
                           .p90 = made.p90.At(target)->value()});
      }
    }
  }

  const Series& actual_;
  const std::vector<Forecast>& forecasts_;
  const BacktestRules& rules_;
  Blend blend_;
  std::vector<Skill> skills_;
  size_t heard_ = 0;
};

}  // namespace

Skill& Skill::operator+=(const Skill& other) {
  count += other.count;
  relative_count += other.relative_count;
  for (size_t i = 0; i < errors.size(); ++i) {
    errors[i].absolute += other.errors[i].absolute;
    errors[i].relative += other.errors[i].relative;
  }
  below_p10 += other.below_p10;
  above_p90 += other.above_p90;
  provided = provided || other.provided;
  return *this;
}

std::optional<double> Skill::Mae(Forecaster who) const {
  if (count == 0 || (who == Forecaster::provider && !provided)) {
    return std::nullopt;
  }
  return errors[static_cast<size_t>(who)].absolute / static_cast<double>(count);
}

std::optional<double> Skill::Mape(Forecaster who) const {
  if (relative_count == 0 || (who == Forecaster::provider && !provided)) {
    return std::nullopt;
  }
  return errors[static_cast<size_t>(who)].relative / static_cast<double>(relative_count);
}

std::optional<double> Skill::Coverage() const {
  if (count == 0) {
    return std::nullopt;
  }
  return 1 - static_cast<double>(below_p10 + above_p90) / static_cast<double>(count);
}

std::optional<double> Skill::RatioToBetter() const {
  const auto usual = Mae(Forecaster::climatology);
  if (!usual) {
    return std::nullopt;
  }
  const double better = std::min(*usual, Mae(Forecaster::provider).value_or(*usual));
  return better > 0 ? std::optional(*Mae(Forecaster::blend) / better) : std::nullopt;
}

std::vector<Skill> Backtest(const Series& actual, const std::vector<Forecast>& forecasts,
                            const BacktestRules& rules,
                            const std::function<void(double)>& progress) {
  Run run(actual, forecasts, rules);
  for (size_t i = 0; i < actual.size() && actual.TimeOf(i) < rules.to; ++i) {
    run.Step(i);
    if (progress && i % 256 == 0) {
      progress(static_cast<double>(i) / static_cast<double>(actual.size()));
    }
  }
  return std::move(run).Result();
}

Skill Together(const std::vector<Skill>& skills, size_t steps) {
  Skill all;
  for (size_t i = 0; i < std::min(steps, skills.size()); ++i) {
    all += skills[i];
  }
  return all;
}

}  // namespace carbon::grid
