// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <deque>
#include <thread>

#include "kube/object.h"
#include "net/http_server.h"
#include "support/jumping_clock.h"
#include "support/raw_server.h"
#include "support/temp_dir.h"

namespace carbon::kube {
namespace {

namespace json = boost::json;
using net::HttpResponse;
using net::JumpingClock;
using net::ServerRequest;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kPod = "/api/v1/namespaces/x/pods/y";

HttpResponse Json(int status, std::string body) {
  return {status, {{"content-type", "application/json"}}, std::move(body)};
}

HttpResponse Refusal(int code, const std::string& message,
                     const std::string& details = R"({"kind":"Pod"})") {
  return Json(code, R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" +
                        message + R"(","details":)" + details + R"(,"code":)" +
                        std::to_string(code) + "}");
}

/// An API server that gives prepared answers, the last one again and again, and remembers what it
/// was asked.
class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = net::HttpServer::Start({}, [this](const ServerRequest& request) {
      seen_.push_back(request);
      HttpResponse answer = answers_.front();
      if (answers_.size() > 1) {
        answers_.pop_front();
      }
      return answer;
    });
    ASSERT_TRUE(server);
    server_ = std::move(*server);
    connection_.server = "http://127.0.0.1:" + std::to_string(server_->port());
  }

  Client Make(std::stop_token stop = {}) {
    return {connection_, net::MakeHttpClient({}), clock_, std::move(stop), options_};
  }
  Client Answering(std::vector<HttpResponse> answers) {
    answers_.assign(answers.begin(), answers.end());
    return Make();
  }

  JumpingClock clock_;
  Connection connection_;
  ClientOptions options_;
  std::deque<HttpResponse> answers_;  // set before a call, used during it
  std::vector<ServerRequest> seen_;
  std::unique_ptr<net::HttpServer> server_;  // last: its thread uses the others
};

TEST_F(ClientTest, GetReturnsTheObject) {
  connection_.token = "t0";
  auto client = Answering({Json(200, R"({"kind":"Pod","metadata":{"name":"y"}})")});
  const auto pod = client.Get(kPod, {{"x", "a b"}});
  ASSERT_TRUE(pod) << pod.error().message;
  EXPECT_EQ(KeyOf(*pod), "y");
  ASSERT_THAT(seen_, SizeIs(1));
  EXPECT_EQ(seen_[0].method, "GET");
  EXPECT_EQ(seen_[0].path, kPod);
  EXPECT_EQ(seen_[0].query.at("x"), "a b");
  EXPECT_EQ(seen_[0].headers.at("user-agent"), "carbon-kube/" CARBON_KUBE_VERSION);
  EXPECT_EQ(seen_[0].headers.at("authorization"), "Bearer t0");
  EXPECT_EQ(seen_[0].headers.at("accept"), "application/json");
}

TEST_F(ClientTest, EveryVerbSaysWhatKubernetesExpects) {
  auto client = Answering({Json(200, "{}")});
  const json::object object{{"a", 1}};
  ASSERT_TRUE(client.Create("/api/v1/namespaces/x/pods", object, {{"dryRun", "All"}}));
  ASSERT_TRUE(client.Replace(kPod, object));
  ASSERT_TRUE(client.Patch(kPod, PatchKind::merge, object));
  ASSERT_TRUE(client.Patch(kPod, PatchKind::json, json::array{object}));
  ASSERT_TRUE(client.Apply(kPod, object, "carbon-kube", true));
  ASSERT_TRUE(client.Delete(kPod, {.uid = "u1", .grace_seconds = 0, .propagation = "Background"}));
  const std::array<const char*, 3> want[] = {
      {"POST", "application/json", R"({"a":1})"},
      {"PUT", "application/json", R"({"a":1})"},
      {"PATCH", "application/merge-patch+json", R"({"a":1})"},
      {"PATCH", "application/json-patch+json", R"([{"a":1}])"},
      {"PATCH", "application/apply-patch+yaml", R"({"a":1})"},
      {"DELETE", "application/json",
       R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u1"},)"
       R"("gracePeriodSeconds":0,"propagationPolicy":"Background"})"},
  };
  ASSERT_THAT(seen_, SizeIs(std::size(want)));
  for (size_t i = 0; i < seen_.size(); ++i) {
    EXPECT_EQ(seen_[i].method, want[i][0]);
    EXPECT_EQ(seen_[i].headers.at("content-type"), want[i][1]);
    EXPECT_EQ(seen_[i].body, want[i][2]);
  }
  EXPECT_EQ(seen_[0].query.at("dryRun"), "All");
  EXPECT_EQ(seen_[4].query.at("fieldManager"), "carbon-kube");
  EXPECT_EQ(seen_[4].query.at("force"), "true");
}

TEST_F(ClientTest, StatusesBecomeErrorsOfTheirKind) {
  struct Case {
    int code;
    Error::Kind kind;
  };
  const Case cases[] = {
      {400, Error::Kind::internal},    {401, Error::Kind::denied},
      {403, Error::Kind::denied},      {404, Error::Kind::not_found},
      {405, Error::Kind::internal},    {408, Error::Kind::timeout},
      {409, Error::Kind::conflict},    {410, Error::Kind::expired},
      {422, Error::Kind::internal},    {429, Error::Kind::unavailable},
      {500, Error::Kind::unavailable}, {503, Error::Kind::unavailable},
      {504, Error::Kind::timeout},     {302, Error::Kind::internal},
  };
  for (const Case& c : cases) {
    auto client = Answering({Refusal(c.code, "because")});
    const auto answer = client.Get(kPod);
    ASSERT_FALSE(answer) << c.code;
    EXPECT_EQ(answer.error(), (Error{c.kind, "GET /api/v1/namespaces/x/pods/y: because (HTTP " +
                                                 std::to_string(c.code) + ")"}));
  }
}

TEST_F(ClientTest, AJsonPatchThatDoesNotFitIsConflict) {
  const std::pair<const char*, Error::Kind> cases[] = {
      {"{}", Error::Kind::conflict},
      {R"({"name":"y","kind":"Pod","causes":[{"field":"spec"}]})", Error::Kind::internal}};
  for (const auto& [details, kind] : cases) {
    auto client = Answering({Refusal(422, "the server rejected our request", details)});
    const auto answer = client.Patch(kPod, PatchKind::json, json::array());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, kind) << details;
  }
}

TEST_F(ClientTest, ForeignAnswersAreUnavailableAndUnquoted) {
  const std::pair<HttpResponse, std::string> cases[] = {
      {{502, {}, "<html>secret</html>"}, "the server refused without a word (HTTP 502)"},
      {{200, {}, "<html>secret</html>"}, "the answer is not JSON: syntax error"},
      {{200, {}, R"({"kind":"Po)"}, "the answer is not JSON: incomplete JSON"},
      {{200, {}, "[1]"}, "the answer is not a JSON object"},
      {{200, {}, ""}, "the answer is not JSON: incomplete JSON"},
  };
  for (const auto& [response, want] : cases) {
    auto client = Answering({response});
    const auto answer = client.Get(kPod);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Error::Kind::unavailable);
    EXPECT_THAT(answer.error().message, HasSubstr(want));
    EXPECT_THAT(answer.error().message, testing::Not(HasSubstr("secret")));
  }
}

TEST_F(ClientTest, BoundsTheAnswer) {
  options_.max_answer = 100;
  options_.tries = 1;
  auto client = Answering({Json(200, "{\"a\":\"" + std::string(100, 'x') + "\"}")});
  EXPECT_THAT(client.Get(kPod).error().message, HasSubstr("larger than 100 bytes"));
}

TEST_F(ClientTest, WaitsAsLongAsTheServerAsks) {
  HttpResponse busy = Refusal(429, "too many requests");
  busy.headers["retry-after"] = "7";
  auto client = Answering({busy, Refusal(503, "starting"), Json(200, "{}")});
  EXPECT_TRUE(client.Get(kPod));
  ASSERT_THAT(clock_.naps(), SizeIs(2));
  EXPECT_EQ(clock_.naps()[0], Duration(seconds(7)));
  EXPECT_LT(clock_.naps()[1], Duration(seconds(1)));
}

TEST_F(ClientTest, GivesUpAfterItsTriesOrItsPatience) {
  auto client = Answering({Refusal(503, "starting")});
  EXPECT_FALSE(client.Get(kPod));
  EXPECT_THAT(seen_, SizeIs(5));
  seen_.clear();
  HttpResponse busy = Refusal(429, "much later");
  busy.headers["retry-after"] = "31";
  auto other = Answering({busy});
  EXPECT_EQ(other.Get(kPod).error().kind, Error::Kind::unavailable);
  EXPECT_THAT(seen_, SizeIs(1));
}

TEST_F(ClientTest, RepeatsOnlyWhatMayBeRepeated) {
  const json::object object{{"a", 1}};
  auto client = Answering({Refusal(503, "starting")});
  EXPECT_FALSE(client.Create("/api/v1/namespaces", object));
  EXPECT_FALSE(client.Patch(kPod, PatchKind::json, json::array()));
  EXPECT_THAT(seen_, SizeIs(2));
  EXPECT_FALSE(client.Patch(kPod, PatchKind::merge, object));
  EXPECT_THAT(seen_, SizeIs(2 + 5));
}

TEST_F(ClientTest, ABusyServerHasDoneNothingSoCreateIsRepeated) {
  HttpResponse asked = Refusal(500, "etcd is electing");
  asked.headers["retry-after"] = "1";
  auto client = Answering({Refusal(429, "busy"), asked, Json(201, "{}")});
  EXPECT_TRUE(client.Create("/api/v1/namespaces", {}));
  EXPECT_THAT(seen_, SizeIs(3));
}

TEST_F(ClientTest, ADisruptionBudgetIsNotWaitedFor) {
  HttpResponse budget = Refusal(429, "Cannot evict pod as it would violate the pod's budget.",
                                R"({"causes":[{"reason":"DisruptionBudget","message":"m"}]})");
  budget.headers["retry-after"] = "10";
  auto client = Answering({budget});
  const auto answer = client.Create(std::string(kPod) + "/eviction", {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Error::Kind::conflict);
  EXPECT_THAT(seen_, SizeIs(1));
}

TEST_F(ClientTest, ReadsItsTokenAgainOn401AndEveryMinute) {
  const TempDir dir;
  connection_.token_file = dir.Write("token", "first\n");
  auto client = Answering({Json(200, "{}"), Refusal(401, "Unauthorized"), Json(200, "{}")});
  ASSERT_TRUE(client.Get(kPod));
  dir.Write("token", "second\n");
  ASSERT_TRUE(client.Get(kPod));
  dir.Write("token", "third\n");
  clock_.Advance(seconds(59));
  ASSERT_TRUE(client.Get(kPod));
  clock_.Advance(seconds(1));
  ASSERT_TRUE(client.Get(kPod));
  std::vector<std::string> tokens;
  for (const ServerRequest& request : seen_) {
    tokens.push_back(request.headers.at("authorization"));
  }
  EXPECT_THAT(tokens, ElementsAre("Bearer first", "Bearer first", "Bearer second", "Bearer second",
                                  "Bearer third"));
  EXPECT_THAT(clock_.naps(), SizeIs(0));
}

TEST_F(ClientTest, A401ThatStaysIsDenied) {
  const TempDir dir;
  connection_.token_file = dir.Write("token", "stale");
  auto client = Answering({Refusal(401, "Unauthorized")});
  EXPECT_EQ(client.Get(kPod).error().kind, Error::Kind::denied);
  EXPECT_THAT(seen_, SizeIs(2));
}

TEST_F(ClientTest, KeepsTheLastTokenWhereItsFileIsGone) {
  const TempDir dir;
  connection_.token_file = dir.Write("token", "first");
  auto client = Answering({Json(200, "{}")});
  ASSERT_TRUE(client.Get(kPod));
  std::filesystem::remove(dir.Path("token"));
  clock_.Advance(minutes(5));
  ASSERT_TRUE(client.Get(kPod));
  EXPECT_EQ(seen_[1].headers.at("authorization"), "Bearer first");
}

TEST_F(ClientTest, RefusesPathsThatMeanAnotherThing) {
  auto client = Answering({Json(200, "{}")});
  for (const char* path : {"", "/", "api/v1", "/healthz", "/api/v1/../v2", "/api/v1/./x",
                           "/api//v1", "/api/v1/", "/api/v1/pods?watch=1", "/api/v1/a b",
                           "/api/v1/%2", "/api/v1/%zz", "/api/v1/a#b", "/api/v1/a\nb"}) {
    EXPECT_EQ(client.Get(path).error().kind, Error::Kind::internal) << path;
  }
  EXPECT_THAT(seen_, SizeIs(0));
  EXPECT_TRUE(client.Get(ApiPath({"api", "v1", "nodes", "a b/c?d"})));
  EXPECT_EQ(seen_.at(0).path, "/api/v1/nodes/a b/c?d");
}

HttpResponse Page(const std::string& names, const std::string& next) {
  std::string items;
  for (const char name : names) {
    items += (items.empty() ? "" : ",") + std::string(R"({"metadata":{"name":")") + name + "\"}}";
  }
  return Json(200, R"({"metadata":{"resourceVersion":"7","continue":")" + next + R"("},"items":[)" +
                       items + "]}");
}

std::string Names(const json::array& items) {
  std::string names;
  for (const json::value& item : items) {
    names += KeyOf(item.as_object());
  }
  return names;
}

TEST_F(ClientTest, ListsPageByPage) {
  options_.page = 2;
  auto client = Answering({Page("ab", "c1"), Page("cd", "c2"), Page("e", "")});
  const auto list = client.List("/api/v1/pods", {.labels = "a in (b,c)", .fields = "x=y"});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(Names(list->items), "abcde");
  EXPECT_EQ(list->resource_version, "7");
  ASSERT_THAT(seen_, SizeIs(3));
  EXPECT_FALSE(seen_[0].query.contains("continue"));
  EXPECT_EQ(seen_[1].query.at("continue"), "c1");
  EXPECT_EQ(seen_[2].query.at("continue"), "c2");
  for (const ServerRequest& request : seen_) {
    EXPECT_EQ(request.query.at("limit"), "2");
    EXPECT_EQ(request.query.at("labelSelector"), "a in (b,c)");
    EXPECT_EQ(request.query.at("fieldSelector"), "x=y");
  }
}

TEST_F(ClientTest, AListWhoseContinuationExpiresStartsAnew) {
  auto client =
      Answering({Page("ab", "c1"), Refusal(410, "too old"), Page("bc", "c2"), Page("d", "")});
  const auto list = client.List("/api/v1/pods");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(Names(list->items), "bcd");
}

TEST_F(ClientTest, AListThatKeepsExpiringIsGivenUp) {
  std::vector<HttpResponse> answers;
  for (int i = 0; i < 10; ++i) {
    answers.push_back(Page("ab", "c1"));
    answers.push_back(Refusal(410, "too old"));
  }
  auto client = Answering(answers);
  EXPECT_EQ(client.List("/api/v1/pods").error().kind, Error::Kind::expired);
  EXPECT_THAT(seen_, SizeIs(6));
}

TEST_F(ClientTest, OddListsAreNoLists) {
  EXPECT_TRUE(Answering({Json(200, R"({"metadata":{"resourceVersion":"1"},"items":null})")})
                  .List("/api/v1/pods"));
  for (const char* body : {"{}", R"({"metadata":{},"items":{}})", R"({"items":[]})"}) {
    EXPECT_FALSE(Answering({Json(200, body)}).List("/api/v1/pods")) << body;
  }
}

TEST_F(ClientTest, AWatchHandsOverBytesAndItsEndIsSuccess) {
  auto client = Answering({Json(200, "{\"a\":1}\n{")});
  std::string all;
  const Status status = client.Watch("/api/v1/pods", {{"resourceVersion", "7"}}, seconds(5),
                                     [&](std::string_view data) {
                                       all += data;
                                       return true;
                                     });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(all, "{\"a\":1}\n{");
  EXPECT_EQ(seen_[0].query.at("watch"), "1");
  EXPECT_EQ(seen_[0].query.at("resourceVersion"), "7");
}

TEST_F(ClientTest, ARefusedWatchIsAnError) {
  const auto ignore = [](std::string_view) { return true; };
  auto client = Answering({Refusal(410, "too old resource version")});
  EXPECT_EQ(client.Watch("/api/v1/pods", {}, seconds(5), ignore).error().kind,
            Error::Kind::expired);
  auto busy = Answering({Refusal(429, "busy"), Json(200, "{}\n")});
  EXPECT_TRUE(busy.Watch("/api/v1/pods", {}, seconds(5), ignore));
}

TEST(Client, TriesFailedConnectionsAgain) {
  std::atomic<int> count{0};
  const RawServer server([&](Peer& peer) {
    peer.Hear();
    if (++count >= 3) {
      peer.Say(Answer(200, "{}"));
    }
  });
  const JumpingClock clock;
  Connection connection;
  connection.server = server.Url("");
  Client client(connection, net::MakeHttpClient({}), clock);
  EXPECT_TRUE(client.Get(kPod));
  EXPECT_EQ(count, 3);
  count = 0;
  EXPECT_FALSE(client.Create("/api/v1/namespaces", {})) << "it may have been carried out";
  EXPECT_EQ(count, 1);
}

TEST(Client, AStopEndsACallAndItsPauses) {
  const RawServer server([](Peer& peer) {
    while (peer.Hear()) {
      peer.Say(Answer(429, "{}", "Retry-After: 20\r\n"));
    }
  });
  const auto clock = net::MakeMonotonicClock();
  Connection connection;
  connection.server = server.Url("");
  std::stop_source source;
  Client client(connection, net::MakeHttpClient({}), *clock, source.get_token());
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(50));
    source.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(client.Get(kPod));
  EXPECT_FALSE(client.Get(kPod));
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
}

TEST(Client, TrustsNoOtherAuthority) {
  const TestAuthority authority;
  const RawServer server(
      [](Peer& peer) {
        while (peer.Hear()) {
          peer.Say(Answer(200, "{}"));
        }
      },
      ServerTls{authority.Sign("IP:127.0.0.1"), ""});
  const JumpingClock clock;
  Connection connection;
  connection.server = server.Url("");
  connection.tls.ca_pem = TestAuthority().Pem();
  EXPECT_FALSE(MakeClientFactory(connection, clock)({})->Get(kPod));
  connection.tls.ca_pem = authority.Pem();
  EXPECT_TRUE(MakeClientFactory(connection, clock)({})->Get(kPod));
}

}  // namespace
}  // namespace carbon::kube
