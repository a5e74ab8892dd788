// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_grid.h"

#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

TEST(FleetGrid, KnowsEveryZoneByItsOwnOutages) {
  FleetScenario scenario{.start = kFleetStart,
                         .window = 48 * kOneHour,
                         .zones = {DayAndNight("DE", 1), DayAndNight("SE", 1)}};
  scenario.faults = {{.kind = Fault::Kind::signal_outage,
                      .zone = 1,
                      .from = kFleetStart,
                      .to = kFleetStart + 5 * kOneHour}};
  FleetGrid grid(scenario);
  EXPECT_EQ(grid.NextNews(), kFleetStart);
  const auto board = grid.BoardAt(kFleetStart + Duration(1));
  ASSERT_NE(board->Find({"DE"}), nullptr);
  EXPECT_EQ(board->Find({"DE"})->now, GramsPerKwh(400));
  EXPECT_EQ(board->Find({"SE"}), nullptr);
  EXPECT_EQ(grid.NextNews(), kFleetStart + kOneHour);
  EXPECT_NE(grid.BoardAt(kFleetStart + 5 * kOneHour)->Find({"SE"}), nullptr);
}

TEST(FleetGrid, HasListenedSinceBeforeTheStart) {
  const FleetScenario scenario{
      .start = kFleetStart + 72 * kOneHour, .window = kOneHour, .zones = {DayAndNight("DE", 1)}};
  FleetGrid grid(scenario);
  EXPECT_EQ(grid.NextNews(), kFleetStart);
}

}  // namespace
}  // namespace carbon::sim
