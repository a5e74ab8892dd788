// SPDX-License-Identifier: Apache-2.0
#include "feeds/quota.h"

#include <gtest/gtest.h>

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-08-02T06:20:00Z");

int TakeAll(QuotaMeter& meter, Time now) {
  int taken = 0;
  while (taken < 100'000 && !meter.Take(now)) {
    ++taken;
  }
  return taken;
}

TEST(QuotaMeter, StartsFullAndRefillsEvenly) {
  QuotaMeter meter({.requests = 30, .per = hours(1)});
  EXPECT_EQ(TakeAll(meter, kStart), 30);
  EXPECT_EQ(meter.Take(kStart), minutes(2));
  EXPECT_EQ(meter.Take(kStart + minutes(2) - milliseconds(1)), milliseconds(1));
  EXPECT_EQ(meter.Take(kStart + minutes(2)), std::nullopt);
  EXPECT_EQ(TakeAll(meter, kStart + minutes(10)), 4);
  EXPECT_EQ(TakeAll(meter, kStart + hours(20)), 30) << "no more than full";
}

TEST(QuotaMeter, NeverGrantsMoreThanItsRateInTheLongRun) {
  for (const int requests : {1, 7, 30, 60'000, 100'000}) {
    QuotaMeter meter({.requests = requests, .per = hours(1)});
    int taken = TakeAll(meter, kStart);
    EXPECT_EQ(taken, requests);
    for (int minute = 1; minute <= 60; ++minute) {
      taken += TakeAll(meter, kStart + minutes(minute));
    }
    EXPECT_LE(taken, 2 * requests);
    EXPECT_GE(taken, 2 * requests - 1 - requests / 30);
  }
}

TEST(QuotaMeter, DoesNotBlockWhereTheCalendarIsSetBack) {
  QuotaMeter meter({.requests = 2, .per = hours(1)});
  EXPECT_EQ(TakeAll(meter, kStart), 2);
  EXPECT_EQ(meter.Take(kStart - hours(48)), minutes(30));
}

TEST(QuotaMeter, GrantsAtLeastOneRequest) {
  QuotaMeter meter({.requests = 0, .per = hours(1)});
  EXPECT_EQ(TakeAll(meter, kStart), 1);
}

}  // namespace
}  // namespace carbon::feeds
