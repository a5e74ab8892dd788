// SPDX-License-Identifier: Apache-2.0
#include "grid/history.h"

#include <gtest/gtest.h>

#include <cmath>

namespace carbon::grid {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int64_t kDay = 24;

/// The value of a step tells its hour and its day: 100 * day + hour.
History Days(int64_t days) {
  History history(hours(1), 40 * kDay);
  for (int64_t number = 0; number < days * kDay; ++number) {
    history.Put(number, static_cast<double>(100 * (number / kDay) + number % kDay));
  }
  return history;
}

TEST(History, NumbersStepsFrom1970) {
  const History history(minutes(5), 10);
  const Time time = *ParseTime("1970-01-02T00:07:00Z");
  EXPECT_EQ(history.Number(time), 289);
  EXPECT_EQ(history.TimeOf(289), *ParseTime("1970-01-02T00:05:00Z"));
}

TEST(History, KeepsTheNewestStepsOnly) {
  History history(hours(1), 3);
  for (int64_t number = 10; number < 15; ++number) {
    history.Put(number, static_cast<double>(number));
  }
  EXPECT_EQ(history.newest(), 14);
  EXPECT_TRUE(std::isnan(history.At(11)));
  EXPECT_EQ(history.At(12), 12);
  EXPECT_EQ(history.At(14), 14);
  EXPECT_TRUE(std::isnan(history.At(15)));
}

TEST(History, AGapIsUnknownAndNotWhatStoodThereBefore) {
  History history(hours(1), 4);
  for (int64_t number = 0; number < 4; ++number) {
    history.Put(number, 7);
  }
  history.Put(6, 8);
  EXPECT_EQ(history.At(3), 7);
  EXPECT_TRUE(std::isnan(history.At(4)));
  EXPECT_TRUE(std::isnan(history.At(5)));
  history.Put(1000, 9);
  EXPECT_TRUE(std::isnan(history.At(999)));
  EXPECT_TRUE(std::isnan(history.At(6)));
}

TEST(History, ARevisionReplacesAndTheTooOldIsDropped) {
  History history(hours(1), 3);
  history.Put(10, 1);
  history.Put(12, 3);
  history.Put(11, 2);
  history.Put(10, 5);
  history.Put(9, 99);
  EXPECT_EQ(history.newest(), 12);
  EXPECT_EQ(history.At(10), 5);
  EXPECT_EQ(history.At(11), 2);
  EXPECT_TRUE(std::isnan(history.At(9)));
}

TEST(History, IsEmptyAtFirst) {
  const History history(hours(1), 3);
  EXPECT_TRUE(history.empty());
  EXPECT_TRUE(std::isnan(history.At(0)));
}

TEST(History, HandsOutTheStepsThatOverlapAnInterval) {
  History history(hours(1), 4);
  for (const int64_t number : {10, 11, 13, 14}) {
    history.Put(number, static_cast<double>(number));
  }
  const auto between = [&](int64_t from, int64_t to) {
    return history.Between(Time(minutes(from)), Time(minutes(to)));
  };
  const double none = Series::kUnknown;
  const Time eleven = Time(hours(11));
  EXPECT_EQ(between(0, 10'000), Series(eleven, hours(1), {11, none, 13, 14})) << "the window only";
  EXPECT_EQ(between(13 * 60 + 30, 13 * 60 + 40), Series(Time(hours(13)), hours(1), {13}));
  EXPECT_EQ(between(13 * 60, 14 * 60), Series(Time(hours(13)), hours(1), {13}));
  EXPECT_EQ(between(11 * 60 + 59, 13 * 60 + 1), Series(eleven, hours(1), {11, none, 13}));
  EXPECT_TRUE(between(13 * 60, 13 * 60).empty());
  EXPECT_TRUE(between(14 * 60, 13 * 60).empty());
  EXPECT_TRUE(between(15 * 60, 99 * 60).empty());
  EXPECT_TRUE(between(0, 11 * 60).empty());
  EXPECT_TRUE(History(hours(1), 4).Between(Time(), Time(hours(9))).empty());
}

TEST(Climatology, IsTheMeanOfTheSameHourOnTheDaysBefore) {
  const History history = Days(30);
  const int64_t known = 29 * kDay + 12;  // day 29, noon
  const auto later = ClimatologyAt(history, known, 29 * kDay + 15);
  EXPECT_DOUBLE_EQ(later.of_hour, 100 * (1 + 28) / 2.0 + 15);
  EXPECT_DOUBLE_EQ(later.of_weekday, 100 * (22 + 15 + 8 + 1) / 4.0 + 15);
  EXPECT_DOUBLE_EQ(later.yesterday, 2800 + 15);
}

TEST(Climatology, UsesNothingLaterThanWhatIsKnown) {
  const History history = Days(30);
  const int64_t known = 20 * kDay + 12;
  for (int64_t target = known + 1; target < known + 96; ++target) {
    const auto usual = ClimatologyAt(history, known, target);
    History cut = Days(30);
    for (int64_t number = known + 1; number < 30 * kDay; ++number) {
      cut.Put(number, 1e6);
    }
    const auto same = ClimatologyAt(cut, known, target);
    EXPECT_EQ(usual.of_hour, same.of_hour) << target;
    EXPECT_EQ(usual.of_weekday, same.of_weekday) << target;
    EXPECT_EQ(usual.yesterday, same.yesterday) << target;
  }
}

TEST(Climatology, IsUnknownWhereNothingWasObserved) {
  const History history(hours(1), 100);
  const auto usual = ClimatologyAt(history, 50, 60);
  EXPECT_TRUE(std::isnan(usual.of_hour));
  EXPECT_TRUE(std::isnan(usual.Usual()));
}

TEST(Climatology, UsualIsHalfwayAndMakesDoWithOne) {
  EXPECT_EQ((Climatology{.of_hour = 10, .of_weekday = 20}).Usual(), 15);
  EXPECT_EQ((Climatology{.of_hour = 10}).Usual(), 10);
  EXPECT_EQ((Climatology{.of_weekday = 20}).Usual(), 20);
}

}  // namespace
}  // namespace carbon::grid
