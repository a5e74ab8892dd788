// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "grid/series.h"

namespace carbon::grid {

/// What was observed in a zone over the last weeks: one intensity per step, the newest `steps` of
/// them. Steps are counted from 1970, so that a step's number tells the hour of its day.
class History {
 public:
  /// `step` > 0 divides a day; `steps` > 0.
  History(Duration step, size_t steps);

  Duration step() const { return step_; }
  /// The number of the step that holds `time`.
  int64_t Number(Time time) const { return FloorTo(time, step_).time_since_epoch() / step_; }
  Time TimeOf(int64_t number) const { return Time(step_ * number); }

  /// Takes the intensity, in g/kWh, of step `number`. A step that is there is replaced (providers
  /// revise), one older than the window is dropped.
  void Put(int64_t number, double intensity);

  bool empty() const { return newest_ < 0; }
  /// The newest step that was put; -1 if empty().
  int64_t newest() const { return newest_; }
  /// In g/kWh; Series::kUnknown outside the window and where nothing was put.
  double At(int64_t number) const {
    const bool inside = number <= newest_ && number > newest_ - steps_;
    return inside && number >= 0 ? ring_[Slot(number)] : Series::kUnknown;
  }
  /// The steps that overlap [from, to), as far as they lie in the window.
  Series Between(Time from, Time to) const;

 private:
  size_t Slot(int64_t number) const { return static_cast<size_t>(number) & (ring_.size() - 1); }

  Duration step_;
  int64_t steps_;
  std::vector<double> ring_;  ///< its size is a power of two
  int64_t newest_ = -1;
};

/// What is usual at a time of day, from observations up to step `known` only; kUnknown where there
/// is none. In g/kWh.
struct Climatology {
  double of_hour = Series::kUnknown;     ///< mean of the same time on the last 28 days
  double of_weekday = Series::kUnknown;  ///< mean of the same time on the last 4 like weekdays
  double yesterday = Series::kUnknown;   ///< the same time on the last day that is known
  int days = 0;                          ///< how many of the 28 were known
  int weeks = 0;                         ///< how many of the 4 were known

  /// Halfway between hour and weekday: what is published as climatology.
  double Usual() const;
};
Climatology ClimatologyAt(const History& history, int64_t known, int64_t target);
/// The same for each of the `count` steps after `known`.
std::vector<Climatology> ClimatologyAfter(const History& history, int64_t known, int64_t count);
/// ClimatologyAt()'s of_hour alone.
double UsualOfHour(const History& history, int64_t known, int64_t target);

/// How far back ClimatologyAt() looks, beyond the target.
constexpr Duration kClimatologySpan = std::chrono::days(28);

}  // namespace carbon::grid
