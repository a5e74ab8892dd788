// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <numeric>

namespace carbon::sim {
namespace {

/// A mean over `a` values and one over `b` values, over all of them.
double Weighted(double mean_a, size_t a, double mean_b, size_t b) {
  const auto count = static_cast<double>(a + b);
  return a + b == 0 ? 0
                    : (mean_a * static_cast<double>(a) + mean_b * static_cast<double>(b)) / count;
}

void Add(Outcome& sum, const Outcome& one) {
  sum.mean_wait_hours =
      Weighted(sum.mean_wait_hours, sum.segments, one.mean_wait_hours, one.segments);
  sum.mean_delay_hours = Weighted(sum.mean_delay_hours, sum.done, one.mean_delay_hours, one.done);
  sum.p95_wait_hours = std::max(sum.p95_wait_hours, one.p95_wait_hours);
  sum.p95_delay_hours = std::max(sum.p95_delay_hours, one.p95_delay_hours);
  sum.peak_cpus = std::max(sum.peak_cpus, one.peak_cpus);
  sum.done += one.done;
  sum.late += one.late;
  sum.segments += one.segments;
  sum.emitted += one.emitted;
}

}  // namespace

Swept Sweep(std::span<const Outcome> outcomes, std::span<const Grams> run_now) {
  assert(!outcomes.empty() && outcomes.size() == run_now.size());
  Swept swept{.together = outcomes.front(), .saved = {}};
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (i > 0) {
      Add(swept.together, outcomes[i]);
    }
    if (outcomes[i].done > 0) {
      swept.saved.push_back(run_now[i].value() > 0 ? 1 - outcomes[i].emitted / run_now[i] : 0);
    }
  }
  return swept;
}

Interval MeanOf(std::span<const double> values) {
  const auto count = static_cast<double>(std::max<size_t>(values.size(), 1));
  Interval interval{.mean = std::accumulate(values.begin(), values.end(), 0.0) / count, .half = {}};
  if (values.size() > 1) {
    double squares = 0;
    for (const double value : values) {
      squares += (value - interval.mean) * (value - interval.mean);
    }
    const boost::math::students_t t(count - 1);
    interval.half = quantile(t, 0.975) * std::sqrt(squares / (count - 1) / count);
  }
  return interval;
}

}  // namespace carbon::sim
