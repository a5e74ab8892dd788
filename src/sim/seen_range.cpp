// SPDX-License-Identifier: Apache-2.0
#include "sim/seen_range.h"

#include <algorithm>
#include <deque>
#include <functional>

namespace carbon::sim {
namespace {

/// The best of the last values, by `Better`: a queue of those that none after them beats.
template <typename Better>
class BestOfLast {
 public:
  void Add(size_t index, GramsPerKwh value) {
    while (!queue_.empty() && !Better()(queue_.back().value, value)) {
      queue_.pop_back();
    }
    queue_.push_back({index, value});
  }
  void Forget(size_t before) {
    while (!queue_.empty() && queue_.front().index < before) {
      queue_.pop_front();
    }
  }
  bool empty() const { return queue_.empty(); }
  GramsPerKwh best() const { return queue_.front().value; }

 private:
  struct Entry {
    size_t index;
    GramsPerKwh value;
  };
  std::deque<Entry> queue_;
};

}  // namespace

SeenRange::SeenRange(const grid::Series& signal, Duration back)
    : start_(signal.start()), step_(signal.step()) {
  const auto count = static_cast<size_t>(back / step_);
  BestOfLast<std::less<>> least;
  BestOfLast<std::greater<>> most;
  ranges_.reserve(signal.size() + 1);
  ranges_.emplace_back();
  for (size_t i = 0; i < signal.size(); ++i) {
    if (const auto value = signal.Value(i)) {
      least.Add(i, *value);
      most.Add(i, *value);
    }
    const size_t first = i + 1 - std::min(count, i + 1);
    least.Forget(first);
    most.Forget(first);
    ranges_.push_back(least.empty()
                          ? std::nullopt
                          : std::optional(plan::IntensityRange{least.best(), most.best()}));
  }
}

std::optional<plan::IntensityRange> SeenRange::Before(Time now) const {
  if (now < start_) {
    return std::nullopt;
  }
  return ranges_[std::min(static_cast<size_t>((now - start_) / step_), ranges_.size() - 1)];
}

}  // namespace carbon::sim
