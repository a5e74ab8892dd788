// SPDX-License-Identifier: Apache-2.0
#include "net/pace.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "support/fake_client.h"
#include "support/jumping_clock.h"

namespace carbon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PaceTest : public testing::Test {
 protected:
  PaceTest() {
    auto clock = std::make_unique<JumpingClock>();
    clock_ = clock.get();
    pace_ = std::make_shared<Pace>(seconds(1), std::move(clock));
  }
  std::unique_ptr<HttpClient> Client() {
    return MakePacedClient(
        std::make_unique<FakeClient>(
            sent_, [](const HttpRequest&) { return HttpResponse{200, {}, "here"}; }),
        pace_);
  }

  std::vector<HttpRequest> sent_;
  JumpingClock* clock_ = nullptr;
  std::shared_ptr<Pace> pace_;
};

TEST_F(PaceTest, KeepsRequestsApartWhateverClientSendsThem) {
  const auto first = Client();
  const auto second = Client();
  for (HttpClient* client : {first.get(), second.get(), first.get()}) {
    const auto response = client->Send({.url = "http://service/"});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "here");
  }
  EXPECT_EQ(sent_.size(), 3U);
  EXPECT_EQ(clock_->naps(), (std::vector<Duration>{seconds(1), seconds(1)}));
}

TEST_F(PaceTest, LetsPassAtOnceWhatComesLate) {
  const auto client = Client();
  ASSERT_TRUE(client->Send({.url = "http://service/"}));
  clock_->Advance(milliseconds(400));
  ASSERT_TRUE(client->Send({.url = "http://service/"}));
  clock_->Advance(seconds(5));
  ASSERT_TRUE(client->Send({.url = "http://service/"}));
  EXPECT_EQ(clock_->naps(), std::vector<Duration>{milliseconds(600)});
}

TEST_F(PaceTest, CountsTheWaitTowardsTheTimeout) {
  const auto client = Client();
  ASSERT_TRUE(client->Send({.url = "http://service/", .timeout = seconds(10)}));
  ASSERT_TRUE(client->Send({.url = "http://service/", .timeout = seconds(10)}));
  EXPECT_EQ(sent_[0].timeout, seconds(10));
  EXPECT_EQ(sent_[1].timeout, seconds(9));
}

TEST_F(PaceTest, SendsNothingOnceStopped) {
  std::stop_source stop;
  stop.request_stop();
  const auto response = Client()->Send({.url = "http://service/"}, stop.get_token());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error(), Unavailable("GET request: stopped"));
  EXPECT_TRUE(sent_.empty());
}

}  // namespace
}  // namespace carbon::net
