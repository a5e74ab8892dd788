// SPDX-License-Identifier: Apache-2.0
#include "app/flexibility_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/command_line.h"

namespace carbon::app {
namespace {

using std::chrono::minutes;
using Arguments = std::vector<std::string>;

Result<std::optional<plan::Flexibility>> FlexibilityFrom(const Arguments& arguments) {
  CLI::App app;
  FlexibilityFlags flags;
  AddFlexibilityFlags(app, flags);
  ParseInOrder(app, arguments);
  return FlexibilityOf(flags);
}

TEST(FlexibilityFlags, WithoutAnyTheJobIsNotFlexible) {
  const auto none = FlexibilityFrom({});
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(FlexibilityFlags, APauseIsFreeUnlessItIsSaidWhatItCosts) {
  EXPECT_EQ((*FlexibilityFrom({"--pausable"}))->pause, plan::PauseCost());
  EXPECT_EQ(
      (*FlexibilityFrom({"--pausable", "--pause-energy", "0.2", "--pause-delay", "7m"}))->pause,
      (plan::PauseCost{.energy = KilowattHours(0.2), .delay = minutes(7)}));
}

TEST(FlexibilityFlags, WorkersDoTheirWorkByAnExponentOrAList) {
  const auto curve = [](const Arguments& arguments) {
    const auto flexibility = FlexibilityFrom(arguments);
    EXPECT_TRUE(flexibility);
    EXPECT_FALSE((*flexibility)->pause);
    return (*flexibility)->work_per_hour;
  };
  EXPECT_EQ(curve({"--max-parallelism", "3"}), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(curve({"--max-parallelism", "1"}), (std::vector<double>{1}));
  const auto powers = curve({"--max-parallelism", "4", "--scaling", "0.5"});
  EXPECT_DOUBLE_EQ(powers[3], 2);
  EXPECT_EQ(curve({"--max-parallelism", "3", "--scaling", "100,190,270"}),
            (std::vector<double>{100, 190, 270}));
}

TEST(FlexibilityFlags, WhatIsWrongIsNamedWithItsFlag) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double energy : {-0.1, std::numeric_limits<double>::infinity(), nan}) {
    EXPECT_EQ(FlexibilityOf({.pausable = true, .pause_energy = energy}).error(),
              Invalid("--pause-energy: must be 0 or more kWh"));
  }
  EXPECT_EQ(FlexibilityFrom({"--pausable", "--pause-delay", "soon"}).error().message,
            "--pause-delay: 'soon' is not a duration such as 90s, 1h30m or 2d");
  for (const char* const workers : {"0", "-1", "101"}) {
    EXPECT_EQ(FlexibilityFrom({"--max-parallelism", workers}).error(),
              Invalid("--max-parallelism: must be from 1 to 100"));
  }
  for (const char* const text : {"1.1", "nan", "fast", "1,", "1,,2"}) {
    const auto wrong = FlexibilityFrom({"--max-parallelism", "2", "--scaling", text});
    ASSERT_FALSE(wrong) << text;
    EXPECT_THAT(wrong.error().message, testing::StartsWith("--scaling: '"));
    EXPECT_THAT(wrong.error().message, testing::HasSubstr(text));
    EXPECT_THAT(
        wrong.error().message,
        testing::EndsWith("' is neither an exponent from 0 to 1 nor the work per hour of 1, "
                          "2 and more workers, such as 1,1.9,2.7"));
  }
  EXPECT_EQ(
      FlexibilityFrom({"--max-parallelism", "2", "--scaling", "1,1.9,2.7"}).error(),
      Invalid("--scaling: tells the work of 3 numbers of workers, and --max-parallelism is 2"));
  EXPECT_EQ(FlexibilityFrom({"--max-parallelism", "2", "--scaling", "1,2.5"}).error().message,
            "--scaling: the work per hour is not concave at 2 workers: each may add no less than "
            "nothing and no more than the one before");
}

TEST(FlexibilityFlags, WhatAPauseCostsIsSaidOfAJobThatPauses) {
  for (const Arguments& arguments :
       {Arguments{"--pause-energy", "1"}, {"--pause-delay", "1m"}, {"--scaling", "1"}}) {
    EXPECT_THROW(FlexibilityFrom(arguments), CLI::RequiresError) << arguments.front();
  }
}

}  // namespace
}  // namespace carbon::app
