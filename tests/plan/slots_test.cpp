// SPDX-License-Identifier: Apache-2.0
#include "plan/slots.h"

#include <gtest/gtest.h>

#include <random>

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Slots kDay{*ParseTime("2021-07-01T00:00Z"), hours(1), 24};

Time At(int hour, int minute = 0) { return kDay.start + hours(hour) + minutes(minute); }

TEST(Slots, FindsTheNextOneThatBegins) {
  EXPECT_EQ(kDay.From(At(3)), 3);
  EXPECT_EQ(kDay.From(At(3, 1)), 4);
  EXPECT_EQ(kDay.From(At(-2)), 0);
  EXPECT_EQ(kDay.From(At(40)), 25);
}

TEST(Slots, FindsThoseThatATimeTouches) {
  const auto between = [](Time from, Time to) {
    const Slots::Range range = kDay.Between(from, to);
    return std::pair(range.first, range.last);
  };
  EXPECT_EQ(between(At(2, 30), At(4)), std::pair(size_t{2}, size_t{4}));
  EXPECT_EQ(between(At(2), At(4, 1)), std::pair(size_t{2}, size_t{5}));
  EXPECT_EQ(between(At(20), At(40)), std::pair(size_t{20}, size_t{24}));
  EXPECT_EQ(between(At(30), At(40)), std::pair(size_t{24}, size_t{24}));
}

TEST(Starts, KnowWhereARunBeginsAndEnds) {
  const Starts starts(kDay, minutes(90), At(2, 15), At(5, 30));
  ASSERT_TRUE(starts.earliest && starts.latest);
  EXPECT_EQ(starts.earliest->touched.first, 2);
  EXPECT_EQ(starts.earliest->end, 3);
  EXPECT_EQ(starts.earliest->skipped, 0.25);
  EXPECT_EQ(starts.earliest->ended, 0.75);
  EXPECT_EQ(starts.latest->touched.last, 7);
  EXPECT_EQ(starts.latest->end, 7);
  EXPECT_EQ(starts.latest->ended, 0);
  EXPECT_EQ(starts.whole, 1);
  EXPECT_EQ(starts.part, 0.5);
  EXPECT_EQ(starts.touched, 2);
}

TEST(Starts, ThereIsNoneWithoutTime) {
  const Starts never(kDay, hours(1), At(5), At(4, 59));
  EXPECT_FALSE(never.earliest || never.latest);
  EXPECT_EQ(never.begins.first, never.begins.last);
  const Starts too_long(kDay, hours(24) + minutes(1), At(0), At(9));
  EXPECT_FALSE(too_long.earliest || too_long.latest);
  EXPECT_EQ(too_long.begins.first, too_long.begins.last);
}

TEST(Starts, AreThoseThatBeginOrEndWithASlot) {
  constexpr unsigned kSeed = 1130;
  RecordProperty("seed", kSeed);
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int> length(1, 26 * 60);
  std::uniform_int_distribution<int> minute(0, 24 * 60);
  for (int n = 0; n < 10'000; ++n) {
    const Duration job = minutes(length(random));
    const Time from = At(0, minute(random));
    const Time to = from + minutes(minute(random));
    const Starts starts(kDay, job, from, to);
    const auto fits = [&](Time start) {
      return start >= from && start <= to && start + job <= kDay.end();
    };
    for (size_t slot = 0; slot <= kDay.count; ++slot) {
      const auto in = [slot](Slots::Range range) {
        return slot >= range.first && slot < range.last;
      };
      ASSERT_EQ(in(starts.aligned), fits(kDay.TimeOf(slot))) << "seed " << kSeed << ", " << n;
      const Duration rest = job % kDay.length;
      const bool ends = rest != Duration::zero() && slot > 0 && fits(kDay.TimeOf(slot) - rest);
      ASSERT_EQ(in(starts.ending), ends) << "seed " << kSeed << ", " << n << ", slot " << slot;
    }
    ASSERT_EQ(starts.earliest.has_value(), fits(from));
    ASSERT_EQ(starts.latest.has_value(), fits(to));
  }
}

}  // namespace
}  // namespace carbon::plan
