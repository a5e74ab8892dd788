// SPDX-License-Identifier: Apache-2.0
#include "energy/power.h"

#include <gtest/gtest.h>

namespace carbon::energy {
namespace {

constexpr NodeModel kNode = {.min_per_vcpu = Watts(1), .max_per_vcpu = Watts(4), .pue = 1.2};

TEST(PodPower, IsRequestedCoresAtHalfOfTheRangePlusMemoryTimesPue) {
  const Request request{.cpu_cores = 2, .memory_gb = 10};
  EXPECT_DOUBLE_EQ(PodPower(request, kNode).value(), (2 * 2.5 + 10 * 0.392) * 1.2);
}

TEST(PodPower, FollowsMeasuredUtilisation) {
  const Request request{.cpu_cores = 1, .memory_gb = 0};
  EXPECT_DOUBLE_EQ(PodPower(request, kNode, 0).value(), 1.2);
  EXPECT_DOUBLE_EQ(PodPower(request, kNode, 1).value(), 4.8);
}

TEST(PodPower, OfNothingIsNothing) { EXPECT_EQ(PodPower({}, kNode), Watts(0)); }

TEST(PodPower, MemoryCoefficientIsPerGbAndHour) {
  const KilowattHours energy = PodPower({.cpu_cores = 0, .memory_gb = 1},
                                        {.min_per_vcpu = {}, .max_per_vcpu = {}, .pue = 1}) *
                               std::chrono::hours(1);
  EXPECT_DOUBLE_EQ(energy.value(), 0.000392);
}

TEST(AwsNodeModel, KnowsTheCommonFamiliesInAnySize) {
  struct Case {
    const char* type;
    const char* microarchitecture;
  };
  const Case cases[] = {
      {"m5.2xlarge", "Skylake"},     {"m5a.4xlarge", "EPYC 1st Gen"},
      {"m6i.2xlarge", "Ice Lake"},   {"m6a.large", "EPYC 3rd Gen"},
      {"m6g.16xlarge", "Graviton2"}, {"c5.2xlarge", "Skylake"},
      {"c6i.4xlarge", "Ice Lake"},   {"c6g.xlarge", "Graviton2"},
      {"r5.metal", "Skylake"},       {"r6i.32xlarge", "Ice Lake"},
      {"m7g.large", "Graviton3"},    {"m7i.large", "Sapphire Rapids"},
      {"m6i", "Ice Lake"},           {"m6i.999xlarge", "Ice Lake"},
  };
  for (const Case& c : cases) {
    const NodeModel model = AwsNodeModel(c.type);
    EXPECT_EQ(model.microarchitecture, c.microarchitecture) << c.type;
    EXPECT_FALSE(model.assumed) << c.type;
    EXPECT_LT(model.min_per_vcpu, model.max_per_vcpu) << c.type;
  }
}

TEST(AwsNodeModel, LetsASizeDifferFromItsFamily) {
  EXPECT_EQ(AwsNodeModel("c5.12xlarge").microarchitecture, "Cascade Lake");
  EXPECT_EQ(AwsNodeModel("c5.9xlarge").microarchitecture, "Skylake");
}

TEST(AwsNodeModel, TakesTheAverageOfAllForWhatItDoesNotKnowAndSaysSo) {
  for (const char* type : {"", ".", "p99.large", "M5.large", "e2-standard-4"}) {
    const NodeModel model = AwsNodeModel(type);
    EXPECT_TRUE(model.assumed) << type;
    EXPECT_NEAR(model.min_per_vcpu.value(), 1.0, 0.1) << type;
    EXPECT_NEAR(model.max_per_vcpu.value(), 3.7, 0.3) << type;
  }
}

}  // namespace
}  // namespace carbon::energy
