// SPDX-License-Identifier: Apache-2.0
#include "workloads/regions.h"

#include <gtest/gtest.h>

namespace carbon::workloads {
namespace {

TEST(Regions, KnowEveryRegionOfAws) {
  const RegionMap regions = AwsRegions();
  EXPECT_EQ(regions.size(), 33U);
  EXPECT_EQ(regions.at("us-west-2").zone.name, "US-NW-PACW");
  EXPECT_EQ(regions.at("us-east-1").zone.name, "US-MIDA-PJM");
  EXPECT_EQ(regions.at("eu-north-1").zone.name, "SE-SE3");
  for (const auto& [region, info] : regions) {
    EXPECT_FALSE(info.zone.name.empty()) << region;
    EXPECT_EQ(info.pue, std::nullopt) << region;
  }
}

TEST(Regions, AnAssignmentReplacesTheZoneAndKeepsTheOverhead) {
  RegionMap regions = AwsRegions();
  regions["us-west-2"].pue = 1.1;
  ASSERT_TRUE(OverrideRegion(regions, "us-west-2=US-NW-BPAT"));
  EXPECT_EQ(regions.at("us-west-2").zone.name, "US-NW-BPAT");
  EXPECT_EQ(regions.at("us-west-2").pue, 1.1);
}

TEST(Regions, AnAssignmentAddsARegion) {
  RegionMap regions;
  ASSERT_TRUE(OverrideRegion(regions, "cellar_1.b=DE"));
  EXPECT_EQ(regions.at("cellar_1.b").zone.name, "DE");
}

TEST(Regions, ABadAssignmentChangesNothing) {
  for (const char* text : {"", "=", "a=", "=b", "a", "a=b=c", "a =b", "a= b", "a=b,c=d", "a==b"}) {
    RegionMap regions;
    const Status status = OverrideRegion(regions, text);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error(),
              Invalid("'" + std::string(text) + "' is not REGION=ZONE, such as eu-north-1=SE"));
    EXPECT_TRUE(regions.empty()) << text;
  }
}

}  // namespace
}  // namespace carbon::workloads
