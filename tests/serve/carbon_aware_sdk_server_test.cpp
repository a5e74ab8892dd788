// SPDX-License-Identifier: Apache-2.0
// The API over HTTP, and our own client of that API as the one who asks.
#include "serve/carbon_aware_sdk_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <thread>
#include <vector>

#include "feeds/feeds.h"
#include "feeds/poller_case.h"
#include "net/http.h"

namespace carbon::serve {
namespace {

namespace json = boost::json;
using feeds::kMidnight;
using std::chrono::hours;
using std::chrono::minutes;

/// A watch on two zones of an hourly provider, whose board is published, and the API on it.
class CarbonAwareSdkServer : public testing::Test {
 protected:
  CarbonAwareSdkServer() {
    script_.Set([this](const std::string& zone, const std::stop_token&) { return Says(zone); });
    feeds::GridWatchOptions options;
    options.kind = grid::SignalKind::average_direct;
    options.poller = {.zones = {{"DE"}, {"SE"}}, .concurrency = 1};
    std::vector<std::unique_ptr<feeds::Feed>> feeds;
    feeds.push_back(std::make_unique<feeds::FakeFeed>(script_, clock_));
    watch_ =
        std::make_unique<feeds::GridWatch>(std::move(feeds), nullptr, clock_, std::move(options));
    while (!watch_->Asked()) {
      std::this_thread::yield();
    }
    boards_.Publish(watch_->BoardAt(clock_.Now()));
    server_ = *ServeCarbonAwareSdk({}, {.watch = *watch_, .boards = boards_, .clock = clock_},
                                   {{"eu-central-1", {"DE"}}, {"eu-north-1", {"SE"}}});
  }

  feeds::Answer Says(const std::string& zone) const {
    const Time now = clock_.Now();
    const Time hour = FloorTo(now, hours(1));
    const double base = zone == "DE" ? 300 : 40;
    std::vector<double> past(24);
    for (size_t i = 0; i < past.size(); ++i) {
      past[i] = base + static_cast<double>(i);
    }
    return {
        .reading =
            grid::ZoneReading{
                .zone = {zone},
                .kind = grid::SignalKind::average_direct,
                .source = "fake",
                .fetched_at = now,
                .latest = grid::Observation{.at = hour, .intensity = GramsPerKwh(past[23])},
                .forecast = grid::Forecast{hour, {hour, hours(1), std::vector<double>(72, base)}},
                .history = grid::Series(hour - hours(23), hours(1), past)},
        .failure = {}};
  }

  std::string Url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  net::HttpResponse Send(const std::string& method, const std::string& target,
                         const std::string& body = "") const {
    net::HttpRequest request;
    request.method = method;
    request.url = Url() + target;
    request.body = body;
    const auto response = net::MakeHttpClient({})->Send(request);
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : net::HttpResponse{};
  }

  /// What our client of the API reads of the location.
  feeds::Answer Read(const char* location) const {
    const auto feed = feeds::MakeFeed(
        "carbon-aware-sdk", {.base_url = Url(), .kind = grid::SignalKind::average_direct},
        [] { return net::MakeHttpClient({}); }, clock_);
    return (*feed)->Read({location}, nullptr, {});
  }

  net::FakeClock clock_{kMidnight + minutes(20)};
  feeds::Script script_;
  feeds::BoardChannel boards_;
  std::unique_ptr<feeds::GridWatch> watch_;
  std::unique_ptr<net::HttpServer> server_;  // last: its thread uses the rest
};

TEST_F(CarbonAwareSdkServer, IsUnderstoodByOurOwnClient) {
  for (const char* location : {"DE", "eu-central-1"}) {
    const auto answer = Read(location);
    ASSERT_TRUE(answer.reading) << answer.failure->error.message;
    EXPECT_FALSE(answer.failure);
    EXPECT_EQ(answer.reading->kind, grid::SignalKind::average_direct);
    EXPECT_EQ(
        answer.reading->latest,
        (grid::Observation{.at = kMidnight, .step = hours(1), .intensity = GramsPerKwh(323)}));
    const auto board = watch_->BoardAt(clock_.Now());
    const grid::Outlook& outlook = *board->Find({"DE"});
    ASSERT_TRUE(answer.reading->forecast);
    EXPECT_EQ(answer.reading->forecast->issued_at, outlook.issued_at);
    ASSERT_GE(outlook.expected.size(), 72U);
    for (size_t i = 0; i < outlook.expected.size(); ++i) {
      const Time at = outlook.expected.TimeOf(i);
      const auto read = answer.reading->forecast->series.At(at);
      const auto want = outlook.expected.Value(i);
      ASSERT_EQ(read.has_value(), want.has_value()) << FormatTime(at);
      EXPECT_NEAR(read ? read->value() : 0, want ? want->value() : 0, 1e-9) << FormatTime(at);
    }
  }
}

TEST_F(CarbonAwareSdkServer, OurClientIsToldWhereNothingIsKnown) {
  script_.Set([](const std::string&, const std::stop_token&) { return feeds::Answer{}; });
  watch_->AddZones({{"FR"}});
  boards_.Publish(watch_->BoardAt(clock_.Now()));
  const auto unknown = Read("FR");
  EXPECT_FALSE(unknown.reading);
  ASSERT_TRUE(unknown.failure);
  EXPECT_EQ(unknown.failure->error.kind, Error::Kind::not_found);
  const auto nowhere = Read("mars");
  ASSERT_TRUE(nowhere.failure);
  EXPECT_NE(nowhere.failure->error.message.find("400"), std::string::npos)
      << nowhere.failure->error.message;
}

TEST_F(CarbonAwareSdkServer, AnswersABodyThatIsPosted) {
  const auto response =
      Send("POST", "/emissions/average-carbon-intensity/batch",
           R"([{"location":"SE","startTime":"2021-08-01T22:00Z","endTime":"2021-08-02T00:20Z"}])");
  ASSERT_EQ(response.status, 200) << response.body;
  // 61 and 62 for an hour each, 63 for a third of one.
  EXPECT_NEAR(json::parse(response.body).at(0).at("carbonIntensity").to_number<double>(),
              (61 + 62 + 63 / 3.0) / (2 + 1 / 3.0), 1e-9);
}

TEST_F(CarbonAwareSdkServer, ShowsABoardOnceItIsPublished) {
  const std::string target = "/emissions/bylocation?location=DE";
  EXPECT_EQ(json::parse(Send("GET", target).body).at(0).at("time"), "2021-08-02T00:00:00+00:00");
  clock_.Advance(hours(1));
  clock_.AwaitIdle(1);
  boards_.Publish(watch_->BoardAt(clock_.Now()));
  const auto later = json::parse(Send("GET", target + "&details=true").body);
  EXPECT_EQ(later.at(0).at("time"), "2021-08-02T01:00:00+00:00");
  EXPECT_EQ(later.at(0).at("rung"), "fresh");
}

TEST_F(CarbonAwareSdkServer, AnswersWhileBoardsAreMade) {
  std::atomic<int> wrong = 0;
  std::atomic<bool> done = false;
  std::vector<std::jthread> askers;
  for (const char* target :
       {"/emissions/forecasts/current?location=DE", "/emissions/bylocation?location=SE"}) {
    askers.emplace_back([&, target] {
      while (!done) {
        wrong += Send("GET", target).status == 200 ? 0 : 1;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    boards_.Publish(watch_->BoardAt(clock_.Now()));
  }
  done = true;
  askers.clear();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace carbon::serve
