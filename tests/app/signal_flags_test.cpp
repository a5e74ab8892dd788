// SPDX-License-Identifier: Apache-2.0
#include "app/signal_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace carbon::app {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

const net::FakeClock kClock(*ParseTime("2021-08-02T06:20:00Z"));

/// Two folders of files: providers that answer without a network.
SignalFlags Folders(const TempDir& folder) {
  SignalFlags flags;
  flags.provider = {.name = "file", .url = folder.Path(""), .token_file = {}};
  flags.stand_in = {.name = "file", .url = folder.Path(""), .token_file = {}};
  return flags;
}

TEST(SignalFlags, TheStandInIsTheSecondFeed) {
  const TempDir folder;
  SignalFlags flags = Folders(folder);
  flags.stand_in_zones = {"DE=germany"};
  const auto feeds = MakeFeeds(flags, kClock);
  ASSERT_TRUE(feeds) << feeds.error().message;
  EXPECT_EQ(feeds->size(), 2U);
}

TEST(SignalFlags, AStandInIsNotAskedForAZoneThatItHasNoNameFor) {
  SignalFlags flags;
  flags.signal = "direct";
  flags.stand_in = {.name = "gb-carbon-intensity", .url = {}, .token_file = {}};
  const auto feeds = MakeFeeds(flags, kClock);
  ASSERT_TRUE(feeds) << feeds.error().message;
  const auto answer = feeds->at(1)->Read({"US-MIDA-PJM"}, nullptr, {});
  ASSERT_TRUE(answer.failure);
  EXPECT_EQ(answer.failure->error.message,
            "it is not known what gb-carbon-intensity calls this zone, so it cannot stand in "
            "(--stand-in-zone US-MIDA-PJM=NAME)");
}

TEST(SignalFlags, SaysWhichSettingOfTheStandInIsWrong) {
  const TempDir folder;
  SignalFlags flags = Folders(folder);
  flags.stand_in_zones = {"DE"};
  EXPECT_EQ(MakeFeeds(flags, kClock).error(),
            Invalid("--stand-in-zone: 'DE' is not ZONE=NAME, such as US-CAL-CISO=CISO"));
  flags.stand_in = {};
  flags.stand_in_zones = {"DE=germany"};
  EXPECT_EQ(MakeFeeds(flags, kClock).error(),
            Invalid("--stand-in-url, --stand-in-token-file and --stand-in-zone need --stand-in "
                    "NAME"));
}

TEST(SignalFlags, TheClockSaysWhatIsWrongWithIt) {
  SignalFlags flags;
  EXPECT_TRUE(ClockOf(flags));
  flags.clock = "soon";
  EXPECT_THAT(ClockOf(flags).error().message, HasSubstr("--clock: clock 'soon' is neither"));
}

TEST(SignalFlags, AWatchKnowsTheMeansOfItsOwnKindAndProvider) {
  SignalFlags flags;
  EXPECT_EQ(WatchOptionsOf(flags).yearly.at({"DE"}).intensity, GramsPerKwh(346.2));
  EXPECT_THAT(WatchOptionsOf(flags).yearly, Not(Contains(Key(grid::ZoneId{"FR"}))));
  flags.signal = "direct";
  EXPECT_EQ(WatchOptionsOf(flags).kind, grid::SignalKind::average_direct);
  EXPECT_EQ(WatchOptionsOf(flags).yearly.at({"FR"}).intensity, GramsPerKwh(52));
  flags.provider.name = "watttime";
  flags.signal = "marginal";
  EXPECT_TRUE(WatchOptionsOf(flags).yearly.empty());
}

}  // namespace
}  // namespace carbon::app
