// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/blend.h"
#include "grid/reading.h"
#include "grid/series.h"

namespace carbon::plan {

/// How an ensemble learns. The defaults were chosen on February to June 2021 (direct intensity of
/// 13 zones), as docs/policies.md shows, and are the same in every zone.
struct EnsembleRules {
  Duration horizon = std::chrono::hours(96);
  /// What the drills of an hour still count an hour later: half after four weeks.
  double forgetting_per_hour = 0.999;
  /// A member that loses this share more than the best one has 1/e of its weight.
  double tolerance = 0.15;
};

/// A forecast to plan by: that of several forecasters, weighted by how jobs would have fared that
/// were planned by each.
///
/// The mean error of a forecast says little of whether the cleanest hours are where it says. So
/// each hour each member plans a few imaginary jobs (drills) by its forecast, hour by hour, as
/// `rolling` does; once they are done it is known what they emitted, and what the best plan would
/// have. A member's weight falls exponentially with what it lost, relative to the member that lost
/// least: the exponentially weighted forecaster of N. Cesa-Bianchi and G. Lugosi, "Prediction,
/// Learning, and Games", ch. 2, with a rate that does not depend on the zone's scale.
///
/// Nothing that was told later counts. A value: copies are independent. Not thread-safe.
class Ensemble {
 public:
  static constexpr size_t kMembers = 8;

  /// `step` divides an hour, or is one.
  explicit Ensemble(Duration step, EnsembleRules rules = {});

  /// As Blend::Observe() and Blend::Hear().
  void Observe(Time at, GramsPerKwh intensity);
  void Hear(const grid::Forecast& forecast);

  /// From the step after the newest observation on, rules.horizon long; steps of which no member
  /// speaks are unknown. Empty where nothing was observed.
  grid::Series Make() const;

  /// How a member stands.
  struct Standing {
    std::string_view name;
    double kept = 0;  ///< of the best plans' saving, by its drills; 0 where none is done
    double weight = 0;
  };
  std::array<Standing, kMembers> Standings() const;

 private:
  /// Imaginary jobs that began at one step, one a member, all of the same length.
  struct Drill {
    int64_t from;    ///< number of the first step
    int64_t until;   ///< of the step after the last
    int64_t length;  ///< in steps
    std::array<double, kMembers> left;
    std::array<double, kMembers> emitted{};  ///< sum of intensities
  };
  /// What drills saved, and what they could have.
  struct Tally {
    std::array<double, kMembers> saved{};
    double possible = 0;
  };
  using Forecasts = std::array<std::vector<double>, kMembers>;  ///< [i]: i + 1 steps ahead

  Forecasts Ask() const;
  /// What Ask() answers now.
  const Forecasts& Said() const;
  /// Lets the members plan the newest step of their drills, before the next one is known.
  void Train();
  void RunDrills(double price);
  void SettleDrills();
  std::array<double, kMembers> WeightsNow() const;
  /// Of drills under the same conditions as now.
  const Tally& CurrentTally() const { return provided_ ? with_provider_ : without_; }

  EnsembleRules rules_;
  Duration step_;
  int64_t steps_per_hour_;
  grid::Blend blend_;
  std::deque<Drill> drills_;
  Tally with_provider_;
  Tally without_;
  /// Whether the provider spoke, before the newest step was observed, of that step.
  bool provided_ = false;
  mutable std::optional<Forecasts> said_;
};

}  // namespace carbon::plan
