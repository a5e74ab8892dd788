// SPDX-License-Identifier: Apache-2.0
#include "feeds/http_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "feeds/http_feed_case.h"
#include "support/gzip.h"
#include "support/raw_server.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- Reading

TEST_F(HttpFeedTest, MakesAReadingOfAllAnswers) {
  const Answer answer = Read();
  ASSERT_TRUE(answer.reading);
  EXPECT_FALSE(answer.failure);
  EXPECT_EQ(answer.reading->zone.name, "DE");
  EXPECT_EQ(answer.reading->source, "numbers");
  EXPECT_EQ(answer.reading->kind, grid::SignalKind::average_lifecycle);
  EXPECT_EQ(answer.reading->fetched_at, kStart);
  EXPECT_EQ(answer.reading->latest->intensity, GramsPerKwh(75));
  EXPECT_TRUE(answer.reading->forecast);
  EXPECT_THAT(Asked(), ElementsAre("/latest", "/forecast"));
  EXPECT_EQ(feed_->Name(), "numbers");
}

TEST_F(HttpFeedTest, AProviderThatCannotBeAskedForAPlaceSaysSoWithoutARequest) {
  const Located located = feed_->Locate({"gcp", "us-central1", {}}, {});
  EXPECT_FALSE(located.zone);
  EXPECT_EQ(located.failure->error, Invalid("numbers cannot be asked in which zone a region lies"));
  EXPECT_EQ(located.failure->scope, Failure::Scope::provider);
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(HttpFeedTest, OnePlaceThatFailsHindersNoOther) {
  Serve([](const net::ServerRequest& request) {
    return request.query.at("region") == "r1" ? net::HttpResponse{500, {}, kToken}
                                              : net::HttpResponse{200, {}, "DE"};
  });
  const Located first = feed_->Locate({"aws", "r1", {}}, {});
  EXPECT_EQ(first.failure->error, Unavailable("HTTP 500: '***'"));
  EXPECT_EQ(first.failure->scope, Failure::Scope::zone);
  EXPECT_EQ(feed_->Locate({"aws", "r2", {}}, {}).zone, grid::ZoneId{"DE"});
}

std::vector<std::string> OnlyLatestWhereHeld(const grid::ZoneReading* held) {
  return held != nullptr ? std::vector<std::string>{"latest"}
                         : std::vector<std::string>{"latest", "forecast"};
}

TEST_F(HttpFeedTest, CompletesAReadingWithWhatIsHeldAndWasNotAskedFor) {
  Make({.due = OnlyLatestWhereHeld});
  auto held = *Read().reading;
  held.history = grid::Series(kStart, hours(1), {1, 2, 3});
  clock_.Advance(minutes(5));
  Asked();
  const Answer answer = Read("DE", &held);
  EXPECT_THAT(Asked(), ElementsAre("/latest"));
  EXPECT_EQ(answer.reading->latest->at, kStart + minutes(5));
  EXPECT_EQ(answer.reading->forecast, held.forecast);
  EXPECT_EQ(answer.reading->history, held.history);
}

TEST_F(HttpFeedTest, DoesNotMixProviders) {
  Make({.due = OnlyLatestWhereHeld});
  auto held = *Read().reading;
  held.source = "another";
  Asked();
  Read("DE", &held);
  EXPECT_THAT(Asked(), ElementsAre("/latest", "/forecast"));
}

TEST_F(HttpFeedTest, DoesNotTakeTheHeldForWhatFailed) {
  const auto held = *Read().reading;
  Serve([](const net::ServerRequest& request) {
    return request.path == "/latest" ? net::HttpResponse{200, {}, "80"}
                                     : net::HttpResponse{503, {{"retry-after", "120"}}, "busy"};
  });
  const Answer answer = Read("DE", &held);
  ASSERT_TRUE(answer.reading && answer.failure);
  EXPECT_FALSE(answer.reading->forecast) << "how long it is kept is the poller's to say";
  EXPECT_EQ(answer.failure->error, Unavailable("forecast: HTTP 503: 'busy'"));
  EXPECT_EQ(answer.failure->retry_after, seconds(120));
  EXPECT_EQ(answer.failure->scope, Failure::Scope::zone);
}

TEST_F(HttpFeedTest, SaysThatNothingIsDueWithoutAsking) {
  Make({.needs_login = true,
        .due = [](const grid::ZoneReading*) { return std::vector<std::string>(); }});
  EXPECT_TRUE(Read().NothingDue());
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(HttpFeedTest, AsksNoFurtherWhereAllWouldFailAlike) {
  for (const int status : {401, 429}) {
    Serve([&](const net::ServerRequest&) { return net::HttpResponse{status, {}, ""}; });
    const Answer answer = Read();
    EXPECT_FALSE(answer.reading);
    EXPECT_EQ(answer.failure->scope, Failure::Scope::provider);
    EXPECT_THAT(Asked(), ElementsAre("/latest"));
  }
}

TEST_F(HttpFeedTest, BoundsTheBody) {
  Make({}, {.max_body = 1000});
  Serve(
      [](const net::ServerRequest&) { return net::HttpResponse{200, {}, std::string(1001, '7')}; });
  EXPECT_THAT(Read().failure->error.message, HasSubstr("larger than 1000 bytes"));
}

TEST_F(HttpFeedTest, BoundsWhatABodyUnpacksTo) {
  const std::string bomb = Gzip(std::string(size_t{8} << 20, '7'));
  ASSERT_LT(bomb.size(), size_t{1} << 20) << "packed it is within the bound";
  Serve([&](const net::ServerRequest&) {
    return net::HttpResponse{200, {{"content-encoding", "gzip"}}, bomb};
  });
  const Answer answer = Read();
  EXPECT_FALSE(answer.reading);
  EXPECT_THAT(answer.failure->error.message, HasSubstr("larger than 1048576 bytes"));
}

// ---- Denials

TEST_F(HttpFeedTest, AsksADeniedQueryHourly) {
  Serve([](const net::ServerRequest& request) {
    return request.path == "/latest" ? net::HttpResponse{200, {}, "80"}
                                     : net::HttpResponse{403, {}, "not in the plan"};
  });
  int asked = 0;
  for (int i = 0; i < 25; ++i) {  // two hours
    const Answer answer = Read();
    ASSERT_TRUE(answer.reading && answer.failure);
    EXPECT_EQ(answer.failure->error.kind, Error::Kind::denied);
    const auto paths = Asked();
    asked += static_cast<int>(std::count(paths.begin(), paths.end(), "/forecast"));
    clock_.Advance(minutes(5));
  }
  EXPECT_EQ(asked, 3);
}

TEST_F(HttpFeedTest, DenialsHoldForTheirZoneOnly) {
  Serve([](const net::ServerRequest& request) {
    return request.query.at("zone") == "DE" ? net::HttpResponse{403, {}, ""}
                                            : net::HttpResponse{200, {}, "80"};
  });
  EXPECT_FALSE(Read("DE").reading);
  EXPECT_TRUE(Read("SE").reading);
}

TEST_F(HttpFeedTest, WhereOnlyDeniedQueriesAreDueNothingIs) {
  Make({.due = [](const grid::ZoneReading* held) {
    return held == nullptr ? std::vector<std::string>{"latest", "forecast"}
                           : std::vector<std::string>{"forecast"};
  }});
  Serve([](const net::ServerRequest& request) {
    return net::HttpResponse{request.path == "/latest" ? 200 : 403, {}, "80"};
  });
  const Answer first = Read();
  ASSERT_TRUE(first.reading && first.failure);
  EXPECT_TRUE(Read("DE", &*first.reading).NothingDue());
  clock_.Advance(hours(1));
  EXPECT_EQ(Read("DE", &*first.reading).failure->error.kind, Error::Kind::denied);
}

// ---- Quota

TEST_F(HttpFeedTest, StaysWithinTheQuota) {
  Make({.quota = {.requests = 3}, .parts = {"latest"}});
  for (const char* zone : {"A", "B", "C"}) {
    EXPECT_TRUE(Read(zone).reading) << zone;
  }
  const Answer beyond = Read("D");
  EXPECT_FALSE(beyond.reading);
  EXPECT_EQ(beyond.failure->error,
            Unavailable("latest: the quota of 3 requests per hour is used up"));
  EXPECT_EQ(beyond.failure->scope, Failure::Scope::zone) << "the others keep what they hold";
  EXPECT_EQ(beyond.failure->retry_after, minutes(20));
  EXPECT_EQ(Asked().size(), 3U);
  clock_.Advance(minutes(20));
  EXPECT_TRUE(Read("D").reading);
}

TEST_F(HttpFeedTest, TheUsersQuotaGoesBeforeTheProviders) {
  Make({.quota = {.requests = 100}, .parts = {"latest"}}, {.requests_per_hour = 1});
  EXPECT_TRUE(Read("A").reading);
  EXPECT_THAT(Read("B").failure->error.message, HasSubstr("quota of 1 requests per hour"));
}

TEST_F(HttpFeedTest, HandsBackThePartForWhichTheQuotaWasEnough) {
  Make({.quota = {.requests = 1}});
  const Answer answer = Read();
  ASSERT_TRUE(answer.reading && answer.failure);
  EXPECT_TRUE(answer.reading->latest);
  EXPECT_EQ(answer.failure->retry_after, hours(1));
}

// ---- Conditional requests

TEST_F(HttpFeedTest, AsksConditionallyForWhatHadAValidator) {
  Make({.parts = {"latest"}});
  Serve([](const net::ServerRequest& request) {
    return request.headers.contains("if-none-match")
               ? net::HttpResponse{304, {}, ""}
               : net::HttpResponse{200, {{"etag", "\"v1\""}}, "75"};
  });
  Read();
  EXPECT_EQ(Header("if-none-match"), "");
  clock_.Advance(minutes(5));
  const Answer unchanged = Read();
  EXPECT_EQ(Header("if-none-match"), "\"v1\"");
  ASSERT_TRUE(unchanged.reading) << unchanged.failure->error.message;
  EXPECT_EQ(unchanged.reading->latest->intensity, GramsPerKwh(75));
  EXPECT_EQ(unchanged.reading->fetched_at, kStart + minutes(5));
  Read("SE");
  EXPECT_EQ(Header("if-none-match"), "") << "of another zone";
}

TEST_F(HttpFeedTest, GoesByTheNewestValidator) {
  Make({.parts = {"latest"}});
  Serve([](const net::ServerRequest&) {
    return net::HttpResponse{200, {{"last-modified", "Mon, 02 Aug 2021 06:00:00 GMT"}}, "75"};
  });
  Read();
  Serve([](const net::ServerRequest&) { return net::HttpResponse{200, {}, "76"}; });
  EXPECT_EQ(Read().reading->latest->intensity, GramsPerKwh(76));
  EXPECT_EQ(Header("if-modified-since"), "Mon, 02 Aug 2021 06:00:00 GMT");
  Read();
  EXPECT_EQ(Header("if-modified-since"), "") << "the last answer had none";
}

TEST_F(HttpFeedTest, DoesNotKeepABodyThatCannotBeRead) {
  Make({.parts = {"latest"}});
  Serve([](const net::ServerRequest&) {
    return net::HttpResponse{200, {{"etag", "\"v1\""}}, "nonsense"};
  });
  EXPECT_FALSE(Read().reading);
  EXPECT_FALSE(Read().reading);
  EXPECT_EQ(Header("if-none-match"), "");
}

TEST_F(HttpFeedTest, DoesNotSendBackAValidatorThatIsNone) {
  Make({.parts = {"latest"}});
  for (const std::string& etag : {std::string(300, 'x'), std::string("\"\xC3\xA4\"")}) {
    Serve([&](const net::ServerRequest&) { return net::HttpResponse{200, {{"etag", etag}}, "7"}; });
    Read();
    EXPECT_TRUE(Read().reading);
    EXPECT_EQ(Header("if-none-match"), "");
  }
}

TEST_F(HttpFeedTest, AnUnaskedForNotModifiedIsAFailure) {
  Serve([](const net::ServerRequest&) { return net::HttpResponse{304, {}, ""}; });
  EXPECT_THAT(Read().failure->error.message, HasSubstr("HTTP 304"));
}

// ---- Bad networks

TEST_F(HttpFeedTest, BoundsAllRequestsOfAReadTogether) {
  const RawServer silent([](Peer& peer) { peer.AwaitClose(); });
  Make({.base_url = silent.Url("")}, {.timeout = milliseconds(200)});
  const auto began = std::chrono::steady_clock::now();
  const Answer answer = Read();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(5));
  EXPECT_EQ(answer.failure->error.kind, Error::Kind::timeout);
  EXPECT_EQ(silent.accepted(), 1) << "the second request would wait as long";
}

TEST_F(HttpFeedTest, ASlowZoneHoldsUpNoOther) {
  std::atomic<bool> waiting = false;
  const RawServer server([&](Peer& peer) {
    while (const auto request = peer.Hear()) {
      if (request->find("zone=slow") != std::string::npos) {
        waiting = true;
        peer.AwaitClose();
        return;
      }
      peer.Say(carbon::Answer(200, "75"));
    }
  });
  Make({.base_url = server.Url("")}, {.timeout = seconds(60)});
  std::jthread slow([&](const std::stop_token& stop) {
    const Answer answer = feed_->Read({"slow"}, nullptr, stop);
    EXPECT_FALSE(answer.reading);
    EXPECT_TRUE(answer.failure);
  });
  while (!waiting) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(Read("DE").reading);
  EXPECT_TRUE(Read("SE").reading);
  EXPECT_LE(server.accepted(), 2) << "clients and their connections are used again";
  slow.request_stop();  // and ends it, long before its time
}

TEST_F(HttpFeedTest, RefusesAServerWhoseCertificateNobodyVouchesFor) {
  const RawServer server([](Peer& peer) { peer.AwaitClose(); },
                         ServerTls{TestAuthority().Sign("IP:127.0.0.1"), ""});
  Make({.base_url = server.Url("")});
  const Answer answer = Read();
  EXPECT_EQ(answer.failure->error.kind, Error::Kind::unavailable);
  EXPECT_THAT(answer.failure->error.message, HasSubstr("certificate"));
}

}  // namespace
}  // namespace carbon::feeds
