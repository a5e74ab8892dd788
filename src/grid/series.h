// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace carbon::grid {

/// Carbon intensity over time: one value per step of equal length, constant within the step.
/// A step may be unknown, and so is all time outside the series. Immutable, so it may be read
/// from any thread; the mean over any interval costs O(1).
///
/// Invariants: step > 0; values are finite and >= 0, or NaN for unknown.
class Series {
 public:
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  /// An empty series: everything is unknown.
  Series() : Series(Time{}, std::chrono::hours(1), {}) {}
  /// `values` in g/kWh, kUnknown where not known; negative and infinite values become unknown.
  Series(Time start, Duration step, std::vector<double> values);

  Time start() const { return start_; }
  Duration step() const { return step_; }
  Time end() const { return start_ + step_ * static_cast<int64_t>(values_.size()); }
  size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }

  /// Start of step `index`.
  Time TimeOf(size_t index) const { return start_ + step_ * static_cast<int64_t>(index); }
  /// Start of the step after the one that holds `time`, which is not before start().
  Time StepAfter(Time time) const { return start_ + step_ * ((time - start_) / step_ + 1); }
  /// Step `index`; `index` < size().
  std::optional<GramsPerKwh> Value(size_t index) const;
  /// The step that holds `time`.
  std::optional<GramsPerKwh> At(Time time) const;
  /// Time-weighted mean over [from, to); nothing where any part is unknown. from < to, or, for
  /// from == to, the value at that instant.
  std::optional<GramsPerKwh> Mean(Time from, Time to) const;

  /// How many steps are unknown.
  size_t UnknownSteps() const;
  /// The same with each unknown step repeating the last known one before it; leading unknown
  /// steps stay unknown. Only for comparison with published results that assume it.
  Series RepeatingLast() const;
  /// The steps that start in [from, to).
  Series Between(Time from, Time to) const;

  bool operator==(const Series& other) const;

 private:
  void CountUnknowns();

  Time start_;
  Duration step_;
  std::vector<double> values_;
  std::vector<double> sums_;  ///< sums_[i]: sum of the known values before step i
  /// unknowns_[i]: unknown steps before step i; empty where every step is known.
  std::vector<uint32_t> unknowns_;
};

}  // namespace carbon::grid
