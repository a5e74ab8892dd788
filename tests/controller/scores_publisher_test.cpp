// SPDX-License-Identifier: Apache-2.0
#include "controller/scores_publisher.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>

#include "net/http_server.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Time kNow = *ParseTime("2021-07-01T10:00:00Z");

std::shared_ptr<const grid::Board> BoardOf(double intensity, Time now = kNow) {
  const grid::ZoneReading reading{
      .zone = {"DE"},
      .kind = grid::SignalKind::average_lifecycle,
      .source = "test",
      .fetched_at = now,
      .latest = {},
      .forecast = grid::Forecast{kNow, {kNow, hours(1), std::vector<double>(48, intensity)}},
      .history = {}};
  return std::make_shared<const grid::Board>(grid::Board::Of({reading}, now, {}));
}

class ScoresPublisherTest : public testing::Test {
 protected:
  ScoresPublisherTest() {
    server_ = *net::HttpServer::Start(
        {}, [this](const net::ServerRequest& request) { return Answer(request); });
    const auto make_client =
        kube::MakeClientFactory({.server = "http://127.0.0.1:" + std::to_string(server_->port())},
                                *clock_, {.tries = 1, .patience = milliseconds(100)});
    publisher_.emplace(ScoresSettings{.place = {},
                                      .least_pause = milliseconds(1),
                                      .retry = {milliseconds(20), milliseconds(40)}},
                       make_client, *clock_);
  }

  net::HttpResponse Answer(const net::ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    changed_.notify_all();
    if (status_ != 200) {
      return {status_, {}, R"({"kind":"Status","message":"not now"})"};
    }
    written_.push_back(json::parse(json::parse(request.body).at("data").at("zones").as_string())
                           .at(0)
                           .at("intensity")
                           .to_number<double>());
    changed_.notify_all();
    return {200, {}, "{}"};
  }

  void Answers(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::vector<double> AwaitWritten(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(10), [&] { return written_.size() >= count; });
    return written_;
  }
  void AwaitAsked(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, seconds(10), [&] { return asked_ >= count; }));
  }
  template <typename Condition>
  bool Eventually(const Condition& condition) const {
    for (int i = 0; i < 1000; ++i) {
      if (condition(publisher_->counters())) {
        return true;
      }
      clock_->SleepUntil(clock_->Now() + milliseconds(10), {});
    }
    return false;
  }

  const std::unique_ptr<net::Clock> clock_ = net::MakeRealClock();
  std::mutex mutex_;
  std::condition_variable changed_;
  int status_ = 200;
  int asked_ = 0;
  std::vector<double> written_;
  std::unique_ptr<net::HttpServer> server_;
  std::optional<ScoresPublisher> publisher_;  // last: its thread asks the server
};

TEST_F(ScoresPublisherTest, WritesWhatIsNewAndNothingTwice) {
  publisher_->Offer(BoardOf(300));
  EXPECT_EQ(AwaitWritten(1), std::vector<double>({300}));
  publisher_->Offer(BoardOf(300, kNow + milliseconds(1)));
  EXPECT_TRUE(Eventually([](const ScoresCounters& counters) { return counters.unchanged == 1; }));
  publisher_->Offer(BoardOf(200));
  EXPECT_EQ(AwaitWritten(2), std::vector<double>({300, 200}));
  EXPECT_TRUE(Eventually([](const ScoresCounters& counters) { return counters.written == 2; }));
  EXPECT_EQ(publisher_->counters().failed, 0U);
}

TEST_F(ScoresPublisherTest, ANewHourIsNews) {
  publisher_->Offer(BoardOf(300));
  (void)AwaitWritten(1);
  publisher_->Offer(BoardOf(300, kNow + hours(1)));
  EXPECT_EQ(AwaitWritten(2).size(), 2U);
}

TEST_F(ScoresPublisherTest, TriesAgainUntilItIsTakenWithWhatIsNewestThen) {
  Answers(503);
  publisher_->Offer(BoardOf(300));
  AwaitAsked(2);
  publisher_->Offer(BoardOf(200));
  Answers(200);
  EXPECT_EQ(AwaitWritten(1).back(), 200);
  EXPECT_TRUE(Eventually([](const ScoresCounters& counters) { return counters.written == 1; }));
  EXPECT_GE(publisher_->counters().failed, 2U);
}

TEST_F(ScoresPublisherTest, WritesAnewAfterAnotherHasPublished) {
  publisher_->Offer(BoardOf(300));
  (void)AwaitWritten(1);
  publisher_->Offer(nullptr);
  clock_->SleepUntil(clock_->Now() + milliseconds(50), {});
  publisher_->Offer(BoardOf(300));
  EXPECT_EQ(AwaitWritten(2), std::vector<double>({300, 300}));
}

TEST_F(ScoresPublisherTest, StopsWhileItIsRefused) {
  Answers(403);
  publisher_->Offer(BoardOf(300));
  AwaitAsked(1);
  const Time began = clock_->Now();
  publisher_.reset();
  EXPECT_LT(clock_->Now() - began, seconds(5));
}

}  // namespace
}  // namespace carbon::controller
