// SPDX-License-Identifier: Apache-2.0
#include "plan/node_ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace carbon::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const Time kNoon = *ParseTime("2021-07-01T12:00:00Z");

/// `now` g/kWh, and then what is given for the hours from noon on, the last one for all that
/// follow.
grid::ZonalIntensity Published(const std::string& zone, double now, std::vector<double> forecast) {
  forecast.resize(grid::ZonalIntensity::kHours, forecast.back());
  return {.zone = {zone},
          .intensity = GramsPerKwh(now),
          .timestamp = kNoon,
          .forecast = grid::Series(kNoon, hours(1), std::move(forecast)),
          .kind = grid::SignalKind::average_lifecycle,
          .rung = grid::Rung::cached,
          .source = "provider of " + zone,
          .estimated = false,
          .issued_at = kNoon,
          .heard_at = kNoon,
          .p10 = {},
          .p90 = {}};
}

ZoneIntensities Zones() {
  return *ZoneIntensities::Of({Published("DE", 400, {400, 500, 300}),
                               Published("SE", 20, {20, 22, 24}), Published("US", 100, {100})});
}

NodeTable Nodes() {
  NodeTable nodes;
  nodes.Upsert("german", {.zone = {"DE"}, .model = energy::AwsNodeModel("m5.large")});
  nodes.Upsert("swedish", {.zone = {"SE"}, .model = energy::AwsNodeModel("m5.large")});
  nodes.Upsert("swedish-arm", {.zone = {"SE"}, .model = energy::AwsNodeModel("m6g.large")});
  nodes.Upsert("lunar", {.zone = {"MOON"}, .model = energy::AwsNodeModel("m5.large")});
  nodes.Upsert("nowhere", {.zone = {}, .model = energy::AwsNodeModel("m5.large")});
  return nodes;
}

constexpr PodRun kRun{.request = {.cpu_cores = 4, .memory_gb = 16}, .length = hours(2)};

// ---- Grams

TEST(Ranking, IsTheMeanOverTheRunTimesThePowerOnThatNode) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  const Ranking ranking(nodes, zones, kRun, kNoon + minutes(30), {});
  // Half an hour at 400, one at 500, half an hour at 300.
  const double power = energy::PodPower(kRun.request, energy::AwsNodeModel("m5.large")).value();
  EXPECT_NEAR(ranking.Of("german"), power / 1000 * 2 * 425, 1e-9);
  EXPECT_NEAR(ranking.Of("swedish"), power / 1000 * 2 * 22, 1e-9);
  EXPECT_LT(ranking.Of("swedish-arm"), ranking.Of("swedish")) << "another microarchitecture";
}

TEST(Ranking, CountsTheOverheadOfTheDataCentre) {
  energy::NodeModel model = energy::AwsNodeModel("m5.large");
  NodeTable nodes;
  model.pue = 1;
  nodes.Upsert("thrifty", {.zone = {"DE"}, .model = model});
  model.pue = 1.5;
  nodes.Upsert("wasteful", {.zone = {"DE"}, .model = model});
  const ZoneIntensities zones = Zones();
  const Ranking ranking(nodes, zones, kRun, kNoon, {});
  EXPECT_NEAR(ranking.Of("wasteful") / ranking.Of("thrifty"), 1.5, 1e-9);
}

TEST(Ranking, ARunThatOutlastsTheForecastCountsByWhatIsKnown) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  PodRun run = kRun;
  run.length = hours(100);
  const double watts = energy::PodPower(run.request, energy::AwsNodeModel("m5.large")).value();
  EXPECT_NEAR(Ranking(nodes, zones, run, kNoon, {}).Of("german"),
              watts / 1000 * 100 * (400 + 500 + 22 * 300) / 24, 1e-6);
}

TEST(Ranking, WhereTheForecastHasAGapThePresentStandsIn) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = *ZoneIntensities::Of({Published("DE", 400, {400, kNan, 300})});
  const Ranking ranking(nodes, zones, kRun, kNoon, {});
  EXPECT_NEAR(*ranking.Explain("german").value, ranking.Of("german"), 1e-9);
  EXPECT_EQ(ranking.Explain("german").intensity, GramsPerKwh(400));
}

TEST(Ranking, ThePlainFormIsIntensityTimesCores) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  const Ranking ranking(nodes, zones, kRun, kNoon, {.formula = Formula::intensity_times_cores});
  EXPECT_DOUBLE_EQ(ranking.Of("german"), 1600);
  EXPECT_DOUBLE_EQ(ranking.Of("swedish"), 80);
  EXPECT_DOUBLE_EQ(ranking.Of("swedish-arm"), 80);
}

TEST(Ranking, FormulasHaveNames) {
  for (const Formula formula : {Formula::expected_emissions, Formula::intensity_times_cores}) {
    EXPECT_EQ(ParseFormula(ToString(formula)), formula);
  }
  EXPECT_FALSE(ParseFormula("grams"));
}

// ---- What is not known

TEST(Ranking, KnowsNothingOfOtherNodesAndZones) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  const Ranking ranking(nodes, zones, kRun, kNoon, {});
  struct Row {
    const char* node;
    const char* why;
  };
  for (const Row& row :
       {Row{"lunar", "intensity is not published"}, Row{"nowhere", "in which zone of the grid"},
        Row{"never seen", "the node is not known"}}) {
    EXPECT_TRUE(std::isnan(ranking.Of(row.node))) << row.node;
    const Ranking::Reason reason = ranking.Explain(row.node);
    EXPECT_FALSE(reason.value) << row.node;
    EXPECT_THAT(reason.unknown, HasSubstr(row.why)) << row.node;
  }
}

TEST(Ranking, WhatNobodyPublishesAnyMoreIsUnknown) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  const Time last = kNoon + hours(2) - Duration(1);
  EXPECT_FALSE(std::isnan(Ranking(nodes, zones, kRun, last, {}).Of("german")));
  const Ranking later(nodes, zones, kRun, last + Duration(1), {});
  EXPECT_TRUE(std::isnan(later.Of("german")));
  EXPECT_THAT(later.Explain("german").unknown, HasSubstr("2021-07-01T12:00:00Z: nobody publishes"));
}

TEST(Ranking, WithoutAnythingPublishedNothingIsKnown) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones;
  EXPECT_TRUE(std::isnan(Ranking(nodes, zones, kRun, kNoon, {}).Of("german")));
}

TEST(ZoneIntensities, AreOfOneKind) {
  auto direct = Published("SE", 20, {20});
  direct.kind = grid::SignalKind::average_direct;
  const auto mixed = ZoneIntensities::Of({Published("DE", 400, {400}), direct});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error(),
            Invalid("zone SE is average-direct, zone DE is average-lifecycle: kinds are not "
                    "compared"));
}

TEST(Ranking, ExplainsWhatWentIntoAValue) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  const Ranking ranking(nodes, zones, kRun, kNoon, {});
  const Ranking::Reason reason = ranking.Explain("swedish-arm");
  EXPECT_EQ(reason.zone, "SE");
  EXPECT_EQ(reason.intensity, GramsPerKwh(21));
  EXPECT_EQ(reason.power, energy::PodPower(kRun.request, energy::AwsNodeModel("m6g.large")));
  EXPECT_EQ(reason.value, ranking.Of("swedish-arm"));
  EXPECT_EQ(reason.microarchitecture, "Graviton2");
  EXPECT_EQ(reason.source, "provider of SE");
  EXPECT_EQ(reason.rung, grid::Rung::cached);
  EXPECT_EQ(reason.unknown, "");
}

// ---- Scores

TEST(Scores, AreSharesOfTheCleanest) {
  EXPECT_THAT(ScoresOf(std::vector<double>{20, 40, 200, 20}), ElementsAre(100, 50, 10, 100));
  EXPECT_THAT(ScoresOf(std::vector<double>{300, 303}), ElementsAre(100, 99)) << "a small saving";
}

TEST(Scores, AnUnknownNodeCountsAsTheMean) {
  EXPECT_THAT(ScoresOf(std::vector<double>{10, kNan, 30}), ElementsAre(100, 50, 33));
}

TEST(Scores, WhereNothingIsKnownAllAreAlike) {
  EXPECT_THAT(ScoresOf(std::vector<double>{kNan, kNan}), ElementsAre(0, 0));
  EXPECT_THAT(ScoresOf(std::vector<double>{0, 0, kNan}), ElementsAre(0, 0, 0));
  EXPECT_THAT(ScoresOf({}), ElementsAre());
}

TEST(Scores, WhatEmitsNothingIsBest) {
  EXPECT_THAT(ScoresOf(std::vector<double>{0, 30, kNan}), ElementsAre(100, 0, 0));
}

/// Whatever the values: the order of emissions is the order of scores, ties tie, all is in range.
TEST(Scores, KeepTheOrder) {
  std::mt19937 random(20261129);
  for (int round = 0; round < 1000; ++round) {
    std::vector<double> values(1 + random() % 20);
    for (double& value : values) {
      const auto draw = random() % 10;
      value = draw == 0   ? kNan
              : draw == 1 ? 0.0
                          : std::exp(std::uniform_real_distribution<double>(-20, 20)(random));
      if (draw == 2) {
        value = values.front();
      }
    }
    const auto scores = ScoresOf(values);
    ASSERT_EQ(scores.size(), values.size());
    EXPECT_THAT(scores, Each(testing::Le(100)));
    for (size_t i = 0; i < values.size(); ++i) {
      for (size_t j = 0; j < values.size(); ++j) {
        if (values[i] <= values[j]) {
          EXPECT_GE(scores[i], scores[j]) << values[i] << " and " << values[j];
        }
        if (std::isnan(values[i]) && std::isnan(values[j])) {
          EXPECT_EQ(scores[i], scores[j]);
        }
      }
    }
  }
}

TEST(Ranking, ScoresOfABatchAreThoseOfItsNodesInTheirOrder) {
  const NodeTable nodes = Nodes();
  const ZoneIntensities zones = Zones();
  const Ranking ranking(nodes, zones, kRun, kNoon, {});
  const std::vector<std::string_view> asked = {"german", "lunar", "swedish", "german"};
  const auto values = ranking.Of(asked);
  ASSERT_EQ(values.size(), 4U);
  EXPECT_EQ(values[0], ranking.Of("german"));
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], ranking.Of("swedish"));
  EXPECT_EQ(values[3], values[0]);
}

}  // namespace
}  // namespace carbon::plan
