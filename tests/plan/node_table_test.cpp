// SPDX-License-Identifier: Apache-2.0
#include "plan/node_table.h"

#include <gtest/gtest.h>

#include <string>

namespace carbon::plan {
namespace {

NodeSite SiteIn(const std::string& zone, const char* instance_type = "m5.large") {
  return {.zone = {zone}, .model = energy::AwsNodeModel(instance_type)};
}

TEST(NodeTable, KnowsEachNodesSite) {
  NodeTable nodes;
  nodes.Upsert("a", SiteIn("DE"));
  nodes.Upsert("b", SiteIn("SE"));
  ASSERT_TRUE(nodes.Find("a"));
  EXPECT_EQ(nodes.sites()[*nodes.Find("a")], SiteIn("DE"));
  EXPECT_EQ(nodes.sites()[*nodes.Find("b")], SiteIn("SE"));
  EXPECT_FALSE(nodes.Find("c"));
  EXPECT_FALSE(nodes.Find(""));
  EXPECT_EQ(nodes.size(), 2U);
}

TEST(NodeTable, LikeNodesShareASiteAndLikeSitesAZone) {
  NodeTable nodes;
  for (int i = 0; i < 5000; ++i) {
    nodes.Upsert("node-" + std::to_string(i),
                 SiteIn(i % 2 == 0 ? "DE" : "SE", i % 3 == 0 ? "m5.large" : "m6g.large"));
  }
  EXPECT_EQ(nodes.size(), 5000U);
  ASSERT_EQ(nodes.sites().size(), 4U);
  ASSERT_EQ(nodes.zones().size(), 2U);
  for (size_t site = 0; site < nodes.sites().size(); ++site) {
    EXPECT_EQ(nodes.zones()[nodes.ZoneOf(site)], nodes.sites()[site].zone);
  }
  for (int i = 0; i < 5000; ++i) {
    const auto site = nodes.Find("node-" + std::to_string(i));
    ASSERT_TRUE(site) << i;
    EXPECT_EQ(nodes.sites()[*site].zone.name, i % 2 == 0 ? "DE" : "SE") << i;
  }
}

TEST(NodeTable, TakesChangesInAndForgets) {
  NodeTable nodes;
  nodes.Upsert("a", SiteIn("DE"));
  const NodeTable before = nodes;
  nodes.Upsert("a", SiteIn("SE"));
  EXPECT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes.sites()[*nodes.Find("a")].zone.name, "SE");
  EXPECT_EQ(before.sites()[*before.Find("a")].zone.name, "DE") << "a copy is a copy";
  nodes.Remove("a");
  nodes.Remove("never there");
  EXPECT_FALSE(nodes.Find("a"));
  EXPECT_EQ(nodes.size(), 0U);
}

}  // namespace
}  // namespace carbon::plan
