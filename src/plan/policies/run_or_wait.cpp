// SPDX-License-Identifier: Apache-2.0
// Run or wait: for a job of unknown length that is planned again with every step. In each step to
// come it may run, which costs the step's intensity times the chance that it has not ended before,
// or wait, as long as it may: whole steps, and once the fraction of a step by which the time that
// it may wait exceeds them. Backward induction over (step, steps waited, whether the fraction is
// used up) gives the cheaper way in expectation over what the length may be, and the job does what
// that says of this step. Source: R. Bellman, "Dynamic Programming", 1957, on the forecast as if it
// were certain.
#include <algorithm>
#include <vector>

#include "plan/policies.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

/// Whole steps after the present one, `most` at most: what is expected of each, in g/kWh. The last
/// value, the mean of all that are known, stands for all that follow. Empty where nothing is known
/// of the next step.
std::vector<double> IntensitiesAfter(const grid::Series& signal, Time next, size_t most) {
  std::vector<double> values;
  double sum = 0;
  size_t known = 0;
  for (Time at = next; at < signal.end(); at += signal.step(), ++known) {
    const auto value = signal.At(at);
    if (!value) {
      break;
    }
    sum += value->value();
    if (values.size() < most) {
      values.push_back(value->value());
    }
  }
  if (!values.empty()) {
    values.push_back(sum / static_cast<double>(known));
  }
  return values;
}

/// How much of a job running does, as a mean over what its length may be. All in steps.
class ExpectedWork {
 public:
  /// `lengths`: ascending, not empty.
  ExpectedWork(std::span<const Duration> lengths, Duration step) {
    double sum = 0;
    for (const Duration length : lengths) {
      steps_.push_back(InSteps(length, step));
      sums_.push_back(sum);
      sum += steps_.back();
    }
    sums_.push_back(sum);
  }

  static double InSteps(Duration duration, Duration step) {
    return static_cast<double>(duration.count()) / static_cast<double>(step.count());
  }

  /// What is done by running for `steps`, >= 0.
  double After(double steps) const {
    const auto longer = std::upper_bound(steps_.begin(), steps_.end(), steps);
    const double unended = static_cast<double>(steps_.end() - longer);
    return (sums_[static_cast<size_t>(longer - steps_.begin())] + unended * steps) / Count();
  }
  double All() const { return sums_.back() / Count(); }

 private:
  double Count() const { return static_cast<double>(steps_.size()); }

  std::vector<double> steps_;
  std::vector<double> sums_;  ///< of those before
};

/// What a job may still wait, in steps.
struct Patience {
  size_t whole;
  double fraction;  ///< in [0, 1)
};

Patience PatienceOf(Duration wait, Duration step) {
  return {static_cast<size_t>(wait / step), ExpectedWork::InSteps(wait % step, step)};
}

/// The least expected sum of intensities over the steps in which a job runs that has run for `ran`
/// steps, from the first of `intensities` on.
double LeastCost(const std::vector<double>& intensities, const ExpectedWork& work, double ran,
                 Patience may_wait) {
  const size_t steps = intensities.size() - 1;
  // By steps gone by without a whole wait: what is done then, without and with the fraction waited.
  std::vector<double> done(steps + 1);
  std::vector<double> done_less(steps + 1);
  for (size_t i = 0; i <= steps; ++i) {
    done[i] = work.After(ran + static_cast<double>(i));
    done_less[i] = i == 0 ? done[0] : work.After(ran + static_cast<double>(i) - may_wait.fraction);
  }
  // [j]: from the step in question on, having waited for j steps; `spent`: and for the fraction.
  std::vector<double> cost(may_wait.whole + 1);
  std::vector<double> spent(may_wait.whole + 1);
  for (size_t j = 0; j <= may_wait.whole; ++j) {
    cost[j] = intensities.back() * (work.All() - done[steps - std::min(j, steps)]);
    spent[j] = intensities.back() * (work.All() - done_less[steps - std::min(j, steps)]);
  }
  for (size_t k = steps; k-- > 0;) {
    for (size_t j = 0; j <= std::min(may_wait.whole, k); ++j) {
      const size_t i = k - j;
      const double run = intensities[k] * (done[i + 1] - done[i]) + cost[j];
      const double run_less = intensities[k] * (done_less[i + 1] - done[i]) + spent[j];
      const double run_on = intensities[k] * (done_less[i + 1] - done_less[i]) + spent[j];
      const bool may = j < may_wait.whole;
      cost[j] = std::min({run, run_less, may ? cost[j + 1] : run});
      spent[j] = may ? std::min(run_on, spent[j + 1]) : run_on;
    }
  }
  return cost[0];
}

}  // namespace

Schedule RunOrWait(const PolicyInput& input) {
  const Time now = input.arrival;
  const auto observed = input.signal.At(now);
  if (!observed || input.lengths.empty()) {
    return {{now, input.length}};
  }
  const Duration step = input.signal.step();
  const Time next = input.signal.StepAfter(now);
  // By then it has ended, however it waits and however long it is.
  const auto last = static_cast<size_t>((input.lengths.back() + input.longest_wait) / step + 1);
  const auto after = IntensitiesAfter(input.signal, next, last);
  if (after.empty()) {
    return {{now, input.length}};
  }
  const ExpectedWork work(input.lengths, step);
  const double present = observed->value() * (1 - kLeastSavingByForecast);
  const auto cost_from = [&](Time start) {
    const double ran = ExpectedWork::InSteps(next - start, step);
    return present * work.After(ran) +
           LeastCost(after, work, ran, PatienceOf(input.longest_wait - (start - now), step));
  };
  Time best = now;
  double least = cost_from(now);
  for (const Time start : {now + input.longest_wait % step, next}) {
    if (start > now && start <= next && start - now <= input.longest_wait) {
      const double cost = cost_from(start);
      if (IsClearlyLess(cost, least)) {
        best = start;
        least = cost;
      }
    }
  }
  return {{best, input.length}};
}

}  // namespace carbon::plan
