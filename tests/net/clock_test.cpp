// SPDX-License-Identifier: Apache-2.0
#include "net/clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace carbon::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

Time MachineNow() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

TEST(RealClock, ShowsTheMachinesTime) {
  const Time before = MachineNow();
  const Time shown = MakeRealClock()->Now();
  EXPECT_LE(before, shown);
  EXPECT_LE(shown, MachineNow());
}

TEST(RealClock, SleepsUntilTheMomentAndNotShorter) {
  const auto clock = MakeRealClock();
  const Time when = clock->Now() + milliseconds(20);
  EXPECT_TRUE(clock->SleepUntil(when, {}));
  EXPECT_GE(clock->Now(), when);
}

TEST(RealClock, APastMomentIsReachedEvenWhenStopped) {
  std::stop_source source;
  source.request_stop();
  const auto clock = MakeRealClock();
  EXPECT_TRUE(clock->SleepUntil(clock->Now(), source.get_token()));
  EXPECT_TRUE(clock->SleepUntil(Time::min(), source.get_token()));
}

TEST(EveryClock, AStopEndsASleepAtOnce) {
  std::unique_ptr<Clock> clocks[] = {MakeRealClock(), MakeMonotonicClock(),
                                     MakeScaledClock(MachineNow(), MachineNow(), 0.001)};
  for (const auto& clock : clocks) {
    std::stop_source source;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(milliseconds(20));
      source.request_stop();
    });
    const auto start = steady_clock::now();
    EXPECT_FALSE(clock->SleepUntil(Time::max(), source.get_token()));
    EXPECT_LT(steady_clock::now() - start, milliseconds(800));
  }
}

TEST(MonotonicClock, StartsAtTheMachinesTime) {
  const auto clock = MakeMonotonicClock();
  EXPECT_LT(std::chrono::abs(clock->Now() - MachineNow()), seconds(1));
}

TEST(ScaledClock, RunsFasterFromItsOrigin) {
  const Time origin = *ParseTime("2021-08-01T00:00:00Z");
  const Time real_origin = MachineNow() - seconds(10);
  const auto clock = MakeScaledClock(origin, real_origin, 720);
  EXPECT_GE(clock->Now(), origin + hours(2));
  EXPECT_LT(clock->Now(), origin + hours(3));
  EXPECT_EQ(clock->Real(hours(2)), Duration(seconds(10)));
}

TEST(ScaledClock, SleepsInItsOwnTime) {
  const auto clock = MakeScaledClock(MachineNow(), MachineNow(), 3600);
  const auto start = steady_clock::now();
  const Time when = clock->Now() + seconds(90);
  EXPECT_TRUE(clock->SleepUntil(when, {}));
  EXPECT_GE(clock->Now(), when);
  EXPECT_LT(steady_clock::now() - start, seconds(5));
}

TEST(ScaledClock, FarMomentsDoNotOverflow) {
  const auto clock = MakeScaledClock(Time(), Time(), 1e6);
  EXPECT_GT(clock->Now(), Time());
  EXPECT_GT(clock->Real(Duration::max()), Duration(0));
}

TEST(ParseClock, ReadsBothForms) {
  EXPECT_TRUE(ParseClock("real"));
  const auto clock = ParseClock("2021-08-01T00:00:00Z@2021-11-24T21:00:00Zx720");
  ASSERT_TRUE(clock);
  EXPECT_GT((*clock)->Now(), *ParseTime("2021-08-01T00:00:00Z"));
  EXPECT_EQ((*clock)->Real(seconds(720)), Duration(seconds(1)));
}

TEST(ParseClock, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "clock '' is neither 'real' nor"},
      {"fast", "clock 'fast' is neither 'real' nor"},
      {"x@", "clock 'x@' is neither 'real' nor"},
      {"a@2021-11-24T21:00:00Zx2", "clock origin: 'a' is not an RFC 3339 time"},
      {"2021-11-24T21:00:00Z@bx2", "real origin of the clock: 'b' is not an RFC 3339 time"},
      {"2021-11-24T21:00:00Z@2021-11-24T21:00:00Zx0", "clock speed '0' is not"},
      {"2021-11-24T21:00:00Z@2021-11-24T21:00:00Zx1e9", "clock speed '1e9' is not"},
      {"2021-11-24T21:00:00Z@2021-11-24T21:00:00Zx", "clock speed '' is not"},
  };
  for (const auto& [text, want] : cases) {
    const auto clock = ParseClock(text);
    ASSERT_FALSE(clock) << text;
    EXPECT_EQ(clock.error().kind, Error::Kind::invalid);
    EXPECT_TRUE(clock.error().message.starts_with(want)) << clock.error().message;
  }
}

}  // namespace
}  // namespace carbon::net
