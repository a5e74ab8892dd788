// SPDX-License-Identifier: Apache-2.0
// Electricity Maps as a feed: protocol and HttpFeed together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "feeds/electricity_maps.h"
#include "feeds/feeds.h"
#include "feeds/recorded_grid.h"
#include "feeds/recordings.h"
#include "net/http_server.h"
#include "support/fake_client.h"
#include "support/fake_clock.h"

namespace carbon::feeds {
namespace {

using grid::SignalKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Time kStart = *ParseTime("2021-08-02T06:20:00Z");
const std::string kToken = "s3cret-token-of-40-characters-0123456789";
const std::string kLatest = R"({"zone":"DE","carbonIntensity":75,"datetime":"2021-08-02T06:00Z"})";
const std::string kForecast =
    R"({"zone":"DE","forecast":[{"carbonIntensity":80,"datetime":"2021-08-02T06:00Z"}],)"
    R"("updatedAt":"2021-08-02T00:00:00Z"})";

bool IsForecast(const net::HttpRequest& request) {
  return request.url.find("/forecast?") != std::string::npos;
}

/// A feed over a FakeClient.
class FeedTest : public testing::Test {
 protected:
  Answer Read(net::FakeClient::Respond respond, FeedSettings settings = {}) {
    Make(std::move(respond), std::move(settings));
    return feed_->Read({"DE"}, nullptr, {});
  }

  void Make(net::FakeClient::Respond respond, FeedSettings settings = {}) {
    settings.token = kToken;
    auto feed = MakeFeed("electricity-maps", settings,
                         net::FakeClient::Factory(sent_, std::move(respond)), clock_);
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
  EXPECT_THAT(MakeFeed("nobody", {}, nullptr, clock_).error().message,
              HasSubstr("there is no provider 'nobody'; known: electricity-maps"));
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
    const Answer answer = feed_->Read({"DE"}, nullptr, {});
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

// ---- What is due

grid::ZoneReading Held(Time fetched_at, Time observed_at, Time issued_at, Time from) {
  return {.zone = {"DE"},
          .kind = SignalKind::average_lifecycle,
          .source = "electricity-maps",
          .fetched_at = fetched_at,
          .latest = grid::Observation{.at = observed_at, .intensity = GramsPerKwh(75)},
          .forecast = grid::Forecast{issued_at, {from, hours(1), {80, 81, 82}}},
          .history = {}};
}

std::vector<std::string> Asked(const grid::ZoneReading& held, Time now) {
  std::vector<std::string> names;
  for (const Query& query : (*MakeElectricityMaps({}))->Queries({"DE"}, &held, now, "")) {
    names.push_back(query.name);
  }
  return names;
}

TEST(WhatIsDue, AsksOnceAnHour) {
  const Time six = *ParseTime("2021-08-02T06:00:00Z");
  // Issued long ago, as the recorded grid's forecasts are.
  const auto held = Held(six + seconds(1), six, six - hours(6), six);
  EXPECT_THAT(Asked(held, six + minutes(5)), IsEmpty());
  EXPECT_THAT(Asked(held, six + minutes(59)), IsEmpty());
  EXPECT_THAT(Asked(held, six + minutes(60)), ElementsAre("latest", "forecast"));
}

TEST(WhatIsDue, DoesNotAskForAForecastThatWasJustIssued) {
  const Time six = *ParseTime("2021-08-02T06:00:00Z");
  const auto held = Held(six - minutes(5), six - hours(1), six - minutes(10), six - hours(1));
  EXPECT_THAT(Asked(held, six), ElementsAre("latest"));
  EXPECT_THAT(Asked(held, six + minutes(50)), ElementsAre("latest", "forecast"));
}

TEST(WhatIsDue, GivesAServiceThatLagsAQuarterOfAnHour) {
  const Time six = *ParseTime("2021-08-02T06:00:00Z");
  const auto held = Held(six + minutes(1), six - hours(2), six - hours(9), six - hours(2));
  EXPECT_THAT(Asked(held, six + minutes(15)), IsEmpty());
  EXPECT_THAT(Asked(held, six + minutes(16)), ElementsAre("latest", "forecast"));
}

TEST(WhatIsDue, AlwaysAsksForWhatIsAbsent) {
  const Time six = *ParseTime("2021-08-02T06:00:00Z");
  auto held = Held(six + minutes(1), six, six, six);
  held.forecast.reset();
  EXPECT_THAT(Asked(held, six + minutes(2)), ElementsAre("forecast"));
  held.latest.reset();
  EXPECT_THAT(Asked(held, six + minutes(2)), ElementsAre("latest", "forecast"));
}

TEST(WhatIsDue, DoesNotTrustTimesAheadOfTheClock) {
  const Time six = *ParseTime("2021-08-02T06:00:00Z");
  const Time ahead = six + hours(24 * 365);
  EXPECT_THAT(Asked(Held(six - hours(1), ahead, ahead, ahead), six),
              ElementsAre("latest", "forecast"));
  EXPECT_THAT(Asked(Held(ahead, six, six, six), six), ElementsAre("latest", "forecast"));
}

// ---- Against the recorded grid, over HTTP

std::unique_ptr<net::HttpClient> MakeClient() { return net::MakeHttpClient({}); }

class FeedOverHttp : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto files = RecordingsBelow(std::string(CARBON_SOURCE_DIR) + "/data");
    ASSERT_TRUE(files) << files.error().message;
    auto recordings = LoadRecordings(*files);
    ASSERT_TRUE(recordings) << recordings.error().message;
    grid_ = std::make_unique<RecordedGrid>(
        *std::move(recordings), kToken,
        DataCenters{{{"aws", "eu-central-1"}, {"DE"}}, {{"aws", "us-west-2"}, {"US-NW-PACW"}}});
  }
  static void TearDownTestSuite() { grid_.reset(); }

  void SetUp() override {
    auto server = net::HttpServer::Start({}, [this](const net::ServerRequest& request) {
      ++requests_;
      return grid_->Answer(request, clock_.Now());
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }

  FeedSettings Settings(const std::string& version) const {
    return {.base_url = "http://127.0.0.1:" + std::to_string(server_->port()) + version,
            .token = kToken};
  }

  Answer Read(const std::string& version, const std::string& zone,
              SignalKind kind = SignalKind::average_lifecycle, std::string token = kToken) {
    FeedSettings settings = Settings(version);
    settings.token = std::move(token);
    settings.kind = kind;
    const auto feed = MakeFeed("electricity-maps", settings, MakeClient, clock_);
    return (*feed)->Read({zone}, nullptr, {});
  }

  static std::unique_ptr<RecordedGrid> grid_;  // NOLINT(readability-identifier-naming)
  net::FakeClock clock_{kStart};
  std::atomic<int> requests_ = 0;
  std::unique_ptr<net::HttpServer> server_;  // last: its thread uses the above
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

TEST_F(FeedOverHttp, FiveZonesPolledEveryFiveMinutesStayWithinTheQuota) {
  clock_.Advance(minutes(37));
  const auto feed = MakeFeed("electricity-maps", Settings("/v3"), MakeClient, clock_);
  const std::vector<grid::ZoneId> zones = {
      {"DE"}, {"SE"}, {"US-CAL-CISO"}, {"US-MIDA-PJM"}, {"US-NW-BPAT"}};
  std::map<grid::ZoneId, grid::ZoneReading> held;
  for (int poll = 0; poll <= 48 * 12; ++poll) {
    for (const auto& zone : zones) {
      const auto known = held.find(zone);
      const Answer answer = (*feed)->Read(zone, known == held.end() ? nullptr : &known->second, {});
      ASSERT_FALSE(answer.failure) << answer.failure->error.message;
      if (answer.reading) {
        ASSERT_TRUE(answer.reading->latest && answer.reading->forecast);
        held.insert_or_assign(zone, *answer.reading);
      }
      const Time now = clock_.Now();
      const auto& reading = held.at(zone);
      ASSERT_EQ(reading.latest->at, FloorTo(now, hours(1))) << FormatTime(now);
      ASSERT_EQ(reading.forecast->series.start(), FloorTo(now, hours(1))) << FormatTime(now);
      ASSERT_LE(now - reading.forecast->issued_at, hours(24)) << FormatTime(now);
    }
    clock_.Advance(FloorTo(clock_.Now(), minutes(5)) + minutes(5) - clock_.Now());
  }
  EXPECT_EQ(requests_, 2 * 5 * 49) << "twice an hour for each zone";
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

TEST_F(FeedOverHttp, TellsInWhichZoneADataCenterLies) {
  const auto feed = MakeFeed("electricity-maps", Settings("/v3"), MakeClient, clock_);
  EXPECT_EQ((*feed)->Locate({"aws", "eu-central-1", {}}, {}).zone, grid::ZoneId{"DE"});
  // The zone is outside the plan, and the refusal names it.
  EXPECT_EQ((*feed)->Locate({"aws", "us-west-2", {}}, {}).zone, grid::ZoneId{"US-NW-PACW"});
  EXPECT_EQ(requests_, 2);
  const Located nowhere = (*feed)->Locate({"aws", "moon-1", {}}, {});
  EXPECT_FALSE(nowhere.zone);
  EXPECT_THAT(nowhere.failure->error.message, HasSubstr("Missing arguments"));
  EXPECT_EQ(nowhere.failure->scope, Failure::Scope::zone);
}

TEST_F(FeedOverHttp, AsksForPlacesWithinTheQuota) {
  FeedSettings settings = Settings("/v4");
  settings.requests_per_hour = 1;
  const auto feed = MakeFeed("electricity-maps", settings, MakeClient, clock_);
  EXPECT_TRUE((*feed)->Locate({"aws", "eu-central-1", {}}, {}).zone);
  const Located second = (*feed)->Locate({"aws", "us-west-2", {}}, {});
  EXPECT_EQ(second.failure->error, Unavailable("the quota of 1 requests per hour is used up"));
  EXPECT_EQ(requests_, 1);
}

TEST_F(FeedOverHttp, ARefusedTokenTellsNoPlace) {
  FeedSettings settings = Settings("/v3");
  settings.token = "wrong";
  const auto feed = MakeFeed("electricity-maps", settings, MakeClient, clock_);
  const Located located = (*feed)->Locate({"aws", "eu-central-1", {}}, {});
  EXPECT_FALSE(located.zone);
  EXPECT_EQ(located.failure->error.kind, Error::Kind::denied);
  EXPECT_EQ(located.failure->scope, Failure::Scope::provider);
}

TEST_F(FeedTest, AnAnswerThatEchoesTheTokenNamesNoZone) {
  Make([](const net::HttpRequest&) {
    return net::HttpResponse{401, {}, "unauthorized for zoneKey=" + kToken + ",requestType=latest"};
  });
  const Located located = feed_->Locate({"aws", "us-west-2", {}}, {});
  EXPECT_FALSE(located.zone);
  EXPECT_THAT(located.failure->error.message, Not(HasSubstr(kToken)));
}

TEST_F(FeedTest, AsksForADataCenterWithoutFallingBackToTheCallersPlace) {
  Make([](const net::HttpRequest&) { return net::HttpResponse{200, {}, kLatest}; });
  EXPECT_EQ(feed_->Locate({"gcp", "us-central1", {}}, {}).zone, grid::ZoneId{"DE"});
  EXPECT_EQ(sent_.back().url,
            "https://api.electricitymaps.com/v3/carbon-intensity/latest?dataCenterProvider=gcp"
            "&dataCenterRegion=us-central1&emissionFactorType=lifecycle"
            "&shouldUseFallbackCallerLookup=false");
}

TEST_F(FeedOverHttp, SaysThatNobodyListens) {
  const auto port = std::to_string(server_->port());
  server_.reset();
  const auto feed = MakeFeed("electricity-maps", {.base_url = "http://127.0.0.1:" + port + "/v3"},
                             MakeClient, clock_);
  const Answer answer = (*feed)->Read({"DE"}, nullptr, {});
  EXPECT_FALSE(answer.reading);
  EXPECT_EQ(answer.failure->error.kind, Error::Kind::unavailable);
}

}  // namespace
}  // namespace carbon::feeds
