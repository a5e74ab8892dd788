// SPDX-License-Identifier: Apache-2.0
#include "controller/ranker_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/published.h"

namespace carbon::controller {
namespace {

using ::testing::ElementsAre;

RankerFeed::Nodes::Item Node(const std::string& name, const std::string& region) {
  workloads::NodeView node{.name = name,
                           .labels = {{std::string(workloads::kRegionLabel), region}},
                           .taints = {},
                           .usable = true};
  return std::make_shared<const kube::Entry<workloads::NodeView>>(
      kube::Entry<workloads::NodeView>{name, std::move(node)});
}

RankerFeed::Published Map(const std::string& zones) {
  return RankerFeed::Published({std::make_shared<const kube::Entry<std::string>>(
      kube::Entry<std::string>{"carbon-kube/carbon-scores", zones})});
}

class RankerFeedTest : public testing::Test {
 protected:
  std::vector<uint8_t> Scores() {
    const std::vector<std::string_view> asked = {"a", "b"};
    return ranker_.Score({}, kNoon, asked).scores;
  }

  workloads::NodeRanker ranker_{
      *workloads::ParseNodeRankerOptions(R"({"regions":{"north":"SE","middle":"DE"}})")};
  RankerFeed feed_{ranker_};
};

TEST_F(RankerFeedTest, NodesComeChangeAndGo) {
  feed_.Take(Map(Published({{"DE", 400}, {"SE", 40}})));
  const auto a = Node("a", "north");
  feed_.Take(RankerFeed::Nodes({a, Node("b", "middle")}));
  EXPECT_THAT(Scores(), ElementsAre(100, 10));
  feed_.Take(RankerFeed::Nodes({a, Node("b", "north")}));
  EXPECT_THAT(Scores(), ElementsAre(100, 100));
  feed_.Take(RankerFeed::Nodes({Node("b", "middle")}));
  const std::vector<std::string_view> asked = {"a"};
  EXPECT_EQ(ranker_.Score({}, kNoon, asked).unknown, 1U);
}

TEST_F(RankerFeedTest, WhatIsPublishedCountsUntilItGoes) {
  feed_.Take(RankerFeed::Nodes({Node("a", "north"), Node("b", "middle")}));
  EXPECT_THAT(Scores(), ElementsAre(0, 0)) << "nothing yet";
  const auto first = Map(Published({{"DE", 400}, {"SE", 40}}));
  EXPECT_TRUE(feed_.Take(first));
  EXPECT_TRUE(feed_.Take(first));
  EXPECT_THAT(Scores(), ElementsAre(100, 10));
  EXPECT_FALSE(feed_.Take(Map("<html>")));
  EXPECT_THAT(Scores(), ElementsAre(100, 10)) << "what was read before";
  feed_.Take(RankerFeed::Published());
  EXPECT_THAT(Scores(), ElementsAre(0, 0));
}

TEST(RankerFeedOptions, FollowTheOneConfigMap) {
  const auto options = PublishedOptions({.name_space = "carbon-kube", .name = "carbon-scores"});
  EXPECT_EQ(options.path, "/api/v1/namespaces/carbon-kube/configmaps");
  EXPECT_EQ(options.selection.fields, "metadata.name=carbon-scores");
  EXPECT_EQ(ReadPublished(boost::json::object{{"data", boost::json::object{{"zones", "[]"}}}}),
            "[]");
  EXPECT_EQ(ReadPublished({}), "") << "which is then refused as no JSON";
}

}  // namespace
}  // namespace carbon::controller
