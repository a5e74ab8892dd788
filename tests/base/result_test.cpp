// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace carbon {
namespace {

Result<std::unique_ptr<int>> Make(bool good) {
  if (!good) {
    return Invalid("no");
  }
  return std::make_unique<int>(7);
}

TEST(Result, HoldsAMoveOnlyValue) {
  auto made = Make(true);
  ASSERT_TRUE(made);
  const std::unique_ptr<int> value = *std::move(made);
  EXPECT_EQ(*value, 7);
}

TEST(Result, HoldsAnErrorThatGainsContextOnItsWayUp) {
  const auto made = Make(false);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().In("jobs.csv:3"), Invalid("jobs.csv:3: no"));
}

TEST(Status, IsSuccessUnlessGivenAnError) {
  EXPECT_TRUE(Status());
  const Status failed = Unavailable("disk full");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "disk full");
}

TEST(ExitCode, TellsUsageFromTheWorld) {
  EXPECT_EQ(ExitCode(Error::Kind::invalid), 2);
  EXPECT_EQ(ExitCode(Error::Kind::unavailable), 1);
  EXPECT_EQ(ExitCode(Error::Kind::denied), 1);
}

}  // namespace
}  // namespace carbon
