// SPDX-License-Identifier: Apache-2.0
// How much can be asked for at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/carbon_aware_sdk_api.h"
#include "serve/known_grid.h"

namespace carbon::serve {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using ::testing::HasSubstr;

std::string Locations(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "location=DE" : "&location=DE");
  }
  return text;
}

std::string Repeated(const std::string& entry, size_t count) {
  std::string text = "[";
  for (size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + entry;
  }
  return text + "]";
}

TEST(CarbonAwareSdkBounds, AHundredLocationsAtOnce) {
  const KnownGrid grid;
  for (const char* path : {"/emissions/bylocations?", "/emissions/bylocations/best?",
                           "/emissions/forecasts/current?"}) {
    EXPECT_EQ(grid.Get(path + Locations(100)).status, 200) << path;
    const auto refused = grid.Get(path + Locations(101));
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_THAT(refused.body, HasSubstr("101 locations: at most 100")) << path;
  }
}

TEST(CarbonAwareSdkBounds, AMonthAtOnce) {
  const KnownGrid grid;
  const std::string from = "/emissions/bylocation?location=DE&time=2021-07-03T00:00Z&toTime=";
  EXPECT_EQ(grid.Get(from + "2021-08-03T00:00Z").status, 200);
  EXPECT_THAT(grid.Get(from + "2021-08-03T00:01Z").body,
              HasSubstr("toTime must be at most 31 days after time"));
  EXPECT_THAT(grid.Get("/emissions/average-carbon-intensity?location=DE&startTime="
                       "1970-01-01&endTime=9999-12-31")
                  .body,
              HasSubstr("endTime must be at most 31 days after startTime"));
}

TEST(CarbonAwareSdkBounds, AWindowOfAMonth) {
  const KnownGrid grid;
  const std::string at = "/emissions/forecasts/current?location=SE&windowSize=";
  EXPECT_EQ(grid.Get(at + "0").status, 200);
  EXPECT_EQ(grid.Get(at + "0").body, grid.Get("/emissions/forecasts/current?location=SE").body)
      << "0 is none, as for the SDK";
  EXPECT_EQ(grid.Get(at + "44640").status, 200);
  for (const char* size : {"44641", "-1", "ten", "1.5", "99999999999999999999"}) {
    EXPECT_THAT(grid.Get(at + size).body, HasSubstr("is not a whole number from 0 to 44640"))
        << size;
  }
}

TEST(CarbonAwareSdkBounds, AThousandEntriesInABody) {
  const KnownGrid grid;
  const std::string mean =
      R"({"location":"DE","startTime":"2021-08-02T01:00Z","endTime":"2021-08-02T02:00Z"})";
  const std::string target = "/emissions/average-carbon-intensity/batch";
  EXPECT_EQ(grid.Post(target, Repeated(mean, 1000)).status, 200);
  EXPECT_THAT(grid.Post(target, Repeated(mean, 1001)).body,
              HasSubstr("the body holds 1001 entries: from 1 to 1000 are answered"));
  const std::string forecast = R"({"location":"SE","requestedAt":"2021-08-02T01:00Z"})";
  EXPECT_EQ(grid.Post("/emissions/forecasts/batch", Repeated(forecast, 1000)).status, 501);
  EXPECT_EQ(grid.Post("/emissions/forecasts/batch", Repeated(forecast, 1001)).status, 400);
  EXPECT_EQ(grid.Post(target, std::string(100'000, '[')).status, 400) << "too deep to be read";
}

TEST(CarbonAwareSdkBounds, AHundredThousandPointsInAnAnswer) {
  KnownGrid grid;
  std::vector<double> observed(31 * 288, 70.0);
  grid.Add("SE", {.zone = {"SE"},
                  .kind = KnownGrid::kKind,
                  .source = "fast",
                  .fetched_at = kNow,
                  .latest = grid::Observation{.at = kMidnight - minutes(5),
                                              .step = minutes(5),
                                              .intensity = GramsPerKwh(70)},
                  .forecast = {},
                  .history = grid::Series(kMidnight - days(31), minutes(5), observed)});
  std::string target = "/emissions/bylocations?time=2021-07-02T00:00Z&toTime=2021-08-02T00:00Z";
  for (int i = 0; i < 11; ++i) {
    target += "&location=SE";
  }
  EXPECT_EQ(grid.Get(target).status, 200) << "11 times 8928 are 98208";
  const auto refused = grid.Get(target + "&location=SE");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("more than 100000 points: ask for a shorter time"));
}

}  // namespace
}  // namespace carbon::serve
