// SPDX-License-Identifier: Apache-2.0
#include "app/why.h"

#include <gtest/gtest.h>

#include "app/cluster_flags.h"

namespace carbon::app {
namespace {

TEST(PodName, TakesKubectlsForms) {
  for (const char* argument : {"etl", "pod/etl", "pods/etl", "po/etl"}) {
    const auto name = PodName(argument);
    ASSERT_TRUE(name) << argument;
    EXPECT_EQ(*name, "etl");
  }
  for (const char* argument : {"", "pod/", "job/etl", "a/b/c"}) {
    EXPECT_FALSE(PodName(argument)) << argument;
  }
}

TEST(RenderReason, ShowsTheChosenWayFirstAndTheOthersBelow) {
  const Time now = *ParseTime("2021-08-02T00:10:00Z");
  const plan::Reason reason{
      .cause = plan::Cause::cleaner_window,
      .decided_at = now,
      .deadline = now + std::chrono::hours(12),
      .latest_start = now + std::chrono::hours(10),
      .length = plan::AtItsWord(std::chrono::hours(2)),
      .run_now = plan::Option{"r", "Z", now, GramsPerKwh(300), Grams(30)},
      .chosen = plan::Option{"r", "Z", now + std::chrono::hours(3), GramsPerKwh(100), Grams(10)},
      .alternatives = {{"r", "Z", now, GramsPerKwh(300), Grams(30)}},
      .source = "test",
      .rung = "fresh",
      .forecast_issued_at = now,
      .note = ""};
  EXPECT_EQ(RenderReason("jobs/etl", reason),
            "pod jobs/etl: waiting until 03:10 UTC in r (Z): 300 g/kWh now, 100 g/kWh forecast; "
            "saves about 20 g; deadline 12:10\n"
            "decided at 2021-08-02T00:10:00Z on the signal of test (fresh, forecast issued "
            "2021-08-02T00:10:00Z)\n"
            "latest start 2021-08-02T10:10:00Z, deadline 2021-08-02T12:10:00Z\n"
            "length 2h (declared)\n"
            "    start (UTC)   region          zone            g/kWh   grams\n"
            "  * 03:10         r               Z               100     10.0\n"
            "    00:10         r               Z               300     30.0\n");
}

}  // namespace
}  // namespace carbon::app
