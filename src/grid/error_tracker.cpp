// SPDX-License-Identifier: Apache-2.0
#include "grid/error_tracker.h"

#include <algorithm>
#include <cmath>

namespace carbon::grid {
namespace {

/// What a new error counts for, of a quantile and of a size: slow enough that two errors of one
/// day, which are alike, do not count for a rule (chosen with BlendRules, on the same data).
constexpr double kQuantileStep = 0.01;
constexpr double kSizeStep = 0.005;
constexpr double kHourStep = 0.05;

/// Raised by a truth above it and lowered by one below, in the proportion that leaves it where
/// `share` of the truths are below.
void Move(double& quantile, double error, double share) {
  quantile += kQuantileStep * (error > quantile ? share : share - 1);
}

}  // namespace

void ErrorTracker::Learn(double error, size_t hour) {
  double& of_hour = of_hour_[hour];
  const double scale = std::max(size_ * of_hour, 1e-9);
  Move(p10_, error / scale, 0.1);
  Move(p50_, error / scale, 0.5);
  Move(p90_, error / scale, 0.9);
  p10_ = std::min(p10_, p50_);
  p90_ = std::max(p90_, p50_);
  const double now = std::abs(error);
  of_hour = std::clamp(of_hour + kHourStep * (now / std::max(size_, 1e-9) - of_hour), 0.1, 10.0);
  size_ += kSizeStep * (now - size_);
}

}  // namespace carbon::grid
