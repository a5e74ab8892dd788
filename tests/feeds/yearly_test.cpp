// SPDX-License-Identifier: Apache-2.0
#include "feeds/yearly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "feeds/feeds.h"

namespace carbon::feeds {
namespace {

using grid::SignalKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

const std::string kHeader = "provider,zone,kind,g_per_kwh,year,source\n";

Result<YearlyMeansByZone> Parse(const std::string& rows) {
  return ParseYearlyCsv(kHeader + rows, "y.csv", "p", SignalKind::average_direct);
}

TEST(YearlyMeans, AreThoseOfTheRecordings) {
  const auto lifecycle = YearlyMeans("electricity-maps", SignalKind::average_lifecycle);
  EXPECT_EQ(lifecycle.at({"DE"}), (grid::YearlyMean{GramsPerKwh(346.2), "carboncast 2021"}));
  EXPECT_EQ(lifecycle.at({"US-NW-BPAT"}).intensity, GramsPerKwh(70.1));
  EXPECT_EQ(lifecycle.size(), 5U);
  const auto direct = YearlyMeans("electricity-maps", SignalKind::average_direct);
  EXPECT_EQ(direct.at({"DE"}).intensity, GramsPerKwh(281.5));
  EXPECT_EQ(YearlyMeans("eia", SignalKind::average_direct).at({"PJM"}).intensity,
            GramsPerKwh(310.0));
}

TEST(YearlyMeans, FactorsOfCountriesAreDirectOnly) {
  const auto direct = YearlyMeans("electricity-maps", SignalKind::average_direct);
  EXPECT_EQ(direct.at({"FR"}), (grid::YearlyMean{GramsPerKwh(52), "cloud-carbon-footprint"}));
  EXPECT_THAT(YearlyMeans("electricity-maps", SignalKind::average_lifecycle),
              Not(Contains(Key(grid::ZoneId{"FR"}))));
}

TEST(YearlyMeans, AZoneThatIsAPartOfACountryHasNotTheCountrysMean) {
  const auto direct = YearlyMeans("electricity-maps", SignalKind::average_direct);
  for (const char* zone : {"CA-QC", "IT-NO", "JP-TK", "AU-NSW", "IN-WE", "SE-SE3", "US-NW-PACW"}) {
    EXPECT_THAT(direct, Not(Contains(Key(grid::ZoneId{zone}))));
  }
}

TEST(YearlyMeans, LessIsEmittedAtTheStackThanInAll) {
  for (const char* provider : {"electricity-maps", "eia"}) {
    const auto direct = YearlyMeans(provider, SignalKind::average_direct);
    for (const auto& [zone, mean] : YearlyMeans(provider, SignalKind::average_lifecycle)) {
      const auto found = direct.find(zone);
      if (found != direct.end()) {
        EXPECT_LT(found->second.intensity, mean.intensity) << zone.name;
      }
    }
  }
}

TEST(YearlyMeans, ThereIsNoneForAMarginalSignalNorForWhoeverElse) {
  for (const Provider& provider : Providers()) {
    EXPECT_THAT(YearlyMeans(provider.name, SignalKind::marginal), IsEmpty());
  }
  EXPECT_THAT(YearlyMeans("carbon-aware-sdk", SignalKind::average_lifecycle), IsEmpty());
}

TEST(ParseYearlyCsv, TakesTheRowsOfAProviderAndAKind) {
  const auto means = Parse(
      "p,DE,average-direct,100,2021,s\np,DE,average-lifecycle,200,2021,s\n"
      "q,DE,average-direct,300,2021,s\np,FR,average-direct,0,,t\n");
  ASSERT_TRUE(means) << means.error().message;
  EXPECT_THAT(
      *means,
      ElementsAre(std::pair(grid::ZoneId{"DE"}, grid::YearlyMean{GramsPerKwh(100), "s 2021"}),
                  std::pair(grid::ZoneId{"FR"}, grid::YearlyMean{GramsPerKwh(0), "t"})));
}

TEST(ParseYearlyCsv, SaysWhereATableIsWrong) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"p,DE,average,1,2021,s\n", "'average' is no kind of signal"},
      {"p,DE,marginal,,2021,s\n", "g_per_kwh '' is not a number from 0 to 10000"},
      {"p,DE,marginal,-1,2021,s\n", "g_per_kwh '-1' is not a number from 0 to 10000"},
      {"p,DE,marginal,10001,2021,s\n", "g_per_kwh '10001' is not a number from 0 to 10000"},
      {"p,DE,marginal,1,2021,\n", "provider, zone and source must not be empty"},
      {"p,X,average-direct,2,2020,s\n", "zone X has a mean of that kind already"},
  };
  for (const auto& [row, message] : table) {
    const auto means = Parse("p,X,average-direct,1,2021,s\n" + row);
    ASSERT_FALSE(means) << row;
    EXPECT_EQ(means.error(), Invalid("y.csv:3: " + message));
  }
}

}  // namespace
}  // namespace carbon::feeds
