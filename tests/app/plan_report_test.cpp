// SPDX-License-Identifier: Apache-2.0
#include "app/plan_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using ::testing::HasSubstr;

const Time kNow = *ParseTime("2021-08-02T06:00:00Z");

std::shared_ptr<const grid::Board> BoardOf(std::vector<double> values) {
  const grid::ZoneReading reading{
      .zone = {"DE"},
      .kind = grid::SignalKind::average_lifecycle,
      .source = "test",
      .fetched_at = kNow,
      .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(values.front())},
      .forecast = grid::Forecast{kNow - hours(6), grid::Series(kNow, hours(1), values)},
      .history = {}};
  return std::make_shared<grid::Board>(
      grid::Board::Of(std::vector<grid::ZoneReading>{reading}, kNow, {}));
}

PlanRequest Request() {
  PlanRequest request{.job = "jobs/etl",
                      .pod = {},
                      .arrival = kNow,
                      .places = {{"eu-central-1", {"DE"}, Watts(100)}}};
  request.pod.annotations = {{"carbon-kube.io/expected-duration", "1h"},
                             {"carbon-kube.io/max-delay", "4h5m"}};
  return request;
}

PlanPreview Preview() { return PreviewPlan(Request(), BoardOf({300, 250, 100, 200, 280, 290})); }

TEST(PlanReport, ShowsTheDecisionItsReasonsAndTheForecast) {
  EXPECT_EQ(PlanTable({Preview()}, {}),
            "jobs/etl: waiting until 08:00 UTC in eu-central-1 (DE): 300 g/kWh now, 100 g/kWh "
            "forecast; saves about 20 g; starts by 10:05\n"
            "  10.0 g instead of the 30.0 g of running now: saves 20.0 g (66.7 %)\n"
            "  by test (fresh, forecast issued 2021-08-02T00:00:00Z, 6h old)\n"
            "\n"
            "     START (UTC)  END    REGION        ZONE  G/KWH  GRAMS\n"
            "  *  08:00        09:00  eu-central-1  DE    100    10.0\n"
            "     06:00        07:00  eu-central-1  DE    300    30.0\n"
            "\n"
            "  MAY WAIT  START (UTC)  REGION        GRAMS  SAVED PER HOUR\n"
            "  0s        06:00        eu-central-1  30.0   -\n"
            "  1h        07:00        eu-central-1  25.0   5.00 g\n"
            "  2h        08:00        eu-central-1  10.0   15.0 g\n"
            "  4h        08:00        eu-central-1  10.0   0 g\n"
            "\n"
            "  DE (average-lifecycle)\n"
            "  1 100 to 8 300 g/kWh, an hour each; ^ the run; blank: not known\n"
            "  Aug 02 06:00  871588\n"
            "                  ^\n");
}

TEST(PlanReport, SaysWhatIsNotKnownAndWhoIsNotHeld) {
  PlanRequest request = Request();
  request.managed = false;
  request.pod.annotations["carbon-kube.io/max-delay"] = "8d";
  const std::string text = PlanTable({PreviewPlan(request, BoardOf({300, 250}))}, {});
  EXPECT_THAT(text, HasSubstr("not held: it lacks the label carbon-kube.io/managed: \"true\""));
  EXPECT_THAT(text, HasSubstr("nothing is known from 2021-08-06T07:00:00Z on\n"));
}

TEST(PlanReport, WithoutASignalItIsTheSentenceAlone) {
  PlanRequest request = Request();
  request.places = {{"moon-1", {"MOON"}, Watts(1)}};
  const std::string text = PlanTable({PreviewPlan(request, BoardOf({1}))}, {});
  EXPECT_EQ(text,
            "jobs/etl: starting now: the carbon intensity is unknown (zone MOON: no reading "
            "yet)\n");
}

TEST(PlanReport, SaysWhichPlacesDidNotCount) {
  PlanRequest request = Request();
  request.places.push_back({"moon-1", {"MOON"}, Watts(1)});
  const PlanPreview preview = PreviewPlan(request, BoardOf({300, 250}));
  EXPECT_THAT(PlanTable({preview}, {}),
              HasSubstr("  left out: moon-1: zone MOON: no reading yet\n"));
  const auto json = json::parse(PlanJson({preview}));
  EXPECT_EQ(json.at("plans").at(0).at("unknown").at(0), "moon-1: zone MOON: no reading yet");
}

TEST(PlanReport, SaysThatADeadlineCannotBeKept) {
  PlanRequest request = Request();
  request.pod.annotations["carbon-kube.io/deadline"] = "2021-08-02T06:15:00Z";
  EXPECT_THAT(PlanTable({PreviewPlan(request, BoardOf({300, 250}))}, {}),
              HasSubstr("its deadline cannot be kept: it ends 45m late if it starts now\n"));
}

TEST(PlanReport, NothingThatIsUnknownIsZeroInTheJson) {
  PlanRequest request = Request();
  request.places = {{"moon-1", {"MOON"}, Watts(1)}};
  const auto json = json::parse(PlanJson({PreviewPlan(request, BoardOf({1}))}));
  const auto& plan = json.at("plans").at(0).as_object();
  EXPECT_EQ(plan.at("action"), "release");
  EXPECT_TRUE(plan.at("saves_grams").is_null());
  EXPECT_TRUE(plan.at("forecast").is_null());
  EXPECT_TRUE(plan.at("windows").as_array().empty());
  EXPECT_TRUE(plan.at("waiting").as_array().empty());
}

TEST(PlanReport, JsonHoldsTheSameAsTheTable) {
  const auto json = json::parse(PlanJson({Preview(), Preview()}));
  EXPECT_EQ(json.at("as_of"), "2021-08-02T06:00:00Z");
  ASSERT_EQ(json.at("plans").as_array().size(), 2U);
  const auto& plan = json.at("plans").at(1).as_object();
  EXPECT_EQ(plan.at("job"), "jobs/etl");
  EXPECT_EQ(plan.at("action"), "hold");
  EXPECT_EQ(plan.at("length_seconds"), 3600);
  EXPECT_TRUE(plan.at("late_seconds").is_null());
  EXPECT_NEAR(plan.at("saves_grams").to_number<double>(), 20, 1e-9);
  EXPECT_EQ(plan.at("reason").at("cause"), "CleanerWindow");
  EXPECT_EQ(plan.at("windows").at(0).at("end"), "2021-08-02T09:00:00Z");
  EXPECT_EQ(plan.at("windows").at(0).at("chosen"), true);
  EXPECT_EQ(plan.at("windows").at(1).at("chosen"), false);
  EXPECT_EQ(plan.at("waiting").at(1).at("may_wait_seconds"), 3600);
  EXPECT_TRUE(plan.at("waiting").at(0).at("saved_grams_per_hour").is_null());
  EXPECT_EQ(plan.at("forecast").at("age_seconds"), 6 * 3600);
  ASSERT_EQ(json.at("zones").as_array().size(), 1U) << "each zone once";
  EXPECT_EQ(json.at("zones").at(0).at("steps").at(2).at("g_per_kwh").to_number<double>(), 100);
}

}  // namespace
}  // namespace carbon::app
