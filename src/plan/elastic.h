// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"

namespace carbon::plan {

/// A job that can run with more or fewer workers over time.
struct ElasticWork {
  Time arrival;
  Time end;         ///< to be done by then
  double work = 0;  ///< > 0, in the unit of `per_hour`
  /// Work done per hour with one worker, with two, … : as many as may run. Concave: > 0 for one,
  /// and each further worker adds no less than nothing and no more than the one before.
  std::vector<double> per_hour;
  Watts per_worker;  ///< > 0
};

/// A stretch with one number of workers.
struct ElasticRun {
  Time start;
  Duration length;
  size_t workers;

  bool operator==(const ElasticRun&) const = default;
};

struct ElasticPlan {
  std::vector<ElasticRun> runs;  ///< ascending; between them no worker runs
  Grams emitted;
};

/// Invalid, saying at which width, where work per hour by width is not as ElasticWork::per_hour has
/// to be.
Status CheckConcave(const std::vector<double>& per_hour);

/// The widths over time that do the work with the least emissions by `signal`: on a forecast it is
/// a plan, on what came true the oracle. Every worker of every step offers its marginal work per
/// gram, and the best offers are taken until the work is done, the last one for as much of its step
/// as is needed. Of equal offers the earlier step, then the smaller width. Steps in which the
/// signal is unknown offer nothing.
///
/// Optimal for concave work: the better workers of a step are taken before the worse, so the offers
/// are independent and it is a fractional knapsack. Source: W. A. Hanafy et al., "CarbonScaler:
/// Leveraging Cloud Workload Elasticity for Optimizing Carbon-Efficiency", SIGMETRICS 2024 (POMACS
/// 7, 2023). Changing the width costs nothing here. O(n log n) for n offers.
///
/// Of a step that is used in part, the part is next to a step that is run in, where there is one.
///
/// Invalid where the work is not concave, a number is not positive or not finite, or all that is
/// known between arrival and end does not suffice.
Result<ElasticPlan> CheapestWidths(const grid::Series& signal, const ElasticWork& work);

}  // namespace carbon::plan
