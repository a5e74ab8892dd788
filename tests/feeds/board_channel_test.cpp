// SPDX-License-Identifier: Apache-2.0
#include "feeds/board_channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace carbon::feeds {
namespace {

const Time kNow = *ParseTime("2021-08-02T00:00:00Z");

std::shared_ptr<const grid::Board> BoardOf(double intensity) {
  std::vector<grid::ZoneReading> readings;
  for (int zone = 0; zone < 3; ++zone) {
    readings.push_back(
        {.zone = {"ZONE-" + std::to_string(zone)},
         .kind = grid::SignalKind::average_lifecycle,
         .source = "test",
         .fetched_at = kNow,
         .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(intensity)},
         .forecast = {},
         .history = {}});
  }
  return std::make_shared<const grid::Board>(grid::Board::Of(readings, kNow, {}));
}

TEST(BoardChannel, IsAnEmptyBoardAtFirst) {
  const BoardChannel channel;
  BoardReader reader(channel);
  EXPECT_TRUE(reader.Read().Zones().empty());
}

TEST(BoardChannel, AReaderSeesTheNewestAndAlwaysAWholeOne) {
  BoardChannel channel;
  channel.Publish(BoardOf(0));
  std::atomic<bool> done = false;
  std::atomic<uint64_t> torn = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      BoardReader reader(channel);
      double last = 0;
      while (!done) {
        const grid::Board& board = reader.Read();
        const double first = board.Find({"ZONE-0"})->now.value();
        torn += board.Find({"ZONE-2"})->now.value() != first || first < last ? 1U : 0U;
        last = first;
      }
    });
  }
  for (int i = 1; i <= 500; ++i) {
    channel.Publish(BoardOf(i));
  }
  done = true;
  readers.clear();
  EXPECT_EQ(torn, 0U);
  BoardReader late(channel);
  EXPECT_EQ(late.Read().Find({"ZONE-1"})->now, GramsPerKwh(500));
}

}  // namespace
}  // namespace carbon::feeds
