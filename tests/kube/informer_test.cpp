// SPDX-License-Identifier: Apache-2.0
#include "kube/informer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "kube/fake_api.h"

namespace carbon::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;

using Things = std::map<std::string, int64_t>;

/// Waits for what happens on other threads.
bool Eventually(const std::function<bool()>& holds) {
  const auto end = steady_clock::now() + seconds(10);
  while (steady_clock::now() < end) {
    if (holds()) {
      return true;
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

class InformerTest : public testing::Test {
 protected:
  void SetUp() override {
    connection_.server = api_.Url();
    client_options_.page = 3;
    client_options_.retry = {milliseconds(1), milliseconds(2)};
    client_options_.tries = 2;
    options_.path = "/api/v1/things";
    options_.retry = {milliseconds(5), milliseconds(20)};
  }

  void Start() {
    informer_ = std::make_unique<Informer<int64_t>>(
        options_, MakeClientFactory(connection_, *clock_, client_options_), *clock_,
        [](const boost::json::object& object) -> std::optional<int64_t> {
          const int64_t number = IntAt(&object, "number");
          return number < 0 ? std::nullopt : std::optional(number);
        },
        [this](std::string_view key) {
          const std::lock_guard lock(mutex_);
          changes_.emplace_back(key);
        });
  }
  void StartSynced() {
    Start();
    ASSERT_TRUE(informer_->AwaitSync(seconds(10)));
    ASSERT_TRUE(Eventually([this] { return api_.Watching() == 1; }));
    ASSERT_TRUE(Eventually([this] { return !Changes().empty() && Changes().back().empty(); }));
  }

  Things Mirror() const {
    Things out;
    for (const auto& entry : informer_->Now()) {
      out[entry->key] = entry->value;
    }
    return out;
  }
  bool CatchesUp() const {
    return Eventually([this] { return Mirror() == api_.Things(); });
  }
  std::vector<std::string> Changes() {
    const std::lock_guard lock(mutex_);
    return changes_;
  }

  const std::unique_ptr<net::Clock> clock_ = net::MakeMonotonicClock();
  FakeApi api_;
  Connection connection_;
  ClientOptions client_options_;
  InformerOptions options_;
  std::mutex mutex_;
  std::vector<std::string> changes_;
  std::unique_ptr<Informer<int64_t>> informer_;  // last: its thread uses the others
};

TEST_F(InformerTest, MirrorsWhatThereIsAndWhatHappens) {
  api_.Set("a", 1);
  api_.Set("b", 2);
  StartSynced();
  EXPECT_EQ(Mirror(), (Things{{"a", 1}, {"b", 2}}));
  EXPECT_THAT(Changes(), ElementsAre("a", "b", ""));
  api_.Set("c", 3);
  api_.Set("a", 4);
  api_.Delete("b");
  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([this] { return Changes().size() == 6; }));
  EXPECT_THAT(Changes(), ElementsAre("a", "b", "", "c", "a", "b"));
  EXPECT_THAT(api_.Requests(), ElementsAre("watchlist"));
  EXPECT_EQ(informer_->counters().relists, 1U);
  EXPECT_EQ(informer_->counters().errors, 0U);
  EXPECT_EQ(informer_->LastError(), "");
  ASSERT_TRUE(informer_->LastContact());
  EXPECT_LT(clock_->Now() - *informer_->LastContact(), Duration(minutes(1)));
}

TEST_F(InformerTest, AnEmptyCollectionIsSyncedToo) {
  StartSynced();
  EXPECT_EQ(informer_->Now().size(), 0U);
  EXPECT_THAT(Changes(), ElementsAre(""));
}

TEST_F(InformerTest, SnapshotsAreImmutableAndSharedWhileNothingChanges) {
  api_.Set("a", 1);
  StartSynced();
  const auto before = informer_->Now();
  EXPECT_TRUE(before == informer_->Now());
  api_.Set("a", 2);
  ASSERT_TRUE(CatchesUp());
  const auto after = informer_->Now();
  EXPECT_FALSE(before == after);
  EXPECT_EQ(*before.Find("a"), 1);
  EXPECT_EQ(*after.Find("a"), 2);
  EXPECT_EQ(after.Find("b"), nullptr);
  EXPECT_EQ(after.Find(""), nullptr);
}

TEST_F(InformerTest, KeepsOnlyWhatTheParserTakes) {
  api_.Set("a", -1);
  api_.Set("b", 2);
  StartSynced();
  EXPECT_EQ(Mirror(), (Things{{"b", 2}}));
  api_.Set("b", -1);
  EXPECT_TRUE(Eventually([this] { return Mirror().empty(); }));
}

class RefusedWatchList : public InformerTest, public testing::WithParamInterface<int> {};

TEST_P(RefusedWatchList, FallsBackToPages) {
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    api_.Set(name, 1);
  }
  api_.AnswerWatchList(GetParam());
  StartSynced();
  EXPECT_EQ(Mirror(), api_.Things());
  EXPECT_THAT(api_.Requests(), ElementsAre("watchlist", "list", "list", "list", "watch 107"));
  api_.Set("h", 2);
  EXPECT_TRUE(CatchesUp());
  // Once refused it is not asked for again.
  api_.EndWatches("expire");
  ASSERT_TRUE(Eventually([this] { return informer_->counters().relists == 2; }));
  const auto requests = api_.Requests();
  EXPECT_EQ(std::count(requests.begin(), requests.end(), "watchlist"), 1);
}

INSTANTIATE_TEST_SUITE_P(Statuses, RefusedWatchList, testing::Values(400, 404, 422));

TEST_F(InformerTest, FallsBackWhereTheServerNeverHeardOfWatchLists) {
  api_.Set("a", 1);
  api_.AnswerWatchList(0);
  Start();
  ASSERT_TRUE(Eventually([this] { return api_.Watching() == 1; }));
  api_.Bookmark();  // not the one that ends a WatchList's list
  ASSERT_TRUE(informer_->AwaitSync(seconds(10)));
  EXPECT_EQ(Mirror(), api_.Things());
}

TEST_F(InformerTest, FallsBackWhereAWatchListStaysUnfinished) {
  api_.Set("a", 1);
  api_.AnswerWatchList(0);
  options_.silence = milliseconds(50);
  Start();
  ASSERT_TRUE(informer_->AwaitSync(seconds(10)));
  EXPECT_EQ(Mirror(), api_.Things());
}

TEST_F(InformerTest, GoesOnWhereAWatchEndedWithoutANewList) {
  api_.Set("a", 1);
  StartSynced();
  for (const char* how : {"end", "cut", "garbage"}) {
    const uint64_t errors = informer_->counters().errors;
    api_.Set("b", api_.Version());
    ASSERT_TRUE(CatchesUp());
    const auto version = api_.Version();
    api_.EndWatches(how);
    api_.Set("a", version);
    api_.Delete("b");
    EXPECT_TRUE(CatchesUp()) << how;
    EXPECT_THAT(api_.Requests(), Contains("watch " + std::to_string(version))) << how;
    EXPECT_EQ(informer_->counters().errors - errors, how == std::string("end") ? 0U : 1U) << how;
  }
  EXPECT_EQ(informer_->counters().relists, 1U);
}

TEST_F(InformerTest, GoesOnFromABookmark) {
  api_.Set("a", 1);
  StartSynced();
  api_.Bookmark();
  const int64_t version = api_.Version();
  api_.Set("z", 0);
  ASSERT_TRUE(CatchesUp());
  std::this_thread::sleep_for(milliseconds(2));
  const Time before = clock_->Now();
  std::this_thread::sleep_for(milliseconds(2));
  api_.Bookmark();
  ASSERT_TRUE(Eventually([&] { return informer_->LastContact() > before; }));
  api_.Forget();
  api_.EndWatches("end");
  ASSERT_TRUE(Eventually([&] { return informer_->counters().reconnects == 1; }));
  api_.Set("b", 2);
  EXPECT_TRUE(CatchesUp());
  EXPECT_THAT(api_.Requests(), ElementsAre("watchlist", "watch " + std::to_string(version + 2)));
}

TEST_F(InformerTest, AForgottenVersionMeansANewListAndLateDeletes) {
  for (const char* name : {"a", "b", "c"}) {
    api_.Set(name, 1);
  }
  StartSynced();
  api_.Refuse(503);
  api_.EndWatches("cut");
  ASSERT_TRUE(Eventually([this] { return api_.Watching() == 0; }));
  api_.Set("a", 2);
  api_.Delete("b");
  api_.Forget();
  const size_t before = Changes().size();
  EXPECT_EQ(Mirror().size(), 3U) << "a server that is away removes nothing";
  api_.Refuse(0);
  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([this] { return informer_->counters().relists == 2; }));
  auto changes = Changes();
  changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_THAT(changes, ElementsAre("a", "b", "")) << "c did not change";
}

TEST_F(InformerTest, TheMirrorIsNeverEmptiedByANewList) {
  for (int i = 0; i < 50; ++i) {
    api_.Set("n" + std::to_string(i), i);
  }
  StartSynced();
  std::atomic<size_t> least{50};
  std::jthread watcher([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      least = std::min(least.load(), informer_->Now().size());
    }
  });
  for (uint64_t i = 2; i < 8; ++i) {
    api_.EndWatches("expire");
    ASSERT_TRUE(Eventually([&] { return informer_->counters().relists == i; }));
  }
  watcher.request_stop();
  watcher.join();
  EXPECT_EQ(least, 50U);
}

TEST_F(InformerTest, AVersionAheadOfTheServerMeansANewList) {
  options_.silence = milliseconds(100);
  api_.Set("a", 1);
  api_.Set("b", 1);
  StartSynced();
  api_.GoBackTo(50);
  api_.EndWatches("end");
  api_.Set("b", 7);
  EXPECT_TRUE(CatchesUp());
  EXPECT_TRUE(Eventually([this] { return informer_->counters().relists == 2; }));
}

TEST_F(InformerTest, ASilentWatchIsTakenForDead) {
  options_.silence = milliseconds(60);
  StartSynced();
  api_.Set("a", 1);
  ASSERT_TRUE(CatchesUp());
  api_.Mute(true);
  api_.Set("a", 2);
  ASSERT_TRUE(Eventually([this] { return informer_->counters().reconnects > 0; }));
  api_.Mute(false);
  EXPECT_TRUE(CatchesUp());
  EXPECT_EQ(informer_->counters().errors, 0U);
}

TEST_F(InformerTest, SaysWhatIsWrongAndComesBack) {
  api_.Refuse(403);
  Start();
  ASSERT_TRUE(Eventually([this] { return informer_->counters().errors >= 3; }));
  EXPECT_FALSE(informer_->Synced());
  EXPECT_FALSE(informer_->AwaitSync(milliseconds(1)));
  EXPECT_EQ(informer_->LastError(), "GET /api/v1/things: refused (HTTP 403)");
  EXPECT_EQ(informer_->LastContact(), std::nullopt);
  api_.Refuse(0);
  EXPECT_TRUE(informer_->AwaitSync(seconds(10)));
  EXPECT_EQ(informer_->LastError(), "");
}

TEST_F(InformerTest, DoesNotHammerAServerThatEndsWatchesAtOnce) {
  options_.retry = {milliseconds(50), milliseconds(200)};
  api_.Set("a", 1);
  api_.Refuse(410, true);
  api_.AnswerWatchList(400);
  Start();
  ASSERT_TRUE(informer_->AwaitSync(seconds(10)));
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LT(api_.Requests().size(), 20U);
}

TEST_F(InformerTest, StopsAtOnceWhateverItDoes) {
  options_.retry = {minutes(10), minutes(10)};
  api_.Set("a", 1);
  StartSynced();  // watching
  auto start = steady_clock::now();
  informer_.reset();
  EXPECT_LT(steady_clock::now() - start, seconds(1));
  api_.Refuse(403);
  Start();  // pausing
  ASSERT_TRUE(Eventually([this] { return informer_->counters().errors == 1; }));
  start = steady_clock::now();
  informer_.reset();
  EXPECT_LT(steady_clock::now() - start, seconds(1));
  Start();  // starting
  informer_.reset();
}

TEST_F(InformerTest, WaitingForTheFirstListEndsOnAStop) {
  api_.Refuse(403);
  Start();
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  EXPECT_FALSE(informer_->AwaitSync(minutes(10), source.get_token()));
}

/// Whatever happens to the connection, in the end the mirror shows what there is.
TEST_F(InformerTest, ConvergesUnderRandomFaults) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    std::mt19937_64 random(seed);
    const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
    Start();
    for (int step = 0; step < 300; ++step) {
      const std::string name = "n" + std::to_string(draw(20));
      const int what = draw(40);
      if (what < 25) {
        api_.Set(name, step);
      } else if (what < 34 && api_.Things().contains(name)) {
        api_.Delete(name);
      } else if (what == 35) {
        api_.Bookmark();
      } else if (what == 36) {
        api_.Forget();
      } else if (what > 36) {
        const char* ways[] = {"end", "cut", "expire", "garbage"};
        api_.EndWatches(ways[draw(4)]);
      }
      if (draw(10) == 0) {
        std::this_thread::sleep_for(milliseconds(draw(4)));
      }
    }
    const auto requests = [this] {
      const auto all = api_.Requests();
      return std::vector(all.end() - std::min<std::ptrdiff_t>(5, std::ssize(all)), all.end());
    };
    ASSERT_TRUE(CatchesUp()) << "seed " << seed << ", error '" << informer_->LastError()
                             << "', last requests " << testing::PrintToString(requests()) << ", at "
                             << api_.Version() << ", has " << testing::PrintToString(Mirror())
                             << " not " << testing::PrintToString(api_.Things());
    informer_.reset();
  }
}

}  // namespace
}  // namespace carbon::kube
