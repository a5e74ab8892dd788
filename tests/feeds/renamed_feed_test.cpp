// SPDX-License-Identifier: Apache-2.0
#include "feeds/renamed_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carbon::feeds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Time kNow = *ParseTime("2021-08-02T06:20:00Z");

/// Says 75 of every zone, and keeps what it was asked.
class Seventyfive final : public Feed {
 public:
  struct Asked {
    std::string zone;
    std::optional<grid::ZoneId> held;
  };
  explicit Seventyfive(std::vector<Asked>& asked) : asked_(asked) {}

  std::string_view Name() const override { return "eia"; }
  Answer Read(const grid::ZoneId& zone, const grid::ZoneReading* held, std::stop_token) override {
    asked_.push_back({zone.name, held ? std::optional(held->zone) : std::nullopt});
    if (zone.name == "DOWN") {
      return {.reading = {}, .failure = Failure{.error = Unavailable("down")}};
    }
    return {.reading = grid::ZoneReading{
                .zone = zone,
                .kind = grid::SignalKind::average_direct,
                .source = "eia",
                .fetched_at = kNow,
                .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(75)},
                .forecast = {},
                .history = {}}};
  }
  Located Locate(const grid::Place& place, std::stop_token) override {
    return {.zone = grid::ZoneId{"zone of " + place.region}};
  }

 private:
  std::vector<Asked>& asked_;
};

class RenamedFeed : public testing::Test {
 protected:
  Answer Read(const std::string& zone, const grid::ZoneReading* held = nullptr) {
    return feed_->Read({zone}, held, {});
  }
  void Make(ZoneDictionary dictionary) {
    feed_ = MakeRenamedFeed(std::make_unique<Seventyfive>(asked_), std::move(dictionary));
  }

  std::vector<Seventyfive::Asked> asked_;
  std::unique_ptr<Feed> feed_;
};

TEST_F(RenamedFeed, AsksByTheProvidersNameAndAnswersByTheOther) {
  Make({.names = {{{"US-MIDA-PJM"}, {"PJM"}}}, .others = ZoneDictionary::Others::absent});
  const Answer answer = Read("US-MIDA-PJM");
  ASSERT_TRUE(answer.reading);
  EXPECT_EQ(answer.reading->zone.name, "US-MIDA-PJM");
  EXPECT_EQ(answer.reading->source, "eia");
  EXPECT_EQ(answer.reading->latest->intensity, GramsPerKwh(75));
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].zone, "PJM");
  EXPECT_EQ(asked_[0].held, std::nullopt);
  (void)Read("US-MIDA-PJM", &*answer.reading);
  EXPECT_EQ(asked_[1].held, grid::ZoneId{"PJM"}) << "what is held is told by its name too";
  EXPECT_EQ(feed_->Name(), "eia");
}

TEST_F(RenamedFeed, DoesNotAskForAZoneWithoutAName) {
  Make({.names = {{{"US-MIDA-PJM"}, {"PJM"}}}, .others = ZoneDictionary::Others::absent});
  const Answer answer = Read("DE");
  EXPECT_FALSE(answer.reading);
  EXPECT_EQ(answer.failure->error,
            (Error{Error::Kind::denied,
                   "it is not known what eia calls this zone, so it cannot stand in "
                   "(--stand-in-zone DE=NAME)"}));
  EXPECT_EQ(answer.failure->scope, Failure::Scope::zone) << "other zones go on";
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(RenamedFeed, CallsOtherZonesTheSameWhereThatIsTheRule) {
  Make({.names = {{{"DE"}, {"germany"}}}});
  EXPECT_EQ(Read("FR").reading->zone.name, "FR");
  EXPECT_EQ(Read("DE").reading->zone.name, "DE");
  EXPECT_EQ(asked_[0].zone, "FR");
  EXPECT_EQ(asked_[1].zone, "germany");
}

TEST_F(RenamedFeed, PassesFailuresAndPlacesOn) {
  Make({.names = {{{"DE"}, {"DOWN"}}}});
  EXPECT_EQ(Read("DE").failure->error, Unavailable("down"));
  EXPECT_EQ(feed_->Locate({"aws", "us-west-2", {}}, {}).zone, grid::ZoneId{"zone of us-west-2"});
}

}  // namespace
}  // namespace carbon::feeds
