// SPDX-License-Identifier: Apache-2.0
#include "sim/foresight.h"

#include <algorithm>
#include <utility>

namespace carbon::sim {
namespace {

constexpr size_t kProgressEvery = 256;  ///< steps

/// The observed step, then the forecast.
grid::Series Joined(Time now, GramsPerKwh observed, const grid::Series& expected) {
  std::vector<double> values = {observed.value()};
  values.reserve(expected.size() + 1);
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto value = expected.Value(i);
    values.push_back(value ? value->value() : grid::Series::kUnknown);
  }
  return {now, expected.step(), std::move(values)};
}

}  // namespace

Foresight Foresight::Of(const grid::Series& signal, const std::vector<grid::Forecast>& forecasts,
                        Time from, Time to, const plan::EnsembleRules& rules,
                        const std::function<void(double)>& progress) {
  Foresight foresight;
  foresight.step_ = signal.step();
  plan::Ensemble ensemble(signal.step(), rules);
  size_t heard = 0;
  grid::Series last;
  for (size_t i = 0; i < signal.size() && signal.TimeOf(i) < to; ++i) {
    const Time now = signal.TimeOf(i);
    const auto observed = signal.Value(i);
    if (observed) {
      ensemble.Observe(now, *observed);
    }
    for (; heard < forecasts.size() && forecasts[heard].issued_at <= now; ++heard) {
      ensemble.Hear(forecasts[heard]);
    }
    if (now + signal.step() <= from) {
      continue;
    }
    if (foresight.expected_.empty()) {
      foresight.from_ = now;
    }
    if (observed) {
      last = Joined(now, *observed, ensemble.Make());
    }
    foresight.expected_.push_back(last);
    if (progress && i % kProgressEvery == 0) {
      progress(static_cast<double>(i) / static_cast<double>(signal.size()));
    }
  }
  return foresight;
}

size_t Foresight::Size(Duration step, Time from, Time to, const plan::EnsembleRules& rules) {
  const auto steps = static_cast<size_t>((to - from) / step + 1);
  const auto ahead = static_cast<size_t>(rules.horizon / step + 1);
  return steps * ahead * 2 * sizeof(double);  // values, and their sums
}

const grid::Series& Foresight::At(Time now) const {
  static const grid::Series nothing;
  if (now < from_) {
    return nothing;
  }
  const auto step = static_cast<size_t>((now - from_) / step_);
  return step < expected_.size() ? expected_[step] : nothing;
}

}  // namespace carbon::sim
