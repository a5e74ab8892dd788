// SPDX-License-Identifier: Apache-2.0
// Sessions and secrets of HttpFeed; the rest is in http_feed_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "feeds/http_feed_case.h"
#include "support/raw_server.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- Sessions

/// Opens numbered sessions and lets in who has the newest one.
class Doorman {
 public:
  net::HttpResponse Answer(const net::ServerRequest& request) {
    if (request.path == "/login") {
      ++logins;
      return {200, {}, Session()};
    }
    return request.headers.at("session") == Session() ? net::HttpResponse{200, {}, "75"}
                                                      : net::HttpResponse{401, {}, "who?"};
  }
  std::string Session() const { return "session-" + std::to_string(logins + revoked); }

  int logins = 0;
  int revoked = 0;
};

TEST_F(HttpFeedTest, OpensASessionWhenItNeedsOneAndAnotherWhenThatRunsOut) {
  Make({.needs_login = true});
  Doorman doorman;
  Serve([&](const net::ServerRequest& request) { return doorman.Answer(request); });
  EXPECT_TRUE(Read("DE").reading);
  EXPECT_THAT(Asked(), ElementsAre("/login", "/latest", "/forecast"));
  EXPECT_TRUE(Read("SE").reading);
  EXPECT_THAT(Asked(), ElementsAre("/latest", "/forecast"));
  clock_.Advance(minutes(25));
  EXPECT_TRUE(Read("DE").reading);
  EXPECT_THAT(Asked(), ElementsAre("/login", "/latest", "/forecast"));
}

TEST_F(HttpFeedTest, LogsInOnceMoreWhereTheSessionIsRefused) {
  Make({.needs_login = true});
  Doorman doorman;
  Serve([&](const net::ServerRequest& request) { return doorman.Answer(request); });
  Read();
  Asked();
  {
    const std::lock_guard lock(mutex_);
    doorman.revoked = 5;
  }
  const Answer answer = Read();
  EXPECT_TRUE(answer.reading);
  EXPECT_FALSE(answer.failure);
  EXPECT_THAT(Asked(), ElementsAre("/latest", "/login", "/latest", "/forecast"));
}

TEST_F(HttpFeedTest, GivesUpWhereANewSessionIsRefusedToo) {
  Make({.needs_login = true});
  Serve([](const net::ServerRequest& request) {
    return request.path == "/login" ? net::HttpResponse{200, {}, "session"}
                                    : net::HttpResponse{401, {}, "who is session?"};
  });
  const Answer answer = Read();
  EXPECT_THAT(Asked(), ElementsAre("/login", "/latest", "/login", "/latest"));
  EXPECT_EQ(answer.failure->error, (Error{Error::Kind::denied, "latest: HTTP 401: 'who is ***?'"}));
  EXPECT_EQ(answer.failure->scope, Failure::Scope::provider);
}

TEST_F(HttpFeedTest, AsksForAPlaceInTheSameSession) {
  Make({.needs_login = true});
  Serve([](const net::ServerRequest& request) {
    return net::HttpResponse{200, {}, request.path == "/login" ? "session1" : "75"};
  });
  Read();
  EXPECT_EQ(feed_->Locate({"aws", "us-west-2", {}}, {}).zone, grid::ZoneId{"75"});
  EXPECT_EQ(Header("session"), "session1");
  EXPECT_THAT(Asked(), ElementsAre("/login", "/latest", "/forecast", "/where"));
}

TEST_F(HttpFeedTest, AsksForAPlaceAgainInANewSessionWhereTheOldOneIsRefused) {
  Make({.needs_login = true});
  int logins = 0;
  Serve([&logins](const net::ServerRequest& request) -> net::HttpResponse {
    if (request.path == "/login") {
      return {200, {}, "session" + std::to_string(++logins)};
    }
    const bool good = request.headers.at("session") == "session2";
    return good ? net::HttpResponse{200, {}, "DE"} : net::HttpResponse{401, {}, "expired"};
  });
  EXPECT_EQ(feed_->Locate({"aws", "us-west-2", {}}, {}).zone, grid::ZoneId{"DE"});
  EXPECT_THAT(Asked(), ElementsAre("/login", "/where", "/login", "/where"));
}

TEST_F(HttpFeedTest, AFailedLoginIsTheProvidersFailure) {
  Make({.needs_login = true});
  for (const int status : {401, 403, 503}) {
    Serve([&](const net::ServerRequest&) {
      return net::HttpResponse{status, {{"retry-after", "60"}}, "no"};
    });
    const Answer answer = Read();
    EXPECT_FALSE(answer.reading);
    EXPECT_EQ(answer.failure->error.message,
              "latest: login: HTTP " + std::to_string(status) + ": 'no'");
    EXPECT_EQ(answer.failure->scope, Failure::Scope::provider) << status;
    EXPECT_EQ(answer.failure->retry_after, seconds(60));
    EXPECT_THAT(Asked(), ElementsAre("/login"));
  }
}

TEST_F(HttpFeedTest, QuotesNothingOfAnAnswerThatShouldHoldASession) {
  Make({.needs_login = true});
  Serve([](const net::ServerRequest&) { return net::HttpResponse{200, {}, "a new s3cret"}; });
  EXPECT_EQ(Read().failure->error, Unavailable("latest: login: the answer holds no session"));
}

TEST_F(HttpFeedTest, LoginsCountTowardsTheQuota) {
  Make({.needs_login = true, .quota = {.requests = 2}});
  Doorman doorman;
  Serve([&](const net::ServerRequest& request) { return doorman.Answer(request); });
  const Answer answer = Read();
  EXPECT_TRUE(answer.reading && answer.failure);
  EXPECT_THAT(Asked(), ElementsAre("/login", "/latest"));
}

TEST_F(HttpFeedTest, ThreadsShareOneLogin) {
  Doorman doorman;
  Serve([&](const net::ServerRequest& request) { return doorman.Answer(request); });
  for (int round = 1; round <= 10; ++round) {
    Make({.needs_login = true});
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([this, i] { EXPECT_TRUE(Read(std::to_string(i)).reading); });
      }
    }
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(doorman.logins, round);
  }
}

// ---- Secrets

TEST_F(HttpFeedTest, TellsNoSecretThatAnAnswerEchoes) {
  Make({.needs_login = true});
  const std::vector<std::string> echoes = {kToken,
                                           "s3cret/of 20 letters",
                                           R"(s3cret\/of 20 letters)",
                                           "ann%3As3cret%2Fof%2020%20letters",
                                           EncodeBase64(kToken),
                                           "session-s3cret"};
  for (const int status : {200, 400, 401, 403, 500}) {
    for (const std::string& echo : echoes) {
      for (const size_t before : {size_t{0}, size_t{50}, size_t{55}}) {
        Serve([&](const net::ServerRequest& request) {
          return request.path == "/login"
                     ? net::HttpResponse{200, {}, "session-s3cret"}
                     : net::HttpResponse{status, {}, std::string(before, 'x') + echo};
        });
        clock_.Advance(hours(1));
        const std::string message = Read().failure->error.message;
        EXPECT_THAT(message, Not(HasSubstr("s3c"))) << status << " " << echo;
        EXPECT_THAT(message, Not(HasSubstr(EncodeBase64(kToken).substr(0, 5))));
      }
    }
  }
}

TEST_F(HttpFeedTest, FollowsNoRedirectionWithItsSecrets) {
  Make({.needs_login = true});
  const RawServer elsewhere([](Peer& peer) {
    peer.Hear();
    peer.Say(carbon::Answer(200, "75"));
  });
  for (const char* moved : {"/login", "/latest"}) {
    for (const int status : {301, 302, 303, 307, 308}) {
      Serve([&](const net::ServerRequest& request) {
        return request.path == moved
                   ? net::HttpResponse{status,
                                       {{"location", elsewhere.Url("/?token=s3cret")}},
                                       "s3cret/of 20 letters"}
                   : net::HttpResponse{200, {}, "session-1"};
      });
      clock_.Advance(hours(1));
      const Answer answer = Read();
      ASSERT_TRUE(answer.failure) << moved << " " << status;
      EXPECT_THAT(answer.failure->error.message, HasSubstr("HTTP " + std::to_string(status)));
      EXPECT_THAT(answer.failure->error.message, Not(HasSubstr("s3c")));
    }
  }
  EXPECT_EQ(elsewhere.accepted(), 0);
}

}  // namespace
}  // namespace carbon::feeds
