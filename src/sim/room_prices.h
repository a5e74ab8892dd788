// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/time.h"
#include "sim/cheapest_time.h"
#include "sim/fleet_scenario.h"
#include "sim/priced_zone.h"

namespace carbon::sim {

/// g per CPU and hour, >= 0, by zone and then by hour.
using RoomPrices = std::vector<std::vector<double>>;

/// Jobs that ask for the room of a scenario's zones, each for itself, with the signals as they came
/// true. Not thread-safe.
class RoomMarket {
 public:
  /// Both outlive this. Room costs nothing in the beginning.
  RoomMarket(const FleetScenario& scenario, std::span<const FleetJob> jobs);

  void SetPrices(RoomPrices prices);
  /// What each of some jobs costs at these prices, in g: the cheapest run in any zone that is wide
  /// enough, or CheapestTime() until its latest end where the scenario has a migration; 0 where it
  /// cannot run while a signal is known.
  std::vector<double> CostsOf(std::span<const size_t> jobs) const;
  /// What all room costs at these prices, in g.
  double CostOfRoom() const;

  /// Prices at which the jobs' costs, less that of all room, are high: no lower than without any,
  /// as far as those can tell that were asked. Prices move along the subgradient, which is by how
  /// much more is asked for than there is, by B. Polyak's step ("Minimization of unsmooth
  /// functionals", 1969) towards `target`, in g, halved where that does not help. Where `rounds` of
  /// asking would take more than 200 million looks at a step, a sample of the jobs is asked. Leaves
  /// other prices than there were.
  RoomPrices BestPrices(double target, size_t rounds);

  /// Prices of the hours that begin in [from, to) only.
  RoomPrices Within(RoomPrices prices, Time from, Time to) const;

 private:
  std::vector<PricedPiece> Ask(const FleetJob& job) const;
  static std::vector<PricedPiece> CheapestRun(std::span<const PricedZone* const> zones,
                                              const FleetJob& job);
  struct Answer {
    double value = 0;   ///< g, costs of the jobs less that of all room
    RoomPrices excess;  ///< CPU hours, what is asked for beyond the room
  };
  Answer AskEvery(size_t stride) const;
  size_t Stride(size_t rounds) const;

  const FleetScenario& scenario_;
  std::span<const FleetJob> jobs_;
  Time begin_;
  size_t hours_ = 0;
  std::vector<PricedZone> zones_;
  RoomPrices prices_;
};

}  // namespace carbon::sim
