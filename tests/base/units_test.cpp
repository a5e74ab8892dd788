// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace carbon {
namespace {

using std::chrono::minutes;

TEST(Units, PowerOverTimeIsEnergyAndEnergyAtAnIntensityIsGrams) {
  const KilowattHours energy = Watts(2000) * Duration(minutes(90));
  EXPECT_DOUBLE_EQ(energy.value(), 3.0);
  EXPECT_DOUBLE_EQ((energy * GramsPerKwh(250)).value(), 750.0);
}

TEST(Units, LikeQuantitiesAddCompareAndDivide) {
  EXPECT_EQ(Grams(1) + Grams(2), Grams(3));
  EXPECT_LT(Grams(1), Grams(2));
  EXPECT_DOUBLE_EQ(Grams(1) / Grams(4), 0.25);
  EXPECT_EQ(-(Grams(3) - Grams(1)) * 2, Grams(-4));
}

}  // namespace
}  // namespace carbon
