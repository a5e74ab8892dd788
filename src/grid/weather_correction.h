// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "grid/error_tracker.h"
#include "grid/history.h"
#include "grid/least_squares.h"
#include "grid/weather.h"

namespace carbon::grid {

/// How the weather's part is learnt, and when it is believed.
struct WeatherRules {
  /// How many squared deviations, of the whole of an index each, the start (the weather means
  /// nothing) counts for: a few days of unusual weather outweigh it.
  double ridge = 2;
  /// What an hour still teaches an hour later.
  double forgetting_per_hour = 0.999;
  /// An hour teaches so much later: the correction is needed where a provider has been silent for a
  /// day, and shall not be measured with a last day's errors in it that it will not have.
  int64_t delay_hours = 24;
  /// Of how many days a time's weather must be known before anything counts as usual.
  int least_days = 7;
  /// Skill is measured over the hours of so long that came true, ...
  int64_t window_hours = int64_t{42} * 24;
  /// ... and believed from so many of them on, if it is at least `least_skill`, and the mean of the
  /// days' gains more than `least_deviations` of its standard errors: the errors of one day are
  /// alike, so that a month of chance looks like skill.
  size_t least_hours = 10 * 24;
  double least_skill = 0.02;
  double least_deviations = 2.5;
};

/// How much better than climatology a forecast has been.
struct WeatherSkill {
  double share = 0;       ///< 1 - its mean absolute error over climatology's; below 0: worse
  double deviations = 0;  ///< mean of the days' gains in its standard errors; 0 below two days
  size_t hours = 0;       ///< over so many that came true
};

/// Learns what unusual weather does to a zone's intensity:
///
///   climatology - a * (sun - usual sun) - b * (wind - usual wind)
///
/// What is usual is told of the weather as it is of the intensity (ClimatologyAt, from the same
/// days), so that a clear day in a clear month corrects nothing. a and b, in g/kWh, are those that
/// would have served best until a day before (recursive least squares), 0 at first. An hour's
/// weather is what was told before the hour began; its prediction is made of that, of those
/// weights, and of what was usual by earlier hours. An index that is unknown counts as usual; where
/// both are, nothing is said.
///
/// A value; not thread-safe. One zone, one kind of signal.
class WeatherCorrection {
 public:
  explicit WeatherCorrection(WeatherRules rules = {});

  /// Takes the newest weather. Times of calls ascend.
  void Hear(const Weather& weather);
  /// `intensity` came true at `at`, of which `usual` had been the climatology by all that came
  /// before. The first observation of each hour teaches, those that come out of order do not;
  /// without `usual` it only widens the bounds.
  void Observe(Time at, GramsPerKwh intensity, std::optional<GramsPerKwh> usual);

  /// What to expect at `at`, where `usual` is climatology: within the bounds of what was observed.
  struct Corrected {
    GramsPerKwh expected;
    GramsPerKwh p10;
    GramsPerKwh p90;
  };
  /// Nothing where the weather, or what is usual of it, is unknown.
  std::optional<Corrected> Correct(Time at, GramsPerKwh usual) const;

  WeatherSkill Skill() const;
  /// It has beaten climatology, for long enough and by more than chance.
  bool Useful() const;

  /// g/kWh that full sun, or all turbines at their rated power, take off.
  double SunWeight() const { return weights_.weights()[0]; }
  double WindWeight() const { return weights_.weights()[1]; }

 private:
  using Weights = LeastSquares<2>;
  /// Absolute errors of one hour, in g/kWh.
  struct Errors {
    int64_t hour;
    double corrected;
    double climatology;
  };
  /// What an hour will teach.
  struct Lesson {
    int64_t hour;
    Weights::Vector features;
    double residual;  ///< intensity minus climatology
  };

  std::optional<Weights::Vector> FeaturesOf(int64_t hour) const;
  double Unusual(const History& history, int64_t hour) const;
  double Predict(const Weights::Vector& features, double usual) const;
  void Score(int64_t hour, double said, double usual, double truth);

  WeatherRules rules_;
  History solar_;
  History wind_;
  Weights weights_;
  std::optional<ErrorTracker> errors_;
  std::deque<Errors> scores_;
  std::deque<Lesson> lessons_;  ///< that have not been taught yet
  int64_t observed_ = -1;       ///< the newest hour that came true
  double lowest_ = std::numeric_limits<double>::infinity();
  double highest_ = 0;
};

}  // namespace carbon::grid
