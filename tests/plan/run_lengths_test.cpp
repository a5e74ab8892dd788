// SPDX-License-Identifier: Apache-2.0
#include "plan/run_lengths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

double Hours(Duration duration) {
  return std::chrono::duration<double, std::ratio<3600>>(duration).count();
}

TEST(RunLengths, BeforeAnyHasEndedThePriorHolds) {
  const RunLengths lengths(hours(4));
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(Duration::zero()).mean), 4, 0.1);
  EXPECT_EQ(lengths.ExpectedLeft(hours(50)).mean, lengths.ExpectedLeft(Duration::zero()).mean)
      << "what has taken long takes as long again";
}

TEST(RunLengths, WhatEndedCountsMoreTheMoreThereIsOfIt) {
  RunLengths lengths(hours(4));
  for (int i = 0; i < 99; ++i) {
    lengths.Learn(hours(1));
  }
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(Duration::zero()).mean), 1.03, 0.01);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(minutes(30)).mean), 0.53, 0.02);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(hours(2)).mean), 4, 0.1) << "none was seen that long";
}

TEST(RunLengths, ARunThatOutlastsTheShortOnesIsOneOfTheLongOnes) {
  RunLengths lengths(hours(1));
  for (int i = 0; i < 90; ++i) {
    lengths.Learn(hours(1));
  }
  for (int i = 0; i < 90; ++i) {
    lengths.Learn(hours(20));
  }
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(Duration::zero()).mean), 10.5, 0.2);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(hours(3)).mean), 17, 0.3);
}

TEST(RunLengths, QuantilesAscendAndHaveTheMean) {
  RunLengths lengths(hours(2));
  for (int i = 1; i <= 1000; ++i) {
    lengths.Learn(minutes(i));
  }
  const auto left = lengths.ExpectedLeft(hours(1)).quantiles;
  EXPECT_TRUE(std::is_sorted(left.begin(), left.end()));
  EXPECT_GT(left.front(), Duration::zero());
  const auto sum = std::accumulate(left.begin(), left.end(), Duration::zero());
  EXPECT_NEAR(Hours(sum) / static_cast<double>(left.size()),
              Hours(lengths.ExpectedLeft(hours(1)).mean), 0.3);
}

TEST(RunLengths, RunsOfTheSameTemplateCountAsTheyComeAndTheKindAsOne) {
  RunLengths lengths(hours(10));
  for (int i = 0; i < 999; ++i) {
    lengths.Learn(hours(10));
  }
  const std::vector<Duration> alike(4, hours(2));
  static_assert(RunLengths::kKindCountsAs == 1);
  const auto left = lengths.ExpectedLeft(Duration::zero(), alike);
  EXPECT_NEAR(Hours(left.mean), (4 * 2 + 1 * 10) / 5.0, 0.05);
  EXPECT_EQ(left.quantiles[0], hours(2));
  EXPECT_EQ(left.quantiles[24], hours(2)) << "four fifths of it";
  EXPECT_NEAR(Hours(left.quantiles[28]), 10, 0.1);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(hours(1), alike).mean), (4 * 1 + 1 * 9) / 5.0, 0.05);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(hours(3), alike).mean), 7, 0.1)
      << "what outlasts its template is one of its kind";
}

TEST(RunLengths, NoRunsOfATemplateChangeNothing) {
  RunLengths lengths(hours(1));
  lengths.Learn(hours(3));
  EXPECT_EQ(lengths.ExpectedLeft(minutes(1), {}).quantiles,
            lengths.ExpectedLeft(minutes(1)).quantiles);
}

TEST(TemplateLengths, RemembersTheLastRunsOfEach) {
  TemplateLengths lengths;
  EXPECT_TRUE(lengths.Of(0).empty());
  EXPECT_TRUE(lengths.Of(UINT32_MAX).empty());
  lengths.Learn(3, hours(1));
  EXPECT_TRUE(lengths.Of(0).empty());
  EXPECT_EQ(std::vector(lengths.Of(3).begin(), lengths.Of(3).end()),
            std::vector({Duration(hours(1))}));
  lengths.Learn(0, Duration::zero());
  lengths.Learn(3, hours(2));
  EXPECT_EQ(lengths.Of(3).size(), 2U);
  EXPECT_EQ(lengths.Of(3)[0], hours(1));
  EXPECT_EQ(lengths.Of(3)[1], hours(2));
  for (int i = 0; i < 100; ++i) {
    lengths.Learn(3, hours(5));
  }
  EXPECT_EQ(lengths.Of(3).size(), TemplateLengths::kMost);
  for (const Duration length : lengths.Of(3)) {
    EXPECT_EQ(length, hours(5)) << "what is long ago is forgotten";
  }
  EXPECT_EQ(lengths.Of(0).size(), 1U);
}

TEST(RunLengths, TakesAnyLength) {
  RunLengths lengths(Duration(1));
  lengths.Learn(Duration::zero());
  lengths.Learn(Duration(1));
  lengths.Learn(hours(24 * 366 * 100));
  EXPECT_GE(lengths.ExpectedLeft(Duration::zero()).mean, Duration(1));
  EXPECT_GT(lengths.ExpectedLeft(hours(24 * 365)).mean, hours(24 * 365 * 10));
}

}  // namespace
}  // namespace carbon::plan
