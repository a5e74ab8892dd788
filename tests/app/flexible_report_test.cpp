// SPDX-License-Identifier: Apache-2.0
#include "app/flexible_report.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

namespace carbon::app {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = *ParseTime("2021-08-02T06:00:00Z");

PlanPreview Preview(const plan::Flexibility& flexibility, const std::string& max_delay = "4h5m") {
  const grid::ZoneReading reading{
      .zone = {"DE"},
      .kind = grid::SignalKind::average_lifecycle,
      .source = "test",
      .fetched_at = kNow,
      .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(300)},
      .forecast =
          grid::Forecast{kNow, grid::Series(kNow, hours(1), {300, 100, 250, 100, 280, 290})},
      .history = {}};
  const auto board = std::make_shared<grid::Board>(
      grid::Board::Of(std::vector<grid::ZoneReading>{reading}, kNow, {}));
  PlanRequest request{.job = "jobs/etl",
                      .pod = {},
                      .arrival = kNow,
                      .places = {{"eu-central-1", {"DE"}, Watts(100)}}};
  request.flexibility = flexibility;
  request.pod.annotations = {{"carbon-kube.io/expected-duration", "2h"},
                             {"carbon-kube.io/max-delay", max_delay}};
  return PreviewPlan(request, board);
}

TEST(FlexibleReport, ShowsTheSegmentsWhatTheySaveAndTheOtherWays) {
  EXPECT_EQ(FlexibleText(Preview(
                {.pause = plan::PauseCost{.energy = KilowattHours(0.01), .delay = minutes(6)}})),
            "\n"
            "  if it paused and scaled as it may, which the controller does not carry out:\n"
            "  23.5 g: saves 16.5 g (41.2 %) against running now, 11.5 g (32.9 %) against the one "
            "start\n"
            "  3.50 g of it for 1 pause\n"
            "  FROM (UTC)  TO     WORKERS  REGION        ZONE  G/KWH  GRAMS\n"
            "  07:00       08:00  1        eu-central-1  DE    100    10.0\n"
            "  08:54       10:00  1        eu-central-1  DE    114    12.5\n"
            "\n"
            "  OR FROM (UTC)  TO     WORKERS  PAUSES  REGION        ZONE  GRAMS\n"
            "  07:00          09:00  1        0       eu-central-1  DE    35.0\n"
            "  06:00          08:00  1        0       eu-central-1  DE    40.0\n");
}

TEST(FlexibleReport, ShowsHowManyWorkersAWayHas) {
  PlanPreview preview = Preview({.work_per_hour = {1, 2}});
  plan::Arrangement& other = preview.flexible->alternatives.at(0);
  other.runs.push_back(other.runs.back());
  other.runs.back().workers = 4;
  const std::string text = FlexibleText(preview);
  EXPECT_NE(text.find("07:00       08:00  2  "), std::string::npos) << text;
  EXPECT_NE(text.find("  1-4  "), std::string::npos) << text;
}

TEST(FlexibleReport, WithoutLeaveToPauseOrScaleThereIsNothing) {
  PlanPreview preview = Preview({});
  preview.flexible.reset();
  EXPECT_EQ(FlexibleText(preview), "");
  EXPECT_TRUE(FlexibleJson(preview).is_null());
}

TEST(FlexibleReport, JsonHoldsTheSameAsTheText) {
  const auto plan = FlexibleJson(
      Preview({.pause = plan::PauseCost{.energy = KilowattHours(0.01), .delay = minutes(6)}}));
  EXPECT_EQ(plan.at("zone"), "DE");
  EXPECT_EQ(plan.at("region"), "eu-central-1");
  EXPECT_EQ(plan.at("start"), "2021-08-02T07:00:00Z");
  EXPECT_EQ(plan.at("end"), "2021-08-02T10:00:00Z");
  EXPECT_EQ(plan.at("pauses"), 1);
  EXPECT_NEAR(plan.at("pause_grams").to_number<double>(), 3.5, 1e-9);
  EXPECT_NEAR(plan.at("grams").to_number<double>(), 23.5, 1e-9);
  EXPECT_NEAR(plan.at("run_now_grams").to_number<double>(), 40, 1e-9);
  EXPECT_NEAR(plan.at("saves_grams").to_number<double>(), 16.5, 1e-9);
  EXPECT_NEAR(plan.at("saves_grams_against_start").to_number<double>(), 11.5, 1e-9);
  EXPECT_TRUE(plan.at("late_seconds").is_null());
  const auto& segments = plan.at("segments").as_array();
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[1].at("start"), "2021-08-02T08:54:00Z");
  EXPECT_EQ(segments[1].at("delay_seconds"), 360);
  EXPECT_EQ(segments[1].at("workers"), 1);
  EXPECT_NEAR(segments[1].at("grams").to_number<double>(), 12.5, 1e-9);
  EXPECT_EQ(plan.at("alternatives").as_array().size(), 2U);
  EXPECT_EQ(plan.at("alternatives").at(0).at("pauses"), 0);
}

TEST(FlexibleReport, SaysHowLateAllItsWorkersAre) {
  PlanPreview preview = Preview({.work_per_hour = {1, 2}});
  preview.flexible->late = minutes(15);
  EXPECT_NE(FlexibleText(preview).find("  all its workers end 15m late\n"), std::string::npos);
}

}  // namespace
}  // namespace carbon::app
