// SPDX-License-Identifier: Apache-2.0
#include "app/grams_text.h"

#include <gtest/gtest.h>

namespace carbon::app {
namespace {

TEST(GramsText, HasThreeDigitsOrMore) {
  EXPECT_EQ(GramsText(Grams(0)), "0");
  EXPECT_EQ(GramsText(Grams(0.03)), "0.030");
  EXPECT_EQ(GramsText(Grams(9.486)), "9.49");
  EXPECT_EQ(GramsText(Grams(-13.46)), "-13.5");
  EXPECT_EQ(GramsText(Grams(1234.54)), "1234.5");
}

}  // namespace
}  // namespace carbon::app
