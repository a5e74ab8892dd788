// SPDX-License-Identifier: Apache-2.0
#include "serve/extender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/http_server.h"
#include "support/fake_clock.h"
#include "support/published.h"

namespace carbon::serve {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

class ExtenderTest : public testing::Test {
 protected:
  ExtenderTest() {
    EXPECT_TRUE(ranker_.LoadZones(Published({{"DE", 400}, {"SE", 20}, {"FR", 40}})));
    for (const auto& [name, zone] :
         {std::pair("german", "DE"), {"swedish", "SE"}, {"french", "FR"}}) {
      ranker_.Upsert(name, {.region = {}, .instance_type = "m5.large", .zone = zone});
    }
  }

  net::HttpResponse Ask(const std::string& body) {
    return extender_.Answer({.method = "POST",
                             .path = "/prioritize",
                             .query = {},
                             .parameters = {},
                             .headers = {},
                             .body = body});
  }

  net::FakeClock clock_{kNoon};
  workloads::NodeRanker ranker_{*workloads::ParseNodeRankerOptions("")};
  Extender extender_{ranker_, clock_};
};

constexpr const char* kPod =
    R"({"metadata":{"name":"exec-1","namespace":"spark","annotations":{"carbon-kube.io/expected-duration":"2h"}},)"
    R"("spec":{"containers":[{"resources":{"requests":{"cpu":"4","memory":"16Gi"}}}]}})";

std::string Args(const std::string& pod, const std::string& nodes, const std::string& names) {
  return R"({"Pod":)" + pod + R"(,"Nodes":)" + nodes + R"(,"NodeNames":)" + names + "}";
}

TEST_F(ExtenderTest, RanksNodesByTheirNames) {
  const auto answer = Ask(Args(kPod, "null", R"(["german","swedish","french"])"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  // A twentieth is half a tenth.
  EXPECT_EQ(
      answer.body,
      R"([{"Host":"german","Score":1},{"Host":"swedish","Score":10},{"Host":"french","Score":5}])");
  EXPECT_EQ(extender_.counters().answered, 1U);
  EXPECT_EQ(extender_.counters().last_ms, kNoon.time_since_epoch().count());
}

TEST_F(ExtenderTest, RanksWholeNodesByTheNamesInThem) {
  const auto answer = Ask(Args(
      kPod,
      R"({"metadata":{},"items":[{"metadata":{"name":"swedish"}},{"metadata":{"name":"french"}}]})",
      "null"));
  EXPECT_EQ(answer.body, R"([{"Host":"swedish","Score":10},{"Host":"french","Score":5}])");
}

TEST_F(ExtenderTest, LeavesOutWhatHasNothing) {
  ASSERT_TRUE(ranker_.LoadZones(Published({{"DE", 900}, {"SE", 10}})));
  EXPECT_EQ(Ask(Args(kPod, "null", R"(["german","swedish"])")).body,
            R"([{"Host":"swedish","Score":10}])");
}

TEST_F(ExtenderTest, WithoutASignalNoNodeIsPreferred) {
  clock_.Advance(hours(3));
  EXPECT_EQ(Ask(Args(kPod, "null", R"(["german","swedish"])")).body, "[]");
  EXPECT_EQ(extender_.counters().unranked, 1U);
}

TEST_F(ExtenderTest, NamesThatNobodyKnowsCountAsTheMeanAndAreEchoed) {
  EXPECT_EQ(Ask(Args(kPod, "null", R"(["swedish","a\"\u00e9"])")).body,
            "[{\"Host\":\"swedish\",\"Score\":10},{\"Host\":\"a\\\"\u00e9\",\"Score\":10}]");
}

TEST_F(ExtenderTest, APodThatSaysNothingIsTheUsualOne) {
  for (const char* pod : {"null", "{}", R"({"metadata":{"name":"a","namespace":"b"}})", "7",
                          R"({"metadata":{"name":"a","namespace":"b","annotations":)"
                          R"({"carbon-kube.io/expected-duration":"soon"}}})"}) {
    EXPECT_THAT(Ask(Args(pod, "null", R"(["swedish"])")).body, HasSubstr("swedish")) << pod;
  }
}

TEST_F(ExtenderTest, ManyNamesAndDuplicates) {
  std::string names = "[";
  for (int i = 0; i < 50'000; ++i) {
    names += i == 0 ? "" : ",";
    names += i % 2 == 0 ? R"("swedish")" : R"("german")";
  }
  const auto answer = Ask(Args(kPod, "null", names + "]"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_GT(answer.body.size(), 50'000U * 20);
}

TEST_F(ExtenderTest, RefusesBadQuestionsAndSaysWhy) {
  struct Row {
    std::string body;
    const char* why;
  };
  std::string endless = "[";
  for (int i = 0; i < 100'001; ++i) {
    endless += i == 0 ? R"("a")" : R"(,"a")";
  }
  const std::vector<Row> table = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object: '[]'"},
      {R"({"Pod":)", "not a JSON object"},
      {"\xff\xfe", "not a JSON object"},
      {"{}", "neither NodeNames nor Nodes.items is an array"},
      {Args(kPod, "{}", "null"), "neither NodeNames nor Nodes.items"},
      {Args(kPod, R"({"items":{}})", "null"), "neither NodeNames nor Nodes.items"},
      {Args(kPod, "null", "[1]"), "NodeNames is not an array of texts"},
      {Args(kPod, "null", endless + "]"), "more than 100000 nodes"},
  };
  for (const Row& row : table) {
    const auto answer = Ask(row.body);
    EXPECT_EQ(answer.status, 400) << row.why;
    EXPECT_THAT(answer.body, HasSubstr(row.why));
    EXPECT_LT(answer.body.size(), 200U);
  }
  EXPECT_EQ(extender_.counters().refused, table.size());
}

TEST_F(ExtenderTest, SaysOnceThatNobodyAsksAnyMore) {
  SilenceWatch silence;
  EXPECT_FALSE(silence.Look(extender_.counters(), clock_.Now())) << "nobody ever did";
  (void)Ask("{}");
  EXPECT_FALSE(silence.Look(extender_.counters(), clock_.Now()));
  clock_.Advance(SilenceWatch::kSilence);
  const auto notice = silence.Look(extender_.counters(), clock_.Now());
  ASSERT_TRUE(notice);
  EXPECT_TRUE(notice->warning);
  EXPECT_THAT(notice->text, HasSubstr("no scheduler has asked since 2021-07-01T12:00:00Z"));
  EXPECT_FALSE(silence.Look(extender_.counters(), clock_.Now()));
  (void)Ask("{}");
  EXPECT_EQ(silence.Look(extender_.counters(), clock_.Now())->text, "a scheduler asks again");
}

TEST_F(ExtenderTest, HasTwoPaths) {
  const auto get = [&](const std::string& method, const std::string& path) {
    return extender_
        .Answer({.method = method,
                 .path = path,
                 .query = {},
                 .parameters = {},
                 .headers = {},
                 .body = {}})
        .status;
  };
  EXPECT_EQ(get("GET", "/healthz"), 200);
  EXPECT_EQ(get("GET", "/prioritize"), 405);
  EXPECT_EQ(get("POST", "/filter"), 404);
}

}  // namespace
}  // namespace carbon::serve
