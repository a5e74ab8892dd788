// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "sim/fleet_scenario.h"

namespace carbon::sim {

/// When a run costs least.
struct CheapestStart {
  Time start;
  double cost = 0;  ///< g per CPU
};

/// What a CPU that is in use costs over time in a zone: what it emits, with the signal as it came
/// true, and a price of room on top. Constant within each step of the signal. Not thread-safe.
class PricedZone {
 public:
  /// From `begin`, the start of an hour, until `end` at the most. The zone as CheckFleet() has it.
  PricedZone(const FleetZone& zone, Time begin, Time end);

  /// `by_hour`: g per CPU and hour, hour by hour since `begin`; none for hours that it lacks.
  void SetPrices(std::span<const double> by_hour);

  /// The cheapest run without a pause that starts in [earliest, latest], exactly but for rounding,
  /// and of equally cheap ones the first that was looked at; nothing where none of them has a
  /// signal that is known all the time. begin <= earliest <= latest, length > 0. Looks at each step
  /// that it may start or end in once.
  std::optional<CheapestStart> Cheapest(Time earliest, Time latest, Duration length) const;

  /// What running then costs, in g per CPU and hour; nothing where the signal is not known.
  std::optional<double> CostPerHour(Time time) const;
  Duration step() const { return step_; }

 private:
  class Search;

  Time begin_;
  Duration step_;
  std::vector<double> emits_;    ///< by step, g per CPU hour; 0 where unknown
  std::vector<double> costs_;    ///< the same with prices; one longer
  std::vector<double> sums_;     ///< [i]: of `costs_` before step i
  std::vector<uint32_t> clear_;  ///< [i]: how many steps from i on are known
};

}  // namespace carbon::sim
