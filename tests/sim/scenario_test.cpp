// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario.h"

#include <gtest/gtest.h>

namespace carbon::sim {
namespace {

using std::chrono::hours;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");
const grid::Series kSignal(kStart, hours(1), {1, 2, 3});

TEST(Rules, AreFoundByTheirNames) {
  EXPECT_EQ(FindRules("plain"), kRules.data());
  EXPECT_EQ(FindRules("gaia"), &kRules[1]);
  EXPECT_EQ(FindRules("fair"), nullptr);
}

TEST(Rules, AllRefuseASettingOffTheSignal) {
  struct Case {
    Setting setting;
    const char* want;
  };
  const Case cases[] = {
      {{kStart, hours(0), {}}, "the window is empty: ask for more than 0 hours"},
      {{kStart - hours(1), hours(1), {}},
       "the start 2021-06-30T23:00:00Z is not in the signal, which is of 2021-07-01T00:00:00Z to "
       "2021-07-01T03:00:00Z"},
      {{kStart + hours(3), hours(1), {}}, "the start 2021-07-01T03:00:00Z is not in the signal"},
  };
  for (const Rules& rules : kRules) {
    for (const Case& c : cases) {
      const auto scenario = rules.prepare({}, kSignal, c.setting);
      ASSERT_FALSE(scenario) << rules.name;
      EXPECT_TRUE(scenario.error().message.starts_with(c.want)) << scenario.error().message;
      EXPECT_EQ(scenario.error().kind, Error::Kind::invalid);
    }
  }
}

}  // namespace
}  // namespace carbon::sim
