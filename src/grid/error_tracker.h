// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace carbon::grid {

/// How wrong a forecast has been, and the bounds within which the truth has stayed: quantiles that
/// are raised by every truth above them and lowered by every one below, so that in the long run
/// they hold what they claim whatever the errors' distribution is (stochastic approximation of
/// quantiles; Gibbs & Candès, "Adaptive Conformal Inference", 2021). Errors are measured in units
/// of their own recent size at that hour of the day: nights are surer than mornings.
class ErrorTracker {
 public:
  /// What the errors are before any was seen, in g/kWh; > 0.
  explicit ErrorTracker(double first_size = 1) : size_(first_size) { of_hour_.fill(1); }

  /// The truth was `error` above the forecast, at that hour of the day (UTC, 0 to 23).
  void Learn(double error, size_t hour);

  /// What to add to a forecast so that the truth is below it with that chance. g/kWh.
  double P10(size_t hour) const { return p10_ * size_ * of_hour_[hour]; }
  double P50(size_t hour) const { return p50_ * size_ * of_hour_[hour]; }
  double P90(size_t hour) const { return p90_ * size_ * of_hour_[hour]; }
  /// Mean absolute error of late, in g/kWh.
  double Size() const { return size_; }

 private:
  double size_;
  std::array<double, 24> of_hour_;  ///< the hour's errors over those of all hours
  double p10_ = -1.6;               ///< 1.6 mean errors: where a normal distribution has them
  double p50_ = 0;
  double p90_ = 1.6;
};

}  // namespace carbon::grid
