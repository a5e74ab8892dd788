// SPDX-License-Identifier: Apache-2.0
#include "feeds/electricity_maps_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "feeds/feeds.h"
#include "feeds/recordings.h"
#include "net/http_server.h"
#include "support/fake_clock.h"

namespace carbon::feeds {
namespace {

using grid::SignalKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

const Time kStart = *ParseTime("2021-08-02T06:20:00Z");
const std::string kToken = "s3cret-token-of-40-characters-0123456789";
const std::string kLatest = R"({"zone":"DE","carbonIntensity":75,"datetime":"2021-08-02T06:00Z"})";
const std::string kForecast =
    R"({"zone":"DE","forecast":[{"carbonIntensity":80,"datetime":"2021-08-02T06:00Z"}],)"
    R"("updatedAt":"2021-08-02T00:00:00Z"})";

/// Answers from a function and keeps what it was asked.
class FakeClient final : public net::HttpClient {
 public:
  using Respond = std::function<Result<net::HttpResponse>(const net::HttpRequest&)>;
  FakeClient(std::vector<net::HttpRequest>& sent, Respond respond)
      : sent_(sent), respond_(std::move(respond)) {}

  Result<net::HttpResponse> Send(const net::HttpRequest& request, std::stop_token) override {
    sent_.push_back(request);
    return respond_(request);
  }
  Result<net::HttpResponse> Stream(const net::HttpRequest&,
                                   const std::function<bool(std::string_view)>&,
                                   std::stop_token) override {
    return Unavailable("no streams here");
  }

 private:
  std::vector<net::HttpRequest>& sent_;
  Respond respond_;
};

bool IsForecast(const net::HttpRequest& request) {
  return request.url.find("/forecast?") != std::string::npos;
}

/// A feed over a FakeClient.
class FeedTest : public testing::Test {
 protected:
  Answer Read(FakeClient::Respond respond, FeedSettings settings = {}) {
    Make(std::move(respond), std::move(settings));
    return feed_->Read({"DE"}, {});
  }

  void Make(FakeClient::Respond respond, FeedSettings settings = {}) {
    settings.token = kToken;
    auto feed = MakeFeed("electricity-maps", settings,
                         std::make_unique<FakeClient>(sent_, std::move(respond)), clock_);
    ASSERT_TRUE(feed) << feed.error().message;
    feed_ = *std::move(feed);
  }

  net::FakeClock clock_{kStart};
  std::vector<net::HttpRequest> sent_;
  std::unique_ptr<Feed> feed_;
};

Result<net::HttpResponse> Good(const net::HttpRequest& request) {
  return net::HttpResponse{200, {}, IsForecast(request) ? kForecast : kLatest};
}

TEST_F(FeedTest, SendsTwoRequestsPerZone) {
  const Answer answer = Read(Good);
  ASSERT_TRUE(answer.reading);
  EXPECT_FALSE(answer.failure);
  EXPECT_EQ(answer.reading->zone.name, "DE");
  EXPECT_EQ(answer.reading->source, "electricity-maps");
  EXPECT_EQ(answer.reading->fetched_at, kStart);
  EXPECT_EQ(answer.reading->latest->intensity, GramsPerKwh(75));
  EXPECT_EQ(answer.reading->forecast->issued_at, *ParseTime("2021-08-02T00:00:00Z"));
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].url,
            "https://api.electricitymaps.com/v3/carbon-intensity/latest?zone=DE"
            "&emissionFactorType=lifecycle&shouldUseFallbackCallerLookup=false");
  EXPECT_EQ(sent_[1].url,
            "https://api.electricitymaps.com/v3/carbon-intensity/forecast?zone=DE"
            "&emissionFactorType=lifecycle&shouldUseFallbackCallerLookup=false&horizonHours=72");
  for (const auto& request : sent_) {
    EXPECT_EQ(request.method, "GET");
    ASSERT_EQ(request.headers.size(), 1U);
    EXPECT_EQ(request.headers[0].name, "auth-token");
    EXPECT_EQ(request.headers[0].value, kToken);
    EXPECT_LE(request.timeout, seconds(10));
    EXPECT_EQ(request.max_body, size_t{1} << 20);
  }
}

TEST_F(FeedTest, SpeaksVersion4WhereTheUrlSaysSo) {
  Read(Good, {.base_url = "http://proxy.test/em/v4/", .kind = SignalKind::average_direct});
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].url,
            "http://proxy.test/em/v4/carbon-intensity/latest?zone=DE&emissionFactorType=direct"
            "&disableCallerLookup=true");
}

TEST_F(FeedTest, RefusesSettingsThatCannotWork) {
  const auto error = [&](const FeedSettings& settings) {
    return MakeFeed("electricity-maps", settings, nullptr, clock_).error();
  };
  const std::vector<std::pair<FeedSettings, const char*>> table = {
      {{.base_url = "api.electricitymaps.com/v3"}, "does not start with https:// or http://"},
      {{.base_url = "https://api.electricitymaps.com"}, "does not end with the version"},
      {{.kind = SignalKind::marginal}, "has no marginal signal"},
      {{.horizon_hours = 96}, "6, 24, 48 or 72 hours, not 96"},
      {{.token = "abc\n"}, "the token holds a blank"},
  };
  for (const auto& [settings, why] : table) {
    EXPECT_EQ(error(settings).kind, Error::Kind::invalid);
    EXPECT_THAT(error(settings).message, HasSubstr(why));
    EXPECT_THAT(error(settings).message, Not(HasSubstr("abc")));
  }
  EXPECT_EQ(MakeFeed("watttime", {}, nullptr, clock_).error(),
            Invalid("there is no provider 'watttime'; known: electricity-maps"));
}

TEST_F(FeedTest, KeepsThePartThatCame) {
  const Answer only_latest = Read([](const net::HttpRequest& request) {
    return IsForecast(request) ? net::HttpResponse{503, {{"retry-after", "120"}}, ""}
                               : net::HttpResponse{200, {}, kLatest};
  });
  ASSERT_TRUE(only_latest.reading && only_latest.failure);
  EXPECT_TRUE(only_latest.reading->latest);
  EXPECT_FALSE(only_latest.reading->forecast);
  EXPECT_EQ(only_latest.failure->error, Unavailable("forecast: HTTP 503: no reason given"));
  EXPECT_EQ(only_latest.failure->retry_after, seconds(120));

  const Answer only_forecast = Read([](const net::HttpRequest& request) {
    return IsForecast(request)
               ? net::HttpResponse{200, {}, kForecast}
               : net::HttpResponse{404, {}, R"({"error":"No recent data for zone \"DE\""})"};
  });
  ASSERT_TRUE(only_forecast.reading && only_forecast.failure);
  EXPECT_FALSE(only_forecast.reading->latest);
  EXPECT_TRUE(only_forecast.reading->forecast);
  EXPECT_EQ(only_forecast.failure->error.kind, Error::Kind::not_found);
}

TEST_F(FeedTest, DoesNotAskTwiceWhatWouldFailAlike) {
  const std::vector<Result<net::HttpResponse>> hopeless = {
      net::HttpResponse{401, {}, R"({"error":"Invalid auth-token"})"},
      net::HttpResponse{429, {{"retry-after", "60"}}, ""},
      Error{Error::Kind::timeout, "GET https://x: no answer"},
  };
  for (const auto& response : hopeless) {
    sent_.clear();
    const Answer answer = Read([&](const net::HttpRequest&) { return response; });
    EXPECT_FALSE(answer.reading);
    ASSERT_TRUE(answer.failure);
    EXPECT_EQ(sent_.size(), 1U);
  }
}

TEST_F(FeedTest, AsksADeniedEndpointHourly) {
  Make([](const net::HttpRequest& request) {
    return IsForecast(request)
               ? net::HttpResponse{401, {}, R"({"error":"Request unauthorized for zoneKey=DE"})"}
               : net::HttpResponse{200, {}, kLatest};
  });
  for (int i = 0; i < 25; ++i) {  // two hours
    const Answer answer = feed_->Read({"DE"}, {});
    EXPECT_TRUE(answer.reading);
    ASSERT_TRUE(answer.failure);
    EXPECT_EQ(answer.failure->error.kind, Error::Kind::denied);
    clock_.Advance(minutes(5));
  }
  EXPECT_EQ(std::count_if(sent_.begin(), sent_.end(), IsForecast), 3);
  EXPECT_EQ(sent_.size(), 28U);
}

TEST_F(FeedTest, NeverTellsTheToken) {
  const std::vector<net::HttpResponse> echoes = {
      {401, {}, "{\"error\":\"Invalid auth-token " + kToken + "\"}"},
      {400, {}, "{\"error\":\"what is " + kToken + "?\"}"},
      {500, {}, "{\"error\":\"" + kToken + "\"}"},
      {200, {}, kToken},
      {200, {}, "xxxxxxxx" + kToken},
      {200, {}, "{\"zone\":\"" + kToken + "\"}"},
      {200,
       {},
       R"({"zone":"DE","carbonIntensity":")" + kToken + R"(","datetime":"2021-08-02T06:00Z"})"},
  };
  for (const auto& echo : echoes) {
    const Answer answer = Read([&](const net::HttpRequest&) { return echo; });
    ASSERT_TRUE(answer.failure) << echo.body;
    EXPECT_THAT(answer.failure->error.message, Not(HasSubstr("s3cret"))) << echo.body;
  }
}

// ---- Against the recorded grid, over HTTP

class FeedOverHttp : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto files = RecordingsBelow(std::string(CARBON_SOURCE_DIR) + "/data");
    ASSERT_TRUE(files) << files.error().message;
    auto recordings = LoadRecordings({files->at(0), files->at(1)});
    ASSERT_TRUE(recordings) << recordings.error().message;
    grid_ = std::make_unique<RecordedGrid>(*std::move(recordings), kToken);
  }
  static void TearDownTestSuite() { grid_.reset(); }

  void SetUp() override {
    auto server = net::HttpServer::Start({}, [this](const net::ServerRequest& request) {
      return grid_->Answer(request, clock_.Now());
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }

  Answer Read(const std::string& version, const std::string& zone,
              SignalKind kind = SignalKind::average_lifecycle, std::string token = kToken) {
    const auto feed =
        MakeFeed("electricity-maps",
                 {.base_url = "http://127.0.0.1:" + std::to_string(server_->port()) + version,
                  .token = std::move(token),
                  .kind = kind},
                 net::MakeHttpClient({}), clock_);
    return (*feed)->Read({zone}, {});
  }

  static std::unique_ptr<RecordedGrid> grid_;  // NOLINT(readability-identifier-naming)
  net::FakeClock clock_{kStart};
  std::unique_ptr<net::HttpServer> server_;
};

std::unique_ptr<RecordedGrid> FeedOverHttp::grid_;  // NOLINT(readability-identifier-naming)

TEST_F(FeedOverHttp, ReadsTheSameFromBothVersions) {
  for (const auto kind : {SignalKind::average_lifecycle, SignalKind::average_direct}) {
    const Answer v3 = Read("/v3", "US-NW-BPAT", kind);
    const Answer v4 = Read("/v4", "US-NW-BPAT", kind);
    ASSERT_TRUE(v3.reading && !v3.failure);
    ASSERT_TRUE(v4.reading && !v4.failure);
    ASSERT_TRUE(v3.reading->latest && v3.reading->forecast);
    EXPECT_EQ(v3.reading->latest, v4.reading->latest);
    EXPECT_EQ(v3.reading->forecast, v4.reading->forecast);
    EXPECT_EQ(v3.reading->latest->at, *ParseTime("2021-08-02T06:00:00Z"));
    EXPECT_EQ(v3.reading->forecast->issued_at, *ParseTime("2021-08-02T00:00:00Z"));
    EXPECT_EQ(v3.reading->forecast->series.start(), *ParseTime("2021-08-02T06:00:00Z"));
    EXPECT_EQ(v3.reading->forecast->series.size(), 73U);
  }
}

TEST_F(FeedOverHttp, TellsItsRefusalsApart) {
  const Answer zone = Read("/v3", "FR");
  EXPECT_FALSE(zone.reading);
  EXPECT_EQ(zone.failure->error.kind, Error::Kind::denied);
  EXPECT_EQ(zone.failure->scope, Failure::Scope::zone);
  const Answer token = Read("/v4", "US-NW-BPAT", SignalKind::average_lifecycle, "wrong");
  EXPECT_EQ(token.failure->error.kind, Error::Kind::denied);
  EXPECT_EQ(token.failure->scope, Failure::Scope::provider);
  clock_.Advance(hours(24 * 365 * 3));
  EXPECT_EQ(Read("/v3", "US-NW-BPAT").failure->error.kind, Error::Kind::not_found);
}

TEST_F(FeedOverHttp, SaysThatNobodyListens) {
  const auto port = std::to_string(server_->port());
  server_.reset();
  const auto feed = MakeFeed("electricity-maps", {.base_url = "http://127.0.0.1:" + port + "/v3"},
                             net::MakeHttpClient({}), clock_);
  const Answer answer = (*feed)->Read({"DE"}, {});
  EXPECT_FALSE(answer.reading);
  EXPECT_EQ(answer.failure->error.kind, Error::Kind::unavailable);
}

}  // namespace
}  // namespace carbon::feeds
