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
  static_assert(RunLengths::kPriorCountsAs == 4);
  RunLengths lengths(hours(4));
  for (int i = 0; i < 396; ++i) {
    lengths.Learn(hours(1));
  }
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(Duration::zero()).mean), 1.03, 0.01);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(minutes(30)).mean), 0.535, 0.02);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(hours(2)).mean), 4, 0.1) << "none was seen that long";
}

TEST(RunLengths, ARunThatOutlastsTheShortOnesIsOneOfTheLongOnes) {
  RunLengths lengths(hours(1));
  for (int i = 0; i < 400; ++i) {
    lengths.Learn(hours(1));
    lengths.Learn(hours(20));
  }
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(Duration::zero()).mean), 10.5, 0.2);
  EXPECT_NEAR(Hours(lengths.ExpectedLeft(hours(3)).mean), 17, 0.5);
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

TEST(RunLengths, WhatHasNotEndedIsNoReasonToExpectShortRuns) {
  RunLengths lengths(hours(1));
  for (int i = 0; i < 100; ++i) {
    lengths.Learn(hours(1));
    lengths.Watch(hours(3));
  }
  lengths.Learn(hours(20));
  // By those that ended alone a run of more than two hours would be one in a hundred.
  const auto left = lengths.ExpectedLeft(Duration::zero()).quantiles;
  EXPECT_NEAR(Hours(left[13]), 1, 0.2);
  EXPECT_GT(Hours(left[17]), 2);
  for (int i = 0; i < 100; ++i) {
    lengths.Unwatch(hours(3));
  }
  RunLengths never_watched(hours(1));
  for (int i = 0; i < 100; ++i) {
    never_watched.Learn(hours(1));
  }
  never_watched.Learn(hours(20));
  EXPECT_EQ(lengths.ExpectedLeft(minutes(5)).quantiles,
            never_watched.ExpectedLeft(minutes(5)).quantiles);
}

TEST(RunLengths, RunsThatHaveNotEndedCountUntilTheyWereSeenLast) {
  // Kaplan and Meier by hand, the prior (4 runs) far beyond: 6 end at 1 h, of the 10 others 5 were
  // seen last at 2 h, the rest ends at 5 h. P(1 h) = 6/20, P(5 h) = 14/20 x 5/9.
  RunLengths lengths(hours(100'000));
  for (int i = 0; i < 6; ++i) {
    lengths.Learn(hours(1));
  }
  for (int i = 0; i < 5; ++i) {
    lengths.Watch(hours(2));
    lengths.Learn(hours(5));
  }
  const auto left = lengths.ExpectedLeft(Duration::zero()).quantiles;
  const auto at_most = [&](Duration length) {
    return std::count_if(left.begin(), left.end(), [&](Duration l) { return l <= length; });
  };
  EXPECT_NEAR(static_cast<double>(at_most(hours(2))) / RunLengths::kQuantiles, 6.0 / 20, 1.0 / 32);
  EXPECT_NEAR(static_cast<double>(at_most(hours(6))) / RunLengths::kQuantiles,
              6.0 / 20 + 14.0 / 20 * 5 / 9, 1.0 / 32);
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
