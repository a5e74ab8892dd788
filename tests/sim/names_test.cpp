// SPDX-License-Identifier: Apache-2.0
#include "sim/names.h"

#include <gtest/gtest.h>

namespace carbon::sim {
namespace {

TEST(Names, NumbersNamesInTheOrderInWhichTheyCome) {
  Names names;
  EXPECT_EQ(names.size(), 0U);
  EXPECT_TRUE(names.Add("b").is_new);
  EXPECT_TRUE(names.Add("").is_new);
  EXPECT_TRUE(names.Add("bb").is_new);
  const auto again = names.Add("b");
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.index, 0U);
  EXPECT_EQ(names.Add("").index, 1U);
  EXPECT_EQ(names.At(0), "b");
  EXPECT_EQ(names.At(1), "");
  EXPECT_EQ(names.At(2), "bb");
  EXPECT_EQ(names.size(), 3U);
}

TEST(Names, FindsEachOfMany) {
  Names names;
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < 100'000; ++i) {
      const auto added = names.Add("job-" + std::to_string(i));
      ASSERT_EQ(added.index, i);
      ASSERT_EQ(added.is_new, round == 0);
    }
  }
  EXPECT_EQ(names.At(99'999), "job-99999");
}

}  // namespace
}  // namespace carbon::sim
