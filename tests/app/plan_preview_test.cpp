// SPDX-License-Identifier: Apache-2.0
#include "app/plan_preview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace carbon::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-07-01T00:00:00Z");

std::shared_ptr<const grid::Board> BoardWith(
    const std::vector<std::pair<std::string, std::vector<double>>>& zones) {
  std::vector<grid::ZoneReading> readings;
  readings.reserve(zones.size());
  for (const auto& [zone, values] : zones) {
    readings.push_back(
        {.zone = {zone},
         .kind = grid::SignalKind::average_lifecycle,
         .source = "test",
         .fetched_at = kNow,
         .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(values.front())},
         .forecast = grid::Forecast{kNow, grid::Series(kNow, hours(1), values)},
         .history = {}});
  }
  return std::make_shared<grid::Board>(grid::Board::Of(readings, kNow, {}));
}

PlanRequest RequestFor(const std::vector<std::string>& zones, workloads::Labels annotations) {
  PlanRequest request{.job = "job", .pod = {}, .arrival = kNow, .places = {}};
  request.pod.annotations = std::move(annotations);
  for (const std::string& zone : zones) {
    request.places.push_back({"region-" + zone, {zone}, Watts(1000)});
  }
  return request;
}

TEST(PlanPreview, DecidesAsTheControllerWouldByTheAnnotationsAndItsDefaults) {
  const auto board = BoardWith({{"DE", {300, 250, 100, 90, 200, 200, 10, 5}}});
  const PlanPreview preview = PreviewPlan(RequestFor({"DE"}, {}), board);
  EXPECT_EQ(preview.length, hours(1)) << "the default";
  EXPECT_EQ(preview.decision.reason.latest_start, kNow + hours(6)) << "the default";
  EXPECT_EQ(preview.decision.action, plan::Decision::Action::hold);
  EXPECT_FALSE(preview.late);
}

TEST(PlanPreview, TellsWhatEachHourOfPatienceWouldSave) {
  const auto board = BoardWith({{"DE", {300, 260, 260, 200, 260, 260, 260, 50}}});
  const PlanPreview preview =
      PreviewPlan(RequestFor({"DE"}, {{"carbon-kube.io/expected-duration", "1h"},
                                      {"carbon-kube.io/max-delay", "6h5m"}}),
                  board);
  std::vector<Duration> waits;
  std::vector<double> grams;
  for (const Patience& row : preview.patience) {
    waits.push_back(row.wait);
    grams.push_back(row.best.emissions.value());
  }
  EXPECT_EQ(waits, (std::vector<Duration>{hours(0), hours(1), hours(2), hours(4), hours(6)}));
  EXPECT_EQ(grams, (std::vector<double>{300, 260, 260, 200, 200}));
  EXPECT_FALSE(preview.patience[0].saved_per_hour);
  EXPECT_EQ(preview.patience[1].saved_per_hour, Grams(40));
  EXPECT_EQ(preview.patience[3].saved_per_hour, Grams(30));
  EXPECT_EQ(preview.patience.back().best, preview.decision.reason.chosen)
      << "the last row is the plan";
}

TEST(PlanPreview, AMistakeInAnAnnotationStartsAtOnceAndSaysWhy) {
  const PlanPreview preview =
      PreviewPlan(RequestFor({"DE"}, {{"carbon-kube.io/max-delay", "soon"}}), BoardWith({}));
  EXPECT_EQ(preview.decision.action, plan::Decision::Action::release);
  EXPECT_EQ(preview.decision.reason.cause, plan::Cause::bad_request);
  EXPECT_THAT(preview.decision.reason.note, testing::HasSubstr("'soon' is not a duration"));
  EXPECT_TRUE(preview.patience.empty());
}

TEST(PlanPreview, WithoutASignalOrAPlaceThereIsNothingToWaitFor) {
  const PlanPreview blind = PreviewPlan(RequestFor({"DE"}, {}), BoardWith({}));
  EXPECT_EQ(blind.decision.reason.cause, plan::Cause::no_signal);
  EXPECT_TRUE(blind.patience.empty());
  const PlanPreview nowhere = PreviewPlan(RequestFor({}, {}), BoardWith({}));
  EXPECT_EQ(nowhere.decision.reason.cause, plan::Cause::no_place);
}

TEST(PlanPreview, SaysHowLateAJobIsThatCannotKeepItsDeadline) {
  const PlanPreview preview =
      PreviewPlan(RequestFor({"DE"}, {{"carbon-kube.io/expected-duration", "3h"},
                                      {"carbon-kube.io/deadline", "2021-07-01T04:00:00+02:00"}}),
                  BoardWith({{"DE", {300, 100, 100, 100}}}));
  EXPECT_EQ(preview.decision.reason.cause, plan::Cause::deadline_forces);
  EXPECT_EQ(preview.late, hours(1));
  EXPECT_EQ(preview.patience.size(), 1U) << "it cannot wait at all";
}

TEST(PlanPreview, AJobThatMayWaitForYearsIsWeighedAsFarAsForecastsReach) {
  const PlanPreview preview =
      PreviewPlan(RequestFor({"DE"}, {{"carbon-kube.io/max-delay", "36500d"}}),
                  BoardWith({{"DE", {300, 100, 200}}}));
  EXPECT_EQ(preview.decision.start, kNow + hours(1));
  EXPECT_LE(preview.patience.size(), 10U);
}

TEST(PlanPreview, MorePatienceNeverEmitsMore) {
  std::mt19937_64 random(20261130);
  for (int instance = 0; instance < 2'000; ++instance) {
    SCOPED_TRACE("seed 20261130, instance " + std::to_string(instance));
    std::vector<std::pair<std::string, std::vector<double>>> zones;
    std::vector<std::string> names;
    for (size_t zone = 0; zone <= random() % 2; ++zone) {
      std::vector<double> values(4 + random() % 20);
      for (double& value : values) {
        value = random() % 8 == 0 && &value != values.data()
                    ? grid::Series::kUnknown
                    : static_cast<double>(10 + random() % 500);
      }
      names.push_back("Z" + std::to_string(zone));
      zones.emplace_back(names.back(), values);
    }
    const PlanPreview preview = PreviewPlan(
        RequestFor(names,
                   {{"carbon-kube.io/expected-duration", std::to_string(1 + random() % 400) + "m"},
                    {"carbon-kube.io/max-delay", std::to_string(random() % 2000) + "m"}}),
        BoardWith(zones));
    ASSERT_FALSE(preview.patience.empty());
    ASSERT_EQ(preview.patience.back().best, *preview.decision.reason.chosen);
    for (size_t i = 1; i < preview.patience.size(); ++i) {
      ASSERT_LE(preview.patience[i].best.emissions, preview.patience[i - 1].best.emissions);
      ASSERT_GT(preview.patience[i].wait, preview.patience[i - 1].wait);
      ASSERT_LE(preview.patience[i].best.start, kNow + preview.patience[i].wait);
    }
  }
}

}  // namespace
}  // namespace carbon::app
