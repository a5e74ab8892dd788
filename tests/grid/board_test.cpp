// SPDX-License-Identifier: Apache-2.0
#include "grid/board.h"

#include <gtest/gtest.h>

namespace carbon::grid {
namespace {

const Time kNow = *ParseTime("2021-07-01T00:00:00Z");

ZoneReading Reading(const char* zone, double intensity) {
  return {.zone = {zone},
          .kind = SignalKind::average_lifecycle,
          .source = "test",
          .fetched_at = kNow,
          .latest = Observation{.at = kNow, .intensity = GramsPerKwh(intensity)},
          .forecast = {}};
}

TEST(Board, HoldsTheLastReadingOfEachZone) {
  const Board board = Board::Of({Reading("DE", 1), Reading("SE", 2), Reading("DE", 3)}, kNow, {});
  EXPECT_EQ(board.Zones().size(), 2U);
  ASSERT_NE(board.Find({"DE"}), nullptr);
  EXPECT_EQ(board.Find({"DE"})->now, GramsPerKwh(3));
  EXPECT_EQ(board.Find({"FR"}), nullptr);
}

TEST(Board, KeepsUnknownZonesApartWithTheReason) {
  ZoneReading silent = Reading("DE", 1);
  silent.latest.reset();
  const Board board = Board::Of({silent}, kNow, {});
  EXPECT_EQ(board.Find({"DE"}), nullptr);
  ASSERT_EQ(board.Unknown().count({"DE"}), 1U);
}

TEST(Board, SaysWhyAZoneIsUnknown) {
  ZoneReading silent = Reading("DE", 1);
  silent.latest.reset();
  const Board board = Board::Of({silent}, kNow, {});
  EXPECT_EQ(board.WhyUnknown({"DE"}), board.Unknown().at({"DE"}));
  EXPECT_EQ(board.WhyUnknown({"FR"}), "zone FR: no reading yet");
}

TEST(SignalKind, NamesAreReadBack) {
  for (const SignalKind kind :
       {SignalKind::average_lifecycle, SignalKind::average_direct, SignalKind::marginal}) {
    EXPECT_EQ(ParseSignalKind(ToString(kind)), kind);
  }
  EXPECT_FALSE(ParseSignalKind("average"));
}

}  // namespace
}  // namespace carbon::grid
