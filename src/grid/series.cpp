// SPDX-License-Identifier: Apache-2.0
#include "grid/series.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace carbon::grid {

Series::Series(Time start, Duration step, std::vector<double> values)
    : start_(start), step_(step), values_(std::move(values)) {
  assert(step > Duration::zero());
  sums_.reserve(values_.size() + 1);
  double sum = 0;
  bool all_known = true;
  sums_.push_back(sum);
  for (double& value : values_) {
    if (std::isfinite(value) && value >= 0) {
      sum += value;
    } else {
      value = kUnknown;
      all_known = false;
    }
    sums_.push_back(sum);
  }
  if (!all_known) {
    CountUnknowns();
  }
}

void Series::CountUnknowns() {
  unknowns_.reserve(values_.size() + 1);
  uint32_t unknown = 0;
  unknowns_.push_back(unknown);
  for (const double value : values_) {
    unknown += std::isnan(value) ? 1 : 0;
    unknowns_.push_back(unknown);
  }
}

std::optional<GramsPerKwh> Series::Value(size_t index) const {
  assert(index < values_.size());
  const double value = values_[index];
  return std::isnan(value) ? std::nullopt : std::optional(GramsPerKwh(value));
}

std::optional<GramsPerKwh> Series::At(Time time) const {
  if (time < start_ || time >= end()) {
    return std::nullopt;
  }
  return Value(static_cast<size_t>((time - start_) / step_));
}

std::optional<GramsPerKwh> Series::Mean(Time from, Time to) const {
  assert(from <= to);
  if (from == to) {
    return At(from);
  }
  if (from < start_ || to > end()) {
    return std::nullopt;
  }
  const auto first = static_cast<size_t>((from - start_) / step_);
  const auto last = static_cast<size_t>((to - start_ - Duration(1)) / step_);
  if (!unknowns_.empty() && unknowns_[last + 1] != unknowns_[first]) {
    return std::nullopt;
  }
  if (first == last) {
    return GramsPerKwh(values_[first]);
  }
  const auto steps = [&](Duration part) {
    return static_cast<double>(part.count()) / static_cast<double>(step_.count());
  };
  const double head = values_[first] * steps(TimeOf(first + 1) - from);
  const double tail = values_[last] * steps(to - TimeOf(last));
  const double middle = sums_[last] - sums_[first + 1];
  return GramsPerKwh((head + middle + tail) / steps(to - from));
}

size_t Series::UnknownSteps() const { return unknowns_.empty() ? 0 : unknowns_.back(); }

Series Series::RepeatingLast() const {
  std::vector<double> filled = values_;
  for (size_t i = 1; i < filled.size(); ++i) {
    if (std::isnan(filled[i])) {
      filled[i] = filled[i - 1];
    }
  }
  return {start_, step_, std::move(filled)};
}

Series Series::Between(Time from, Time to) const {
  const auto index_of = [&](Time time) {
    if (time <= start_) {
      return size_t{0};
    }
    const auto index = static_cast<size_t>((time - start_ + step_ - Duration(1)) / step_);
    return std::min(index, values_.size());
  };
  const size_t first = index_of(from);
  const size_t last = std::max(first, index_of(to));
  return {TimeOf(first), step_,
          std::vector<double>(values_.begin() + static_cast<ptrdiff_t>(first),
                              values_.begin() + static_cast<ptrdiff_t>(last))};
}

bool Series::operator==(const Series& other) const {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  return start_ == other.start_ && step_ == other.step_ &&
         std::equal(values_.begin(), values_.end(), other.values_.begin(), other.values_.end(),
                    same);
}

}  // namespace carbon::grid
