// SPDX-License-Identifier: Apache-2.0
#include "workloads/fleet.h"

#include <gtest/gtest.h>

#include <string>

#include "energy/power.h"
#include "workloads/json.h"

namespace carbon::workloads {
namespace {

const RegionMap kRegions = {
    {"north", {.zone = {"SE"}, .pue = {}}},
    {"east", {.zone = {"PL"}, .pue = 1.5}},
};

NodeView NodeIn(const std::string& region, const std::string& type = "m6i.xlarge") {
  NodeView node{.name = "n", .labels = {}, .taints = {}, .usable = true};
  if (!region.empty()) {
    node.labels[std::string(kRegionLabel)] = region;
  }
  if (!type.empty()) {
    node.labels[std::string(kInstanceTypeLabel)] = type;
  }
  return node;
}

PodView APod(const std::string& rest = "") {
  return *ReadPod(PodOf(
      "{'containers': [{'resources': {'requests': {'cpu': '2', 'memory': '4G'}}}]" + rest + "}"));
}

Watts PowerOn(const std::string& type, double pue) {
  energy::NodeModel model = energy::AwsNodeModel(type);
  model.pue = pue;
  return energy::PodPower({.cpu_cores = 2, .memory_gb = 4}, model);
}

TEST(Fleet, OffersOnePlaceARegion) {
  Fleet fleet({NodeIn("north"), NodeIn("east"), NodeIn("north")}, kRegions);
  EXPECT_EQ(fleet.size(), 3U);
  const std::vector<plan::Place> places = fleet.PlacesFor(APod());
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0], (plan::Place{"east", {"PL"}, PowerOn("m6i.xlarge", 1.5)}));
  EXPECT_EQ(places[1], (plan::Place{"north", {"SE"}, PowerOn("m6i.xlarge", 1.135)}));
  EXPECT_TRUE(fleet.UnknownRegions().empty());
}

TEST(Fleet, OffersNoPlaceOnUnusableNodes) {
  NodeView unusable = NodeIn("north");
  unusable.usable = false;
  Fleet fleet({unusable}, kRegions);
  EXPECT_TRUE(fleet.PlacesFor(APod()).empty());
  EXPECT_TRUE(Fleet({}, kRegions).PlacesFor(APod()).empty());
}

TEST(Fleet, OffersNoPlaceWhereTheRegionIsNotKnownAndNamesIt) {
  Fleet fleet({NodeIn("moon"), NodeIn("moon"), NodeIn("cellar"), NodeIn("")}, kRegions);
  EXPECT_TRUE(fleet.PlacesFor(APod()).empty());
  EXPECT_EQ(fleet.UnknownRegions(), (std::vector<std::string>{"cellar", "moon"}));
}

TEST(Fleet, OffersOnlyWhatThePodAccepts) {
  NodeView tainted = NodeIn("east");
  tainted.taints = {{"spot", "", "NoSchedule"}};
  Fleet fleet({NodeIn("north"), tainted}, kRegions);
  EXPECT_EQ(fleet.PlacesFor(APod()).size(), 1U);
  EXPECT_EQ(fleet.PlacesFor(APod(", 'tolerations': [{'operator': 'Exists'}]")).size(), 2U);
  EXPECT_TRUE(
      fleet.PlacesFor(APod(", 'nodeSelector': {'topology.kubernetes.io/region': 'east'}")).empty());
}

TEST(Fleet, ReckonsWithTheMostCommonInstanceTypeThatThePodAccepts) {
  NodeView tainted = NodeIn("north", "m5.large");
  tainted.taints = {{"spot", "", "NoSchedule"}};
  Fleet fleet({tainted, tainted, tainted, NodeIn("north", "m7g.large"),
               NodeIn("north", "m7g.large"), NodeIn("north", "m6i.large")},
              kRegions);
  EXPECT_EQ(fleet.PlacesFor(APod())[0].power, PowerOn("m7g.large", 1.135));
  EXPECT_EQ(fleet.PlacesFor(APod(", 'tolerations': [{'operator': 'Exists'}]"))[0].power,
            PowerOn("m5.large", 1.135));
}

TEST(Fleet, TakesTheFirstTypeByNameWhereTwoAreAsCommon) {
  for (const bool swapped : {false, true}) {
    Fleet fleet({NodeIn("north", swapped ? "m5.large" : "m7g.large"),
                 NodeIn("north", swapped ? "m7g.large" : "m5.large")},
                kRegions);
    EXPECT_EQ(fleet.PlacesFor(APod())[0].power, PowerOn("m5.large", 1.135));
  }
}

TEST(Fleet, ReckonsWithAnAverageNodeWhereTheTypeIsNotKnown) {
  Fleet fleet({NodeIn("north", "")}, kRegions);
  EXPECT_EQ(fleet.PlacesFor(APod())[0].power, PowerOn("", 1.135));
}

TEST(Fleet, APodWithoutCpuRequestDrawsThePowerOfTheDefaultCores) {
  const PodView silent = *ReadPod(PodOf("{'containers': [{}]}"));
  Fleet fleet({NodeIn("north")}, kRegions);
  Fleet doubled({NodeIn("north")}, kRegions, {.cpu_cores = 2});
  const Watts one = fleet.PlacesFor(silent)[0].power;
  EXPECT_GT(one, Watts(0));
  EXPECT_DOUBLE_EQ(doubled.PlacesFor(silent)[0].power / one, 2);
}

TEST(Fleet, RemembersPlacesButNotPower) {
  Fleet fleet({NodeIn("north")}, kRegions);
  const Watts large = fleet.PlacesFor(APod())[0].power;
  const auto small = *ReadPod(
      PodOf("{'containers': [{'resources': {'requests': {'cpu': '1', 'memory': '2G'}}}]}"));
  EXPECT_DOUBLE_EQ(large / fleet.PlacesFor(small)[0].power, 2);
  EXPECT_EQ(fleet.PlacesFor(APod())[0].power, large);
}

TEST(Fleet, AnswersForTenThousandLikePodsOnFiveThousandNodesFast) {
  std::vector<NodeView> nodes;
  for (int i = 0; i < 5000; ++i) {
    NodeView node = NodeIn(i % 2 == 0 ? "north" : "east");
    node.name += std::to_string(i);
    node.labels["kubernetes.io/hostname"] = node.name;
    nodes.push_back(std::move(node));
  }
  Fleet fleet(std::move(nodes), kRegions);
  const PodView pod = APod(", 'nodeSelector': {'topology.kubernetes.io/region': 'east'}");
  const auto start = std::chrono::steady_clock::now();
  size_t places = 0;
  for (int i = 0; i < 10'000; ++i) {
    places += fleet.PlacesFor(pod).size();
  }
  EXPECT_EQ(places, 10'000U);
  // Without the memory it is 50 million looks at nodes: minutes in this build, not milliseconds.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace carbon::workloads
