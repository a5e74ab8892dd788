// SPDX-License-Identifier: Apache-2.0
#include "sim/zone_feed.h"

#include <gtest/gtest.h>

#include "support/fleet_worlds.h"

namespace carbon::sim {
namespace {

Time At(int hour) { return kFleetStart + hour * kOneHour; }

class ZoneFeedTest : public testing::Test {
 protected:
  ZoneFeed Feed(std::vector<Outage> signal = {}, std::vector<Outage> forecast = {}) const {
    return {zone_.signal, zone_.forecasts, At(0), std::move(signal), std::move(forecast)};
  }

  FleetZone zone_ = DayAndNight("DE", 1);
  grid::ZoneRecord record_{{"DE"}, grid::SignalKind::average_lifecycle};
};

TEST_F(ZoneFeedTest, TellsAStepAsItBeginsAndAForecastAsItIsIssued) {
  ZoneFeed feed = Feed();
  EXPECT_EQ(feed.NextNews(), At(0));
  feed.HearUntil(At(12) - Duration(1), record_);
  EXPECT_EQ(record_.Last()->latest->at, At(11));
  EXPECT_EQ(record_.Last()->forecast->issued_at, At(0));
  EXPECT_EQ(feed.NextNews(), At(12));
  feed.HearUntil(At(12), record_);
  EXPECT_EQ(record_.Last()->latest->at, At(12));
  EXPECT_EQ(record_.Last()->latest->intensity, GramsPerKwh(100));
  EXPECT_EQ(record_.Last()->forecast->issued_at, At(12));
  EXPECT_EQ(record_.ObservedBetween(At(0), At(40)).end(), At(13)) << "nothing of the future";
}

TEST_F(ZoneFeedTest, DuringAnOutageNothingIsHeardAndAfterItWhatWasMissed) {
  ZoneFeed feed = Feed({{At(3), At(14)}});
  feed.HearUntil(At(13), record_);
  EXPECT_EQ(record_.Last()->latest->at, At(2));
  EXPECT_EQ(record_.Last()->forecast->issued_at, At(0));
  EXPECT_EQ(feed.NextNews(), At(14));
  feed.HearUntil(At(14), record_);
  EXPECT_EQ(record_.Last()->latest->at, At(14));
  EXPECT_EQ(record_.Last()->fetched_at, At(14));
  EXPECT_EQ(record_.Last()->forecast->issued_at, At(12));
  const grid::Series observed = record_.ObservedBetween(At(0), At(40));
  EXPECT_EQ(observed.end(), At(15));
  EXPECT_EQ(observed.UnknownSteps(), 0U);
}

TEST_F(ZoneFeedTest, WithoutForecastsTheGridIsStillObserved) {
  ZoneFeed feed = Feed({}, {{At(1), At(20)}, {At(15), At(30)}});
  feed.HearUntil(At(29), record_);
  EXPECT_EQ(record_.Last()->latest->at, At(29));
  EXPECT_EQ(record_.Last()->forecast->issued_at, At(0));
  feed.HearUntil(At(30), record_);
  EXPECT_EQ(record_.Last()->forecast->issued_at, At(24));
}

TEST_F(ZoneFeedTest, SaysNothingOfAStepThatWasNotObserved) {
  std::vector<double> values(5, grid::Series::kUnknown);
  values[3] = 70;
  zone_.signal = HourlySignal(values);
  zone_.forecasts.clear();
  ZoneFeed feed = Feed();
  EXPECT_EQ(feed.NextNews(), At(3));
  feed.HearUntil(At(2), record_);
  EXPECT_EQ(record_.Last(), nullptr);
  feed.HearUntil(At(40), record_);
  EXPECT_EQ(record_.Last()->latest->at, At(3));
  EXPECT_EQ(feed.NextNews(), std::nullopt);
}

}  // namespace
}  // namespace carbon::sim
