// SPDX-License-Identifier: Apache-2.0
#include "workloads/regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace carbon::workloads {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using Use = RegionRow::Use;

const std::string kHeader = "cloud,region,latitude,longitude,provider,zone,use,source,as_of\n";

RegionMap BuiltIn(std::string_view provider) { return MapRegions(BuiltInRegions(), provider); }

RegionRows Parse(const std::string& rows) {
  auto parsed = ParseRegionsCsv(kHeader + rows, "my.csv");
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *std::move(parsed) : RegionRows{};
}

// ---- The built-in table

TEST(Regions, TheTableNamesEachRegionOnceForEachProvider) {
  // What ParseRegionsCsv holds of any table holds of this one too: names, places, days, no row that
  // stands twice, one default.
  const RegionRows rows = BuiltInRegions();
  EXPECT_GT(rows.size(), 300U);
  for (const RegionRow& row : rows) {
    EXPECT_THAT((std::set<std::string>{"aws", "azure", "gcp"}), Contains(row.place.cloud));
    EXPECT_TRUE(row.place.position) << row.place.region;
    EXPECT_EQ(row.as_of.size(), 10U) << row.place.region;
    EXPECT_NE(row.source, "data/regions.csv") << row.place.region;
  }
}

TEST(Regions, EachRegionHasADefaultForElectricityMapsOrSaysThatItHasNone) {
  std::set<std::string> regions;
  std::set<std::string> decided;
  std::set<std::pair<std::string, std::string>> chosen;
  const RegionRows rows = BuiltInRegions();
  for (const RegionRow& row : rows) {
    regions.insert(row.place.region);
    if (row.provider == "electricity-maps" && row.use != Use::alternative) {
      decided.insert(row.place.region);
    }
    if (row.use == Use::chosen) {
      chosen.insert({row.place.region, row.provider});
    }
  }
  EXPECT_EQ(regions, decided);
  for (const RegionRow& row : rows) {
    if (row.use == Use::alternative) {
      EXPECT_THAT(chosen, Contains(std::pair(row.place.region, row.provider)));
    }
  }
}

TEST(Regions, KnowsTheRegionsOfThreeClouds) {
  const RegionMap regions = BuiltIn("electricity-maps");
  EXPECT_EQ(regions.at("us-west-2").zone.name, "US-NW-PACW");
  EXPECT_EQ(regions.at("us-east-1").zone.name, "US-MIDA-PJM");
  EXPECT_EQ(regions.at("eu-north-1").zone.name, "SE-SE3");
  EXPECT_EQ(regions.at("us-central1").zone.name, "US-CENT-SWPP");
  EXPECT_EQ(regions.at("westeurope").zone.name, "NL");
  EXPECT_EQ(regions.at("ap-southeast-6").zone.name, "NZ");
  EXPECT_THAT(regions, Not(Contains(Key("norwaywest"))));
  EXPECT_EQ(regions.at("us-east-1").source, "electricity-maps");
  EXPECT_EQ(regions.at("us-east-1").as_of, "2026-08-21");
  EXPECT_EQ(regions.at("us-east-1").pue, std::nullopt);
}

TEST(Regions, ADefaultIsWhereTheCloudSaysThatTheRegionIs) {
  const RegionMap regions = BuiltIn("electricity-maps");
  EXPECT_EQ(regions.at("southeastasia").zone.name, "SG");
  EXPECT_EQ(regions.at("southeastasia").alternatives,
            (std::vector<ZoneClaim>{{{"DK-DK2"}, "electricity-maps", "2025-07-15"}}));
  EXPECT_EQ(regions.at("northamerica-northeast2").zone.name, "CA-ON");
  EXPECT_EQ(regions.at("us-west2").zone.name, "US-CAL-CISO");
  EXPECT_EQ(regions.at("israelcentral").source, "location");
}

TEST(Regions, UsWest2HasTwoAnswersAndSaysWhose) {
  const RegionInfo info = BuiltIn("electricity-maps").at("us-west-2");
  EXPECT_EQ(info.source, "electricity-maps");
  EXPECT_EQ(info.alternatives,
            (std::vector<ZoneClaim>{{{"US-NW-BPAT"}, "real-time-cloud", "2026-08-18"}}));
}

TEST(Regions, EachProviderHasItsOwnNames) {
  EXPECT_EQ(BuiltIn("watttime").at("us-east-1").zone.name, "PJM_DC");
  EXPECT_EQ(BuiltIn("watttime").at("us-west-2").zone.name, "BPA");
  EXPECT_EQ(BuiltIn("watttime").at("westus").zone.name, "CAISO_NORTH");
  EXPECT_EQ(BuiltIn("eia").at("us-east-1").zone.name, "PJM");
  EXPECT_EQ(BuiltIn("eia").at("us-west-2").zone.name, "PACW");
  EXPECT_EQ(BuiltIn("gb-carbon-intensity").at("eu-west-2").zone.name, "GB");
  EXPECT_EQ(BuiltIn("carbon-aware-sdk").at("westeurope").zone.name, "westeurope");
}

TEST(Regions, AProviderWithoutANameForARegionDoesNotBorrowOne) {
  EXPECT_THAT(BuiltIn("eia"), Not(Contains(Key("eu-central-1"))));
  EXPECT_THAT(BuiltIn("eia"), Not(Contains(Key("northamerica-northeast2"))));
  EXPECT_THAT(BuiltIn("watttime"), Not(Contains(Key("mx-central-1"))));
  EXPECT_THAT(BuiltIn("gb-carbon-intensity"), Not(Contains(Key("us-east-1"))));
  EXPECT_THAT(BuiltIn("nobody"), IsEmpty());
}

TEST(Regions, KnowsWhereARegionIs) {
  const RegionRows rows = BuiltInRegions();
  EXPECT_EQ(PlaceOf(rows, "us-west-2"),
            (grid::Place{"aws", "us-west-2", grid::Position{45.8399, -119.7006}}));
  EXPECT_EQ(PlaceOf(rows, "us-central1")->cloud, "gcp");
  EXPECT_EQ(PlaceOf(rows, "westeurope")->cloud, "azure");
  EXPECT_EQ(PlaceOf(rows, "southeastasia")->position, (grid::Position{1.352, 103.835}));
  EXPECT_EQ(PlaceOf(rows, "cellar"), std::nullopt);
}

// ---- Users' tables

TEST(Regions, UsersRowsGoBeforeTheBuiltInOnes) {
  RegionRows rows = Parse(
      "aws,us-west-2,,,electricity-maps,US-NW-BPAT,default,our utility,2026-01-02\n"
      "aws,us-east-1,,,electricity-maps,,none,,\n"
      "own,cellar,48.1,11.5,electricity-maps,DE,default,,\n");
  const RegionRows built_in = BuiltInRegions();
  rows.insert(rows.end(), built_in.begin(), built_in.end());
  const RegionMap regions = MapRegions(rows, "electricity-maps");
  EXPECT_EQ(regions.at("us-west-2").zone.name, "US-NW-BPAT");
  EXPECT_EQ(regions.at("us-west-2").source, "our utility");
  EXPECT_EQ(regions.at("us-west-2").alternatives,
            (std::vector<ZoneClaim>{{{"US-NW-PACW"}, "electricity-maps", "2026-08-21"}}));
  EXPECT_THAT(regions, Not(Contains(Key("us-east-1")))) << "the user says that there is none";
  EXPECT_EQ(regions.at("cellar").source, "my.csv");
  EXPECT_EQ(regions.at("us-east-2").zone.name, "US-MIDA-PJM");
  EXPECT_EQ(PlaceOf(rows, "us-west-2")->position, (grid::Position{45.8399, -119.7006}));
}

TEST(Regions, SaysWhereATableIsWrong) {
  const std::string good = "aws,us-west-2,,,electricity-maps,US-NW-BPAT,default,,\n";
  const std::vector<std::pair<std::string, std::string>> table = {
      {"aws,us west,,,electricity-maps,A,default,,\n",
       "region 'us west' is not a name of 1 to 63 letters, digits, '-', '_', '.'"},
      {"aws," + std::string(64, 'a') + ",,,electricity-maps,A,default,,\n",
       "region '" + std::string(60, 'a') + "…" +
           "' is not a name of 1 to 63 letters, digits, '-', '_', '.'"},
      {",r,,,electricity-maps,A,default,,\n",
       "cloud '' is not a name of 1 to 63 letters, digits, '-', '_', '.'"},
      {"aws,r,,,electricity-maps,,default,,\n",
       "zone '' is not a name of 1 to 63 letters, digits, '-', '_', '.'"},
      {"aws,r,91,0,p,A,default,,\n",
       "latitude '91' and longitude '0' are no place: degrees to 90 and to 180 (or both empty)"},
      {"aws,r,5,,p,A,default,,\n",
       "latitude '5' and longitude '' are no place: degrees to 90 and to 180 (or both empty)"},
      {"aws,r,nan,1,p,A,default,,\n",
       "latitude 'nan' and longitude '1' are no place: degrees to 90 and to 180 (or both empty)"},
      {"aws,r,,,p,A,yes,,\n", "use 'yes' is none of default, alternative and none"},
      {"aws,r,,,p,A,none,,\n", "a row of use none names a zone"},
      {"aws,r,,,p,A,default,,2026-02-30\n", "as_of '2026-02-30' is not a day such as 2026-08-21"},
      {"aws,r,,,p,A,default,,21.8.2026\n", "as_of '21.8.2026' is not a day such as 2026-08-21"},
      {"aws,us-west-2,,,electricity-maps,B,default,,\n",
       "region us-west-2 has a default (or none) for electricity-maps already"},
      {"aws,us-west-2,,,electricity-maps,,none,,\n",
       "region us-west-2 has a default (or none) for electricity-maps already"},
      {"aws,us-west-2,,,electricity-maps,US-NW-BPAT,alternative,,\n",
       "zone US-NW-BPAT stands twice for region us-west-2"},
      {"aws,r,,,p,A,default\n", "expected 9 fields as in the header, found 7"},
  };
  for (const auto& [row, message] : table) {
    const auto parsed = ParseRegionsCsv(kHeader + good + row, "my.csv");
    ASSERT_FALSE(parsed) << row;
    EXPECT_EQ(parsed.error(), Invalid("my.csv:3: " + message));
  }
  EXPECT_EQ(ParseRegionsCsv("region,zone\n", "my.csv").error(),
            Invalid("my.csv:1: the header has no column 'cloud'"));
}

// ---- --region

TEST(Regions, AnAssignmentReplacesTheZoneAndKeepsTheOverhead) {
  RegionMap regions = BuiltIn("electricity-maps");
  regions["us-west-2"].pue = 1.1;
  ASSERT_TRUE(OverrideRegion(regions, "us-west-2=US-NW-BPAT"));
  EXPECT_EQ(regions.at("us-west-2").zone.name, "US-NW-BPAT");
  EXPECT_EQ(regions.at("us-west-2").pue, 1.1);
  EXPECT_EQ(regions.at("us-west-2").source, "--region");
  EXPECT_EQ(regions.at("us-west-2").as_of, "");
  EXPECT_EQ(regions.at("us-west-2").alternatives,
            (std::vector<ZoneClaim>{{{"US-NW-PACW"}, "electricity-maps", "2026-08-21"}}));
}

TEST(Regions, AnAssignmentAddsARegion) {
  RegionMap regions;
  ASSERT_TRUE(OverrideRegion(regions, "cellar_1.b=DE"));
  EXPECT_EQ(regions.at("cellar_1.b").zone.name, "DE");
  EXPECT_THAT(regions.at("cellar_1.b").alternatives, IsEmpty());
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

// ---- What another provider calls a zone

TEST(Regions, TranslatesZonesIntoAnotherProvidersNames) {
  const ZoneNames names = TranslateZones(BuiltInRegions(), "electricity-maps", "eia");
  EXPECT_EQ(names.at({"US-MIDA-PJM"}).name, "PJM");
  EXPECT_EQ(names.at({"US-NW-PACW"}).name, "PACW");
  EXPECT_EQ(names.at({"US-NW-BPAT"}).name, "BPAT") << "an alternative's zone has a name too";
  EXPECT_THAT(names, Not(Contains(Key(grid::ZoneId{"DE"}))));
  const ZoneNames back = TranslateZones(BuiltInRegions(), "eia", "electricity-maps");
  EXPECT_EQ(back.at({"PJM"}).name, "US-MIDA-PJM");
  const ZoneNames british =
      TranslateZones(BuiltInRegions(), "electricity-maps", "gb-carbon-intensity");
  EXPECT_THAT(british, ElementsAre(std::pair(grid::ZoneId{"GB"}, grid::ZoneId{"GB"})));
}

TEST(Regions, TranslatesByTheDefaultsWhereASourceNamesOnlyOneOfThem) {
  const ZoneNames names = TranslateZones(BuiltInRegions(), "electricity-maps", "carbon-aware-sdk");
  EXPECT_EQ(names.at({"NL"}).name, "westeurope");
  EXPECT_THAT(names, Not(Contains(Key(grid::ZoneId{"US-MIDA-PJM"})))) << "eastus or eastus2?";
}

TEST(Regions, DoesNotTakeOneSourcesZoneForAnothersName) {
  // One source puts the region in A and calls that a; the other, in B, calls it b. A is not b.
  const RegionRows rows = Parse(
      "own,r,,,first,A,default,one,\nown,r,,,first,B,alternative,two,\n"
      "own,r,,,second,b,default,two,\n");
  EXPECT_THAT(TranslateZones(rows, "first", "second"),
              ElementsAre(std::pair(grid::ZoneId{"B"}, grid::ZoneId{"b"})));
}

TEST(Regions, AUserNamesAZoneForTheStandIn) {
  ZoneNames names = TranslateZones(BuiltInRegions(), "electricity-maps", "eia");
  ASSERT_TRUE(OverrideZoneName(names, "US-MIDA-PJM=MISO"));
  EXPECT_EQ(names.at({"US-MIDA-PJM"}).name, "MISO");
  EXPECT_EQ(OverrideZoneName(names, "DE").error(),
            Invalid("'DE' is not ZONE=NAME, such as US-CAL-CISO=CISO"));
}

TEST(Regions, TellsElectricityMapsOwnList) {
  const auto centers = DataCenters(BuiltInRegions());
  EXPECT_EQ(centers.at({"aws", "us-west-2"}).name, "US-NW-PACW");
  EXPECT_EQ(centers.at({"gcp", "northamerica-northeast2"}).name, "US-MIDA-PJM");
  EXPECT_EQ(centers.count({"aws", "us-gov-west-1"}), 0U) << "only others name it";
}

}  // namespace
}  // namespace carbon::workloads
