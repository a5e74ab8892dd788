// SPDX-License-Identifier: Apache-2.0
#include "app/region_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/temp_dir.h"

namespace carbon::app {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

const std::string kHeader = "cloud,region,latitude,longitude,provider,zone,use,source,as_of\n";

class RegionFlagsTest : public testing::Test {
 protected:
  std::string File(const std::string& text) { return folder_.Write("my.csv", text); }
  const TempDir folder_;
};

TEST_F(RegionFlagsTest, AnAssignmentGoesBeforeTheFileAndTheFileBeforeTheTable) {
  const RegionFlags flags{
      .assignments = {"us-west-2=US-NW-BPAT"},
      .file = File(kHeader + "aws,us-west-2,,,electricity-maps,US-NW-PGE,default,us,2026-01-01\n" +
                   "aws,us-west-1,,,electricity-maps,US-CAL-BANC,default,us,2026-01-01\n")};
  const auto regions = ParseRegions(flags, "electricity-maps");
  ASSERT_TRUE(regions) << regions.error().message;
  EXPECT_EQ(regions->map.at("us-west-2").zone.name, "US-NW-BPAT");
  EXPECT_EQ(regions->map.at("us-west-1").zone.name, "US-CAL-BANC");
  EXPECT_EQ(regions->map.at("us-east-1").zone.name, "US-MIDA-PJM");
}

TEST_F(RegionFlagsTest, ProvidersHaveTheirOwnNames) {
  EXPECT_EQ(ParseRegions({}, "watttime")->map.at("us-east-1").zone.name, "PJM_DC");
  EXPECT_THAT(ParseRegions({}, "eia")->map, Not(Contains(Key("eu-central-1"))));
}

TEST_F(RegionFlagsTest, FilesAreCalledAsElectricityMapsCallsZonesUnlessATableSaysOtherwise) {
  const RegionFlags flags{.assignments = {},
                          .file = File(kHeader + "aws,us-west-2,,,file,oregon,default,,\n")};
  const auto regions = ParseRegions(flags, "file");
  ASSERT_TRUE(regions) << regions.error().message;
  EXPECT_EQ(regions->map.at("us-west-2").zone.name, "oregon");
  EXPECT_EQ(regions->map.at("us-east-1").zone.name, "US-MIDA-PJM");
}

TEST_F(RegionFlagsTest, NamesTheFlagTheFileAndTheLineThatAreWrong) {
  const std::string path = File(kHeader + "aws,us-west-2,,,electricity-maps,A B,default,,\n");
  const auto bad_file = ParseRegions({.assignments = {}, .file = path}, "electricity-maps");
  EXPECT_EQ(bad_file.error(),
            Invalid("--regions: " + path +
                    ":2: zone 'A B' is not a name of 1 to 63 letters, digits, '-', '_', '.'"));
  const auto no_file = ParseRegions({.assignments = {}, .file = folder_.Path("absent.csv")}, "eia");
  EXPECT_EQ(no_file.error().kind, Error::Kind::invalid);
  EXPECT_THAT(no_file.error().message, HasSubstr("--regions: cannot read "));
  EXPECT_EQ(ParseRegions({.assignments = {"nonsense"}, .file = {}}, "eia").error(),
            Invalid("--region: 'nonsense' is not REGION=ZONE, such as eu-north-1=SE"));
}

}  // namespace
}  // namespace carbon::app
