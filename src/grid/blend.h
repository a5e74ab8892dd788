// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "grid/error_tracker.h"
#include "grid/history.h"
#include "grid/least_squares.h"
#include "grid/reading.h"
#include "grid/series.h"

namespace carbon::grid {

/// How a blend learns. The defaults were chosen on January to June 2021 (direct intensity of 15
/// zones), as docs/forecasts.md shows, and are the same in every zone.
struct BlendRules {
  Duration horizon = std::chrono::hours(96);
  /// What an error of the next hour still teaches an hour later; longer ahead it is forgotten less.
  double forgetting_per_hour = 0.999;
  /// How many hours' errors, of a tenth of the zone's intensity each, the starting weights count
  /// for in the next hour; `far_hours` ahead four times as many.
  double ridge = 100;
  double far_hours = 6;
  /// The part that what is usual has in the starting weights, far ahead.
  double usual_share = 0.8;
  /// What is left per hour of the provider's last error, in the starting weights.
  double error_decay_per_hour = 0.95;
};

/// A forecast with its own account of how sure it is. All series have the same raster; p10 and p90
/// are bounds that one in ten values is expected to fall below, and above.
struct BlendedForecast {
  Time provided_until;  ///< the provider's forecast went into the steps before; else the usual
  Series expected;
  Series p10;
  Series p50;
  Series p90;
};

/// Turns what a provider forecasts, what is usual, and what was observed last into one forecast.
/// The weights, per horizon, are those that would have served best so far (recursive least
/// squares), starting from "the provider's forecast plus its last error, fading"; without a
/// provider from "what is usual plus the last anomaly, fading". Nothing that was told later than a
/// forecast's origin goes into it, into its weights or into its bounds.
///
/// A value: copies are independent. Not thread-safe. One zone, one kind of signal.
class Blend {
 public:
  /// `step` divides an hour, or is one.
  explicit Blend(Duration step, BlendRules rules = {});

  /// Takes observed intensity of the step that holds `at`; learns from every forecast that spoke
  /// of it. An observation of a known step replaces it and teaches nothing.
  void Observe(Time at, GramsPerKwh intensity);
  /// Takes the provider's forecast, as it came after the newest observation so far. Of those that
  /// come between two observations only the newest is kept.
  void Hear(const Forecast& forecast);

  /// From the step after the newest observation on, rules.horizon long. Empty series where nothing
  /// was observed, or neither a forecast nor a climatology speaks of the future.
  BlendedForecast Make() const;

  const History& history() const { return history_; }
  /// What the newest of the provider's last few forecasts that speaks of `time` says of its step.
  std::optional<GramsPerKwh> Provided(Time time) const;
  /// What is usual at `time`, by what is known now.
  std::optional<GramsPerKwh> Usual(Time time) const;
  /// How far from the usual it may be: bounds of the furthest forecasts' errors at that hour.
  struct Bounds {
    double p10;  ///< g/kWh, to be added; seldom above 0
    double p90;
  };
  Bounds FarBounds(Time time) const;
  /// The horizons, in steps, whose weights and errors are kept apart.
  const std::vector<int64_t>& Horizons() const { return horizons_; }

 private:
  static constexpr size_t kFeatures = 8;
  using Weights = LeastSquares<kFeatures>;

  /// A provider's forecast on our raster.
  struct Heard {
    int64_t at;
    int64_t first;
    std::vector<float> values;
  };
  /// What is known at a forecast's origin, in g/kWh.
  struct Origin {
    int64_t number = -1;
    double now;          ///< observed
    double usual;        ///< climatology, of that step
    double error;        ///< of the provider's forecast
    double error_was;    ///< a step earlier
    double anomaly_was;  ///< a step earlier; unknown where a provider has spoken
  };
  /// What was said at one origin of one step, in g/kWh; NaN where nothing was.
  struct Said {
    float by_us = Series::kUnknown;
    float by_provider = Series::kUnknown;
  };
  /// What one horizon's forecast is made of.
  struct Inputs {
    double base = 0;  ///< what the features correct
    Weights::Vector features{};
    bool by_provider = false;
    bool known = false;
  };
  struct Horizon {
    Weights with_provider;
    Weights without;
    ErrorTracker errors;
    double forgetting;  ///< per step
  };

  Horizon HorizonOf(Duration step, double hours) const;
  /// What the newest of the provider's last few forecasts that speaks of `target` says of it.
  double Provider(int64_t target) const;
  /// Of the newest observation.
  Origin NewestOrigin() const;
  Inputs InputsOf(const Origin& origin, int64_t ahead, const Climatology& usual,
                  double provided) const;
  double Predict(const Inputs& inputs, const Horizon& horizon) const;
  size_t ClassOf(int64_t horizon) const;
  void LearnFrom(int64_t target);
  /// Keeps what would now be forecast, for LearnFrom() to judge.
  void Remember();
  Origin& OriginAt(int64_t number);
  /// What was said of `target`: one for each of horizons_.
  Said* SaidOf(int64_t target);

  BlendRules rules_;
  std::vector<double> faded_;  ///< [i]: what is left of an error i steps later
  History history_;
  std::vector<int64_t> horizons_;
  std::vector<Horizon> learnt_;  ///< of each of horizons_
  std::deque<Heard> heard_;
  // Rings as long as the furthest horizon and the present.
  std::vector<Origin> origins_;
  std::vector<Said> said_;  ///< by target: what was said of one step is read together
  double unit_ = 0;  ///< g/kWh that one unit of a feature is: a tenth of the first observation
};

}  // namespace carbon::grid
