// SPDX-License-Identifier: Apache-2.0
#include "net/retry.h"

#include <gtest/gtest.h>

#include <set>

#include "net/http.h"

namespace carbon::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backoff, DoublesFromBaseToCapAndStaysThere) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 200; ++run) {
    Backoff backoff({milliseconds(800), seconds(30)});
    Duration shortest = milliseconds(800);
    for (int n = 0; n < 40; ++n) {
      const Duration delay = backoff.Next(random);
      EXPECT_GE(delay, std::min(shortest, Duration(seconds(15)))) << n;
      EXPECT_LE(delay, std::min(shortest * 2, Duration(seconds(30)))) << n;
      shortest = std::min(shortest * 2, Duration(hours(1)));
    }
    EXPECT_EQ(backoff.failures(), 40);
  }
}

TEST(Backoff, JittersFromTheFirstDelayOn) {
  std::mt19937_64 random(2);
  std::set<Duration> delays;
  for (int run = 0; run < 20; ++run) {
    delays.insert(Backoff().Next(random));
  }
  EXPECT_GT(delays.size(), 10U);
}

TEST(Backoff, ResetStartsAgain) {
  std::mt19937_64 random(3);
  Backoff backoff({seconds(1), seconds(60)});
  for (int n = 0; n < 5; ++n) {
    (void)backoff.Next(random);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(random), Duration(seconds(2)));
}

TEST(Backoff, HonoursALongerRetryAfterOnly) {
  std::mt19937_64 random(4);
  EXPECT_EQ(Backoff().Next(random, seconds(90)), Duration(seconds(90)));
  EXPECT_GE(Backoff().Next(random, Duration(0)), Duration(milliseconds(800)));
}

TEST(Backoff, BaseEqualToCapIsThatDelay) {
  std::mt19937_64 random(5);
  Backoff backoff({seconds(2), seconds(2)});
  EXPECT_EQ(backoff.Next(random), Duration(seconds(2)));
  EXPECT_EQ(backoff.Next(random), Duration(seconds(2)));
}

std::optional<Duration> Ask(const char* value) {
  HttpResponse response;
  response.headers["retry-after"] = value;
  return RetryAfter(response, *ParseTime("2021-07-01T00:00:00Z"));
}

TEST(RetryAfter, ReadsSecondsAndDatesUpToAnHour) {
  EXPECT_EQ(Ask("7"), Duration(seconds(7)));
  EXPECT_EQ(Ask(" 0 "), Duration(0));
  EXPECT_EQ(Ask("99999999999"), Duration(hours(1)));
  EXPECT_EQ(Ask("Thu, 01 Jul 2021 00:00:30 GMT"), Duration(seconds(30)));
  EXPECT_EQ(Ask("Thu, 01 Jul 2021 09:00:00 GMT"), Duration(hours(1)));
  EXPECT_EQ(Ask("Wed, 30 Jun 2021 23:00:00 GMT"), Duration(0));
}

TEST(RetryAfter, IsNothingWhereAbsentOrUnreadable) {
  EXPECT_EQ(RetryAfter({}, Time()), std::nullopt);
  EXPECT_EQ(Ask("soon"), std::nullopt);
  EXPECT_EQ(Ask("-5"), std::nullopt);
  EXPECT_EQ(Ask(""), std::nullopt);
}

TEST(UrlEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(UrlEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(UrlEncode("a/b c+d\n\xC3\xA4"), "a%2Fb%20c%2Bd%0A%C3%A4");
}

}  // namespace
}  // namespace carbon::net
