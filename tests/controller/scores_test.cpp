// SPDX-License-Identifier: Apache-2.0
#include "controller/scores.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/fake_client.h"
#include "support/fake_clock.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;
using std::chrono::hours;

const Time kNow = *ParseTime("2021-07-01T10:00:00Z");

grid::ZoneReading Reading(const char* zone, double intensity) {
  return {.zone = {zone},
          .kind = grid::SignalKind::average_lifecycle,
          .source = "test",
          .fetched_at = kNow,
          .latest = {},
          .forecast = grid::Forecast{kNow, {kNow, hours(1), std::vector<double>(48, intensity)}},
          .history = {}};
}

grid::ZoneReading Silent(const char* zone) {
  grid::ZoneReading reading = Reading(zone, 1);
  reading.forecast.reset();
  return reading;
}

Scores SomeScores() {
  return Scores::Of(
      grid::Board::Of({Reading("SE", 20), Reading("DE", 300), Silent("FR")}, kNow, {}));
}

class ScoresTest : public testing::Test {
 protected:
  ScoresTest()
      : client_({.server = "https://api"},
                std::make_unique<net::FakeClient>(
                    sent_, [this](const net::HttpRequest&) { return answer_; }),
                clock_) {}

  net::FakeClock clock_{kNow};
  std::vector<net::HttpRequest> sent_;
  net::HttpResponse answer_{200, {}, "{}"};
  kube::Client client_;
  const ScoresPlace place_;
};

TEST_F(ScoresTest, AreAppliedServerSideUnderOurName) {
  ASSERT_TRUE(WriteScores(client_, place_, SomeScores(), kNow));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].method, "PATCH");
  EXPECT_TRUE(sent_[0].url.starts_with(
      "https://api/api/v1/namespaces/carbon-kube/configmaps/carbon-scores?"));
  EXPECT_NE(sent_[0].url.find("fieldManager=carbon-kube"), std::string::npos);
  EXPECT_NE(sent_[0].url.find("force=true"), std::string::npos);
  const json::object map = json::parse(sent_[0].body).as_object();
  EXPECT_EQ(map.at("kind"), "ConfigMap");
  const json::object& data = map.at("data").as_object();
  EXPECT_EQ(data.at("written_at"), "2021-07-01T10:00:00Z");
  EXPECT_EQ(data.at("unknown"), R"(["FR"])");
  const json::array zones = json::parse(data.at("zones").as_string()).as_array();
  ASSERT_EQ(zones.size(), 2U);
  EXPECT_EQ(zones[0].at("zone"), "DE");
  EXPECT_EQ(zones[0].at("intensity").to_number<double>(), 300);
  EXPECT_EQ(zones[1].at("zone"), "SE");
}

TEST_F(ScoresTest, AreReadBackAsTheyWereWritten) {
  const Scores written = SomeScores();
  answer_.body = json::serialize(ConfigMapOf(written, place_, kNow).object);
  const auto read = ReadScores(client_, place_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->zones, written.zones);
  EXPECT_EQ(read->unknown, written.unknown);
  EXPECT_TRUE(SameButForAge(*read, written));
}

TEST_F(ScoresTest, WhatSomebodyElseWroteIsRefusedWithItsName) {
  answer_.body = R"({"data":{"zones":"soon"}})";
  EXPECT_EQ(ReadScores(client_, place_).error().message,
            "ConfigMap carbon-kube/carbon-scores: data.zones: not a JSON array: 'soon'");
  answer_.body = R"({"data":{"zones":"[]","unknown":"[1]"}})";
  EXPECT_EQ(ReadScores(client_, place_).error().message,
            "ConfigMap carbon-kube/carbon-scores: data.unknown: not an array of names: '[1]'");
  answer_.body = R"({"metadata":{}})";
  EXPECT_EQ(ReadScores(client_, place_).error().kind, Error::Kind::invalid);
}

TEST_F(ScoresTest, NoneIsNotFound) {
  answer_ = {404, {}, R"({"kind":"Status","code":404,"message":"no such ConfigMap"})"};
  EXPECT_EQ(ReadScores(client_, place_).error().kind, Error::Kind::not_found);
}

TEST(Scores, AZoneThatBecomesUnknownIsAChange) {
  const Scores all = SomeScores();
  Scores fewer = all;
  fewer.unknown.push_back("SE");
  EXPECT_FALSE(SameButForAge(all, fewer));
  fewer = all;
  fewer.zones.pop_back();
  EXPECT_FALSE(SameButForAge(all, fewer));
}

TEST(Scores, StayBelowWhatAConfigMapHolds) {
  Scores scores = SomeScores();
  scores.zones.resize(4000, scores.zones.front());
  scores.unknown.assign(20'000, "US-SOMEWHERE");
  const ScoresConfigMap map = ConfigMapOf(scores, {}, kNow);
  EXPECT_GT(map.left_out, 0U);
  EXPECT_LT(json::serialize(map.object.at("data")).size(), size_t{1'400'000}) << "escaped";
  size_t bytes = 0;
  for (const auto& entry : map.object.at("data").as_object()) {
    bytes += entry.key().size() + entry.value().as_string().size();
  }
  EXPECT_LE(bytes, size_t{1} << 20);
}

TEST(Scores, OfTheFutureAreNoReading) {
  EXPECT_EQ(ReadingsOf(SomeScores(), kNow).size(), 2U);
  EXPECT_EQ(ReadingsOf(SomeScores(), kNow - hours(1)).size(), 0U);
}

TEST(ScoresPlace, IsANamespaceAndAName) {
  const auto place = ParseScoresPlace("grid/scores");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->name_space, "grid");
  EXPECT_EQ(place->name, "scores");
  for (const char* wrong : {"", "scores", "/", "a/", "/b", "a/b/c", "A/b", "a/../b", "a/b c"}) {
    const auto refused = ParseScoresPlace(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().kind, Error::Kind::invalid);
  }
}

}  // namespace
}  // namespace carbon::controller
