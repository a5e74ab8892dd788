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

  static net::HttpResponse Ask(Extender& extender, const std::string& body,
                               const std::string& path) {
    return extender.Answer({.method = "POST",
                            .path = path,
                            .query = {},
                            .parameters = {},
                            .headers = {},
                            .body = body});
  }
  net::HttpResponse Ask(const std::string& body, const std::string& path = "/prioritize") {
    return Ask(extender_, body, path);
  }

  double Count(ExtenderVerb verb, ExtenderOutcome outcome) const {
    return metrics_.Count(verb, outcome);
  }

  net::FakeClock clock_{kNoon};
  workloads::NodeRanker ranker_{*workloads::ParseNodeRankerOptions("")};
  ExtenderMetrics metrics_;
  Extender extender_{ranker_, clock_, metrics_, {.limit = GramsPerKwh(300)}};
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
  EXPECT_EQ(Count(ExtenderVerb::prioritize, ExtenderOutcome::answered), 1);
  EXPECT_EQ(metrics_.LastAsked(), kNoon);
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
  EXPECT_EQ(Count(ExtenderVerb::prioritize, ExtenderOutcome::no_signal), 1);
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
  EXPECT_EQ(Count(ExtenderVerb::prioritize, ExtenderOutcome::invalid), table.size());
}

TEST_F(ExtenderTest, SaysOnceThatNobodyAsksAnyMore) {
  SilenceWatch silence;
  EXPECT_FALSE(silence.Look(metrics_.LastAsked(), clock_.Now())) << "nobody ever did";
  (void)Ask("{}");
  EXPECT_FALSE(silence.Look(metrics_.LastAsked(), clock_.Now()));
  clock_.Advance(SilenceWatch::kSilence);
  const auto notice = silence.Look(metrics_.LastAsked(), clock_.Now());
  ASSERT_TRUE(notice);
  EXPECT_TRUE(notice->warning);
  EXPECT_THAT(notice->text, HasSubstr("no scheduler has asked since 2021-07-01T12:00:00Z"));
  EXPECT_FALSE(silence.Look(metrics_.LastAsked(), clock_.Now()));
  (void)Ask("{}");
  EXPECT_EQ(silence.Look(metrics_.LastAsked(), clock_.Now())->text, "a scheduler asks again");
}

std::string PodWith(const std::string& labels, const std::string& annotations,
                    const std::string& created = "2021-07-01T11:00:00Z") {
  return R"({"metadata":{"name":"a","namespace":"b","creationTimestamp":")" + created +
         R"(","labels":)" + labels + R"(,"annotations":)" + annotations + "}}";
}
constexpr const char* kManaged = R"({"carbon-kube.io/managed":"true"})";
constexpr const char* kAll = R"(["german","swedish","nowhere"])";
constexpr const char* kAllPass =
    R"({"Nodes":null,"NodeNames":["german","swedish","nowhere"],"FailedNodes":{},)"
    R"("FailedAndUnresolvableNodes":{},"Error":""})";

TEST_F(ExtenderTest, RefusesNodesOverTheLimitToAManagedPod) {
  const auto answer = Ask(Args(PodWith(kManaged, "{}"), "null", kAll), "/filter");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"Nodes":null,"NodeNames":["swedish","nowhere"],"FailedNodes":{},)"
            R"("FailedAndUnresolvableNodes":{"german":"carbon intensity is 400 g/kWh there, over )"
            R"(the limit of 300"},"Error":""})");
  EXPECT_EQ(Count(ExtenderVerb::filter, ExtenderOutcome::answered), 1);
  EXPECT_THAT(metrics_.Text(), HasSubstr("carbonkube_extender_refused_nodes_total 1\n"));
}

TEST_F(ExtenderTest, HandsWholeNodesBackAsTheyCame) {
  const std::string swedish = R"({"metadata":{"name":"swedish","labels":{"a":"b"}},"spec":{}})";
  const auto answer =
      Ask(Args(PodWith(kManaged, "{}"),
               R"({"items":[{"metadata":{"name":"german"}},)" + swedish + "]}", "null"),
          "/filter");
  EXPECT_THAT(answer.body,
              HasSubstr(R"({"Nodes":{"items":[)" + swedish + R"(]},"NodeNames":null)"));
}

TEST_F(ExtenderTest, RefusesNothingToWhomTheLimitIsNotFor) {
  struct Row {
    const char* why;
    std::string pod;
  };
  const std::vector<Row> table = {
      {"not managed", PodWith("{}", "{}")},
      {"managed by somebody else", PodWith(R"({"carbon-kube.io/managed":"false"})", "{}")},
      {"has to start in ten minutes",
       PodWith(kManaged, R"({"carbon-kube.io/deadline":"2021-07-01T14:10:00Z",)"
                         R"("carbon-kube.io/expected-duration":"2h"})")},
      {"has waited as long as it may", PodWith(kManaged, R"({"carbon-kube.io/max-delay":"1h"})")},
      {"has waited as long as is usual", PodWith(kManaged, "{}", "2021-07-01T06:00:00Z")},
      {"its wish cannot be read", PodWith(kManaged, R"({"carbon-kube.io/deadline":"soon"})")},
      {"is no pod", R"({"metadata":{"labels":{"carbon-kube.io/managed":"true"}}})"},
  };
  for (const Row& row : table) {
    EXPECT_EQ(Ask(Args(row.pod, "null", kAll), "/filter").body, kAllPass) << row.why;
  }
  EXPECT_THAT(metrics_.Text(), HasSubstr("carbonkube_extender_limit_waived_total 5\n"));
  const auto patient = PodWith(kManaged, R"({"carbon-kube.io/deadline":"2021-07-01T14:11:00Z",)"
                                         R"("carbon-kube.io/expected-duration":"2h"})");
  EXPECT_NE(Ask(Args(patient, "null", kAll), "/filter").body, kAllPass) << "a minute more";
}

TEST_F(ExtenderTest, APodThatDoesNotSayMayWaitAsLongAsTheControllerHasIt) {
  Extender impatient(ranker_, clock_, metrics_,
                     {.limit = GramsPerKwh(300),
                      .defaults = {.max_delay = hours(1), .length = hours(1), .cpu_cores = 1}});
  const std::string question = Args(PodWith(kManaged, "{}"), "null", kAll);
  EXPECT_EQ(Ask(impatient, question, "/filter").body, kAllPass);
}

TEST_F(ExtenderTest, RefusesNothingWithoutASignalOrWithoutALimit) {
  const std::string question = Args(PodWith(kManaged, "{}", "2021-07-01T12:00:00Z"), "null", kAll);
  Extender unlimited(ranker_, clock_, metrics_);
  EXPECT_EQ(Ask(unlimited, question, "/filter").body, kAllPass);
  clock_.Advance(hours(3));
  EXPECT_EQ(Ask(question, "/filter").body, kAllPass);
  EXPECT_EQ(Count(ExtenderVerb::filter, ExtenderOutcome::no_signal), 1);
}

TEST_F(ExtenderTest, TellsPrometheusHowLongItTook) {
  (void)Ask(Args(kPod, "null", R"(["german","nowhere"])"));
  (void)Ask("{}");
  const std::string text = metrics_.Text();
  for (const char* line :
       {R"(carbonkube_extender_requests_total{outcome="answered",verb="prioritize"} 1)",
        R"(carbonkube_extender_requests_total{outcome="invalid",verb="prioritize"} 1)",
        R"(carbonkube_extender_requests_total{outcome="answered",verb="filter"} 0)",
        R"(carbonkube_extender_request_duration_seconds_count{verb="prioritize"} 2)",
        "carbonkube_extender_unknown_nodes_total 1",
        "carbonkube_extender_last_request_timestamp_seconds 1625140800"}) {
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
  }
}

TEST_F(ExtenderTest, HasItsPathsAndNoOthers) {
  const auto status = [&](const std::string& method, const std::string& path) {
    const net::ServerRequest request{
        .method = method, .path = path, .query = {}, .parameters = {}, .headers = {}, .body = "{}"};
    return std::pair(extender_.Answer(request).status, extender_.Observe(request).status);
  };
  EXPECT_EQ(status("GET", "/healthz"), std::pair(200, 200));
  EXPECT_EQ(status("GET", "/metrics"), std::pair(200, 200));
  EXPECT_EQ(status("POST", "/prioritize"), std::pair(400, 404)) << "who observes may not ask";
  EXPECT_EQ(status("POST", "/filter"), std::pair(400, 404));
  EXPECT_EQ(status("GET", "/prioritize"), std::pair(405, 404));
  EXPECT_EQ(status("GET", "/bind"), std::pair(404, 404));
}

}  // namespace
}  // namespace carbon::serve
