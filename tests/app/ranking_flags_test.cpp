// SPDX-License-Identifier: Apache-2.0
#include "app/ranking_flags.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "support/command_line.h"
#include "workloads/node_ranker.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

Result<json::object> Options(const std::vector<std::string>& arguments) {
  CLI::App app;
  RankingFlags flags;
  AddRankingFlags(app, flags);
  ParseInOrder(app, arguments);
  return RankingOptionsOf(flags);
}

std::string TableOf(const std::string& rows) {
  std::string path = testing::TempDir() + "ranking_regions.csv";
  std::ofstream(path) << "cloud,region,latitude,longitude,provider,zone,use,source,as_of\n" + rows;
  return path;
}

TEST(RankingFlags, AskForNothingThatARankerDoesUnasked) {
  EXPECT_EQ(*Options({}), json::object());
  EXPECT_EQ(*Options({"--stale-after", "120m", "--provider", "electricity-maps"}), json::object());
}

TEST(RankingFlags, SayWhatIsAskedForAsARankerReadsIt) {
  const auto options = Options({"--region", "dc-1=NO", "--region", "us-west-1=US-CAL-CISO",
                                "--formula", "intensity-times-cores", "--stale-after", "90m"});
  ASSERT_TRUE(options);
  EXPECT_EQ(*options, (json::object{{"formula", "intensity-times-cores"},
                                    {"stale_after", "1h30m"},
                                    {"regions", {{"dc-1", "NO"}, {"us-west-1", "US-CAL-CISO"}}}}));
  const auto read = workloads::ParseNodeRankerOptions(json::serialize(*options));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rules.formula, plan::Formula::intensity_times_cores);
  EXPECT_EQ(read->rules.stale_after, std::chrono::minutes(90));
  EXPECT_EQ(read->regions.at("dc-1").zone.name, "NO");
}

TEST(RankingFlags, RankByDefaultAsARankerDoes) {
  const RankingFlags usual;
  const workloads::NodeRankerOptions ranker = *workloads::ParseNodeRankerOptions("");
  EXPECT_EQ(usual.formula, plan::ToString(ranker.rules.formula));
  EXPECT_EQ(*StaleAfterOf(usual), ranker.rules.stale_after);
  const auto same =
      workloads::ParseNodeRankerOptions(R"({"provider": ")" + usual.provider + R"("})");
  ASSERT_TRUE(same) << same.error().message;
  ASSERT_EQ(same->regions.size(), ranker.regions.size());
  EXPECT_EQ(same->regions.at("us-east-1").zone, ranker.regions.at("us-east-1").zone);
}

TEST(RankingFlags, AnotherProviderIsNamedAndItsOwnTableCounts) {
  const auto options = Options({"--provider", "gb-carbon-intensity"});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(*options, (json::object{{"provider", "gb-carbon-intensity"}}));
  EXPECT_TRUE(workloads::ParseNodeRankerOptions(json::serialize(*options)));
}

TEST(RankingFlags, OfATableOnlyWhatIsNotBuiltInIsSaid) {
  const std::string table = TableOf(
      "own,dc-2,,,electricity-maps,FR,default,,\n"
      "aws,us-west-1,,,electricity-maps,US-CAL-CISO,default,,\n");
  const auto options = Options({"--regions", table});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(*options, (json::object{{"regions", {{"dc-2", "FR"}}}}));
}

TEST(RankingFlags, RefuseWhatARankerCannotBeTold) {
  const std::string table = TableOf("aws,us-west-1,,,electricity-maps,,none,,\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"--regions", table},
       "--regions: that 'us-west-1' has no zone cannot be told to the plug-in; give it one, or "
       "leave it out"},
      {{"--provider", "nobody"},
       "--provider: it is not known what 'nobody' calls any region's zone; "
       "docs/reference/providers.md has the names"},
      {{"--region", "x"}, "--region: 'x' is not REGION=ZONE, such as eu-north-1=SE"},
      {{"--stale-after", "0s"}, "--stale-after: must be longer than 0s"},
  };
  for (const auto& [arguments, why] : wrong) {
    const auto options = Options(arguments);
    ASSERT_FALSE(options) << why;
    EXPECT_EQ(options.error(), Invalid(why));
  }
}

}  // namespace
}  // namespace carbon::app
