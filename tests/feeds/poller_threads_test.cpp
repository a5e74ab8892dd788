// SPDX-License-Identifier: Apache-2.0
// What the poller does with several threads; the rest is in poller_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "feeds/poller_case.h"

namespace carbon::feeds {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Holds up who enters until it is opened, or `stop` is requested.
class Gate {
 public:
  void Pass(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return open_; });
    --inside_;
  }
  void AwaitInside(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ == count; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int inside_ = 0;
  bool open_ = false;
};

TEST_F(PollerTest, ASlowZoneDelaysNoOther) {
  Gate gate;
  script_.Set([&](const std::string& zone, const std::stop_token& stop) {
    if (zone == "DE") {
      gate.Pass(stop);
    }
    return Whole(zone);
  });
  Make({{"DE"}, {"FR"}, {"SE"}}, 4);
  gate.AwaitInside(1);
  readers_ = 3;  // that come to rest
  clock_.AwaitIdle(readers_);
  Pass(minutes(20));
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(0));
  for (const char* zone : {"FR", "SE"}) {
    EXPECT_THAT(script_.Reads(zone), ElementsAre(0, 5, 10, 15, 20)) << zone;
  }
  ASSERT_EQ(poller_->Latest()->size(), 2U) << "published without waiting for the slow one";
  EXPECT_EQ(poller_->Latest()->at(1).fetched_at, kMidnight + minutes(20));
  EXPECT_EQ(poller_->Counts().at({"DE"}).Reads(), 0U);
  gate.Open();
  clock_.AwaitIdle(4);
  EXPECT_EQ(poller_->Latest()->size(), 3U);
}

TEST_F(PollerTest, ReadsNoMoreZonesAtOnceThanItMay) {
  Gate gate;
  std::atomic<int> reading = 0;
  std::atomic<bool> too_many = false;
  script_.Set([&](const std::string& zone, const std::stop_token& stop) {
    too_many = too_many || ++reading > 3;
    gate.Pass(stop);
    --reading;
    return Whole(zone);
  });
  Make({{"A"}, {"B"}, {"C"}, {"D"}, {"E"}}, 3);
  gate.AwaitInside(3);
  gate.Open();
  clock_.AwaitIdle(3);
  EXPECT_FALSE(too_many);
  EXPECT_EQ(poller_->Latest()->size(), 5U);
}

TEST_F(PollerTest, StopsAtOnceWhileZonesAreRead) {
  Gate gate;
  script_.Set([&](const std::string& zone, const std::stop_token& stop) {
    gate.Pass(stop);
    return Whole(zone);
  });
  Make({{"DE"}, {"SE"}}, 4);
  gate.AwaitInside(2);
  poller_.reset();  // returns although nobody opens the gate
  EXPECT_EQ(updates_, 0);
}

TEST_F(PollerTest, ReadsThatWereUnderWayTogetherFailAsOne) {
  Gate gate;
  script_.Set([&](const std::string&, const std::stop_token& stop) {
    gate.Pass(stop);
    return Fails(Error::Kind::unavailable, "429", Failure::Scope::provider);
  });
  Make({{"A"}, {"B"}, {"C"}, {"D"}, {"E"}}, 4);
  gate.AwaitInside(4);
  gate.Open();
  clock_.AwaitIdle(readers_);
  EXPECT_TRUE(poller_->ProviderFailing());
  EXPECT_THAT(Events(), SizeIs(1));
  EXPECT_THAT(script_.Reads("E"), IsEmpty());
  Pass(minutes(1));  // the pause after one failure, and too short for a second one
  EXPECT_THAT(script_.Reads("E"), SizeIs(1)) << "the one that waits longest ...";
  EXPECT_EQ(ReadsOfAll(), 5U) << "... and only that";
}

TEST_F(PollerTest, GoesOnWithAllZonesOnceTheProviderAnswers) {
  script_.Set([](const std::string&, const std::stop_token&) {
    return Fails(Error::Kind::unavailable, "429", Failure::Scope::provider);
  });
  Start({{"A"}, {"B"}, {"C"}, {"D"}, {"E"}}, kMidnight, 4);
  EXPECT_TRUE(poller_->ProviderFailing());
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Pass(minutes(11));
  EXPECT_FALSE(poller_->ProviderFailing());
  EXPECT_EQ(poller_->Latest()->size(), 5U);
  EXPECT_EQ(Events().back(), "I fake: answers again");
}

// ---- Zones that come later

TEST_F(PollerTest, ReadsAddedZonesAtOnceAndLeavesTheOthersAsTheyAre) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({{"FR"}});
  Pass(minutes(7));
  poller_->AddZones({{"SE"}, {"FR"}, {"DE"}});
  AwaitZones(3);
  Pass(minutes(3));
  EXPECT_THAT(script_.Reads("FR"), ElementsAre(0, 5, 10));
  EXPECT_THAT(script_.Reads("DE"), ElementsAre(7, 10));
  EXPECT_THAT(script_.Reads("SE"), ElementsAre(7, 10));
  EXPECT_EQ(poller_->Latest()->at(0).zone.name, "DE");
  EXPECT_EQ(poller_->Latest()->at(1).zone.name, "FR");
  EXPECT_EQ(poller_->Counts().size(), 3U);
}

TEST_F(PollerTest, MayBeGivenZonesFromAnyThreadWhileItReads) {
  script_.Set([this](const std::string& zone, const std::stop_token&) { return Whole(zone); });
  Start({}, kMidnight, 4);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([this, thread] {
        for (int i = 0; i < 20; ++i) {
          const std::string number = std::to_string(i);
          poller_->AddZones({{number}, {std::to_string(thread) + "-" + number}});
          const size_t readings = poller_->Latest()->size();
          EXPECT_LE(readings, poller_->Counts().size());
        }
      });
    }
  }
  AwaitZones(80);
  EXPECT_EQ(ReadsOfAll(), 80U);
}

}  // namespace
}  // namespace carbon::feeds
