// SPDX-License-Identifier: Apache-2.0
#include "workloads/node_ranker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "support/published.h"

namespace carbon::workloads {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr PodRequest kPod{.cpu_cores = 4, .memory_gb = 16, .length = hours(2)};

// ---- Options

TEST(NodeRankerOptions, AreTheUsualOnesWhereNothingIsSaid) {
  for (const char* text : {"", "{}"}) {
    const auto options = ParseNodeRankerOptions(text);
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_EQ(options->rules.formula, plan::Formula::expected_emissions);
    EXPECT_EQ(options->rules.stale_after, hours(2));
    EXPECT_EQ(options->length, hours(1));
    EXPECT_EQ(options->cpu_cores, 1);
    EXPECT_EQ(options->regions.at("eu-central-1").zone.name, "DE");
  }
}

TEST(NodeRankerOptions, AreReadEachByItsName) {
  const auto options = ParseNodeRankerOptions(
      R"({"formula":"intensity-times-cores","stale_after":"30m","provider":"watttime",)"
      R"("regions":{"dc-1":"SE","us-east-1":"MINE"},"default_run":"10m","default_cores":0.5})");
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->rules.formula, plan::Formula::intensity_times_cores);
  EXPECT_EQ(options->rules.stale_after, minutes(30));
  EXPECT_EQ(options->length, minutes(10));
  EXPECT_EQ(options->cpu_cores, 0.5);
  EXPECT_EQ(options->regions.at("dc-1").zone.name, "SE");
  EXPECT_EQ(options->regions.at("us-east-1").zone.name, "MINE");
  EXPECT_EQ(options->regions.at("us-west-1").zone.name, "CAISO_NORTH") << "as WattTime says";
}

TEST(NodeRankerOptions, ThatAreWrongAreRefusedByName) {
  struct Row {
    const char* text;
    const char* why;
  };
  const std::vector<Row> table = {
      {"[]", "not a JSON object: '[]'"},
      {R"({"formula":)", "not a JSON object"},
      {R"({"forumla":"x"})", "'forumla' is no option"},
      {R"({"formula":"grams"})", "formula: is not expected-emissions or intensity-times-cores"},
      {R"({"formula":1})", "formula: is not expected-emissions"},
      {R"({"stale_after":"soon"})", "stale_after: is not a duration such as 1h30m"},
      {R"({"stale_after":"0s"})", "stale_after: is not a duration"},
      {R"({"default_run":3600})", "default_run: is not a duration"},
      {R"({"default_cores":0})", "default_cores: is not a number of cores above 0"},
      {R"({"default_cores":1e300})", "default_cores: is not a number"},
      {R"({"default_cores":"1"})", "default_cores: is not a number"},
      {R"({"provider":"nobody"})", "provider: it is not known what 'nobody' calls"},
      {R"({"provider":7})", "provider: is not a text"},
      {R"({"regions":[]})", "regions: is not an object of region: zone"},
      {R"({"regions":{"a":1}})", "regions: is not a text"},
      {R"({"regions":{"a=b":"c"}})", "regions: 'a=b=c' is not REGION=ZONE"},
  };
  for (const Row& row : table) {
    const auto options = ParseNodeRankerOptions(row.text);
    ASSERT_FALSE(options) << row.text;
    EXPECT_EQ(options.error().kind, Error::Kind::invalid) << row.text;
    EXPECT_THAT(options.error().message, HasSubstr(row.why)) << row.text;
  }
}

// ---- Ranking

TEST(NodeRanker, FindsANodesZoneByItsRegionUnlessItIsSaid) {
  NodeRanker ranker(*ParseNodeRankerOptions(R"({"regions":{"dc-1":"SE"}})"));
  ASSERT_TRUE(ranker.LoadZones(Published({{"DE", 400}, {"SE", 20}, {"FR", 40}})));
  ranker.Upsert("frankfurt", {.region = "eu-central-1", .instance_type = "m5.large", .zone = {}});
  ranker.Upsert("ours", {.region = "dc-1", .instance_type = "m5.large", .zone = {}});
  ranker.Upsert("told", {.region = "eu-central-1", .instance_type = "m5.large", .zone = "FR"});
  ranker.Upsert("bare", {});
  const std::vector<std::string_view> nodes = {"frankfurt", "ours", "told", "bare", "other"};
  const auto scored = ranker.Score(kPod, kNoon, nodes);
  EXPECT_THAT(scored.scores, ElementsAre(5, 100, 50, 13, 13));
  EXPECT_EQ(scored.unknown, 2U);
  EXPECT_TRUE(std::isnan(scored.values[3]));
}

TEST(NodeRanker, APodThatDoesNotSayIsTakenForTheUsualOne) {
  NodeRanker ranker(*ParseNodeRankerOptions(R"({"default_run":"2h","default_cores":4})"));
  ASSERT_TRUE(ranker.LoadZones(Published({{"DE", 400}})));
  ranker.Upsert("a", {.region = "eu-central-1", .instance_type = {}, .zone = {}});
  const std::vector<std::string_view> nodes = {"a"};
  EXPECT_EQ(
      ranker.Score({}, kNoon, nodes).values,
      ranker.Score({.cpu_cores = 4, .memory_gb = 0, .length = hours(2)}, kNoon, nodes).values);
}

TEST(NodeRanker, WhatIsInvalidLeavesWhatWasKnown) {
  NodeRanker ranker(*ParseNodeRankerOptions(""));
  ASSERT_TRUE(ranker.LoadZones(Published({{"DE", 400}})));
  ranker.Upsert("a", {.region = "eu-central-1", .instance_type = {}, .zone = {}});
  EXPECT_FALSE(ranker.LoadZones("[{}]"));
  const std::vector<std::string_view> nodes = {"a"};
  EXPECT_EQ(ranker.Score(kPod, kNoon, nodes).unknown, 0U);
  ranker.ForgetZones();
  EXPECT_EQ(ranker.Score(kPod, kNoon, nodes).unknown, 1U);
}

TEST(NodeRanker, NodesComeChangeAndGo) {
  NodeRanker ranker(*ParseNodeRankerOptions(""));
  ASSERT_TRUE(ranker.LoadZones(Published({{"DE", 400}, {"SE", 20}})));
  const std::vector<std::string_view> nodes = {"a"};
  ranker.Upsert("a", {.region = {}, .instance_type = {}, .zone = "DE"});
  const double german = ranker.Score(kPod, kNoon, nodes).values[0];
  ranker.Upsert("a", {.region = {}, .instance_type = {}, .zone = "SE"});
  EXPECT_NEAR(ranker.Score(kPod, kNoon, nodes).values[0], german / 20, 1e-9);
  ranker.Remove("a");
  EXPECT_EQ(ranker.Score(kPod, kNoon, nodes).unknown, 1U);
}

TEST(NodeRanker, ExplainsAValue) {
  NodeRanker ranker(*ParseNodeRankerOptions(""));
  ASSERT_TRUE(ranker.LoadZones(Published({{"DE", 400}})));
  ranker.Upsert("a", {.region = "eu-central-1", .instance_type = "m6g.large", .zone = {}});
  const Watts power =
      energy::PodPower({.cpu_cores = 4, .memory_gb = 16}, energy::AwsNodeModel("m6g.large"));
  const boost::json::value told({{"node", "a"},
                                 {"zone", "DE"},
                                 {"microarchitecture", "Graviton2"},
                                 {"intensity", 400.0},
                                 {"watts", power.value()},
                                 {"value", (power * hours(2) * GramsPerKwh(400)).value()},
                                 {"source", "test"},
                                 {"rung", "fresh"}});
  EXPECT_EQ(ranker.Explain(kPod, kNoon, "a"), boost::json::serialize(told));
  EXPECT_THAT(ranker.Explain(kPod, kNoon, "b\xff"),
              HasSubstr(R"("node":"b?","zone":"","microarchitecture":"","unknown":"the node is)"));
}

// ---- Threads

/// Sixteen threads ask while others change what is known; what each is told is of one moment.
TEST(NodeRanker, AnswersManyThreadsWhileNodesAndZonesChange) {
  NodeRanker ranker(*ParseNodeRankerOptions(""));
  const std::string dear = Published({{"DE", 400}, {"SE", 40}});
  const std::string cheap = Published({{"DE", 200}, {"SE", 20}});
  ASSERT_TRUE(ranker.LoadZones(dear));
  ranker.Upsert("german", {.region = {}, .instance_type = {}, .zone = "DE"});
  ranker.Upsert("swedish", {.region = {}, .instance_type = {}, .zone = "SE"});
  const std::vector<std::string_view> first = {"german", "swedish"};
  ASSERT_EQ(ranker.Score(kPod, kNoon, first).unknown, 0U) << "taken in before others ask";
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> askers;
  for (int i = 0; i < 16; ++i) {
    askers.emplace_back([&] {
      const std::vector<std::string_view> nodes = {"german", "swedish"};
      while (!done) {
        const auto scored = ranker.Score(kPod, kNoon, nodes);
        wrong += scored.scores == std::vector<uint8_t>{10, 100} && scored.unknown == 0 ? 0 : 1;
        wrong += ranker.Explain(kPod, kNoon, "german").empty() ? 1 : 0;
      }
    });
  }
  std::thread nodes([&] {
    for (int i = 0; i < 3000; ++i) {
      const std::string name = "other-" + std::to_string(i % 100);
      if (i % 3 == 2) {
        ranker.Remove(name);
      } else {
        ranker.Upsert(name, {.region = "eu-central-1", .instance_type = "m5.large", .zone = {}});
      }
    }
  });
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(ranker.LoadZones(i % 2 == 0 ? cheap : dear));
  }
  nodes.join();
  done = true;
  for (std::thread& asker : askers) {
    asker.join();
  }
  EXPECT_EQ(wrong, 0);
  const std::vector<std::string_view> last = {"other-99"};
  EXPECT_EQ(ranker.Score(kPod, kNoon, last).unknown, 1U) << "removed last";
}

}  // namespace
}  // namespace carbon::workloads
