// SPDX-License-Identifier: Apache-2.0
#include "sim/priced_zone.h"

#include <algorithm>
#include <limits>

namespace carbon::sim {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

PricedZone::PricedZone(const FleetZone& zone, Time begin, Time end)
    : begin_(begin), step_(zone.signal.step()) {
  const Time last = std::min(end, zone.signal.end());
  for (Time time = begin; time < last; time += step_) {
    const auto intensity = zone.signal.At(time);
    emits_.push_back(intensity ? (zone.per_cpu * kHour * *intensity).value() : 0);
    clear_.push_back(intensity ? 1 : 0);
  }
  clear_.push_back(0);
  for (size_t i = emits_.size(); i-- > 0;) {
    clear_[i] = clear_[i] > 0 ? clear_[i + 1] + 1 : 0;
  }
  SetPrices({});
}

void PricedZone::SetPrices(std::span<const double> by_hour) {
  const auto per_hour = static_cast<size_t>(kHour / step_);
  costs_.resize(emits_.size() + 1);
  sums_.assign(emits_.size() + 1, 0);
  for (size_t i = 0; i < emits_.size(); ++i) {
    const size_t hour = i / per_hour;
    costs_[i] = emits_[i] + (hour < by_hour.size() ? by_hour[hour] : 0);
    sums_[i + 1] = sums_[i] + costs_[i];
  }
}

std::optional<double> PricedZone::CostPerHour(Time time) const {
  const auto step = static_cast<size_t>((time - begin_) / step_);
  return step < emits_.size() && clear_[step] > 0 ? std::optional(costs_[step]) : std::nullopt;
}

/// A run's cost is linear in its start as long as neither start nor end passes into another step,
/// so the least is where one of them does, or at an end of the window.
class PricedZone::Search {
 public:
  Search(const PricedZone& zone, Duration earliest, Duration latest, Duration length)
      : zone_(zone),
        earliest_(earliest),
        latest_(latest),
        length_(length),
        whole_(static_cast<size_t>(length / zone.step_)),
        rest_(ShareOf(length % zone.step_)) {}

  std::optional<CheapestStart> Run() {
    LookAt(earliest_);
    StartsOfSteps();
    if (rest_ > 0) {
      EndsOfSteps();
    }
    LookAt(latest_);
    if (least_ == kNever) {
      return std::nullopt;
    }
    return CheapestStart{zone_.begin_ + start_, least_ * Hours(zone_.step_)};
  }

 private:
  double ShareOf(Duration part) const {
    return static_cast<double>(part.count()) / static_cast<double>(zone_.step_.count());
  }
  size_t StepAtOrAfter(Duration time) const {
    return static_cast<size_t>((time + zone_.step_ - Duration(1)) / zone_.step_);
  }
  Duration TimeOf(size_t step) const { return zone_.step_ * static_cast<int64_t>(step); }

  void LookAt(Duration start) {
    const auto first = static_cast<size_t>(start / zone_.step_);
    const auto last = static_cast<size_t>((start + length_) / zone_.step_);
    const double begun = ShareOf(start % zone_.step_);
    const double ended = ShareOf((start + length_) % zone_.step_);
    const size_t touched = last - first + (ended > 0 ? 1 : 0);
    if (first >= zone_.emits_.size() || zone_.clear_[first] < touched) {
      return;
    }
    const double cost = zone_.sums_[last] + ended * zone_.costs_[last] - zone_.sums_[first] -
                        begun * zone_.costs_[first];
    Offer(cost, start);
  }

  void StartsOfSteps() {
    const size_t touched = whole_ + (rest_ > 0 ? 1 : 0);
    const size_t steps = zone_.emits_.size();
    if (touched > steps) {
      return;
    }
    const size_t last = std::min(static_cast<size_t>(latest_ / zone_.step_), steps - touched);
    for (size_t i = StepAtOrAfter(earliest_); i <= last; ++i) {
      if (zone_.clear_[i] >= touched) {
        Offer(zone_.sums_[i + whole_] + rest_ * zone_.costs_[i + whole_] - zone_.sums_[i],
              TimeOf(i));
      }
    }
  }

  /// Only where the length is no multiple of a step: else these are the starts of steps.
  void EndsOfSteps() {
    const size_t last =
        std::min(static_cast<size_t>((latest_ + length_) / zone_.step_), zone_.emits_.size());
    for (size_t end = StepAtOrAfter(earliest_ + length_); end <= last; ++end) {
      const size_t first = end - whole_ - 1;
      if (zone_.clear_[first] > whole_) {
        Offer(zone_.sums_[end] - zone_.sums_[first + 1] + rest_ * zone_.costs_[first],
              TimeOf(end) - length_);
      }
    }
  }

  void Offer(double cost, Duration start) {
    if (cost < least_) {
      least_ = cost;
      start_ = start;
    }
  }

  const PricedZone& zone_;
  Duration earliest_;  ///< since zone_.begin_, like the other times here
  Duration latest_;
  Duration length_;
  size_t whole_;  ///< steps of the length
  double rest_;   ///< of a step
  double least_ = kNever;
  Duration start_{};
};

std::optional<CheapestStart> PricedZone::Cheapest(Time earliest, Time latest,
                                                  Duration length) const {
  return Search(*this, earliest - begin_, latest - begin_, length).Run();
}

}  // namespace carbon::sim
