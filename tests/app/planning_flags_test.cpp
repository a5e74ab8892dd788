// SPDX-License-Identifier: Apache-2.0
#include "app/planning_flags.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "support/command_line.h"

namespace carbon::app {
namespace {

using std::chrono::minutes;

Result<plan::Parameters> ParametersFrom(const std::vector<std::string>& arguments) {
  CLI::App app;
  PlanningFlags flags;
  AddPlanningFlags(app, flags);
  ParseInOrder(app, arguments);
  return ParametersOf(flags);
}

TEST(PlanningFlags, WithoutAnyThePlannersOwn) {
  const auto parameters = ParametersFrom({});
  ASSERT_TRUE(parameters) << parameters.error().message;
  const plan::Parameters own;
  EXPECT_EQ(parameters->start_margin, own.start_margin);
  EXPECT_EQ(parameters->min_saving, own.min_saving);
  EXPECT_EQ(parameters->patience, own.patience);
  EXPECT_EQ(parameters->threshold, own.threshold);
}

TEST(PlanningFlags, EachIsAParameterOfThePlanner) {
  const auto parameters = ParametersFrom(
      {"--start-margin", "7m", "--min-saving", "0.2", "--patience", "3", "--threshold", "150"});
  ASSERT_TRUE(parameters) << parameters.error().message;
  EXPECT_EQ(parameters->start_margin, minutes(7));
  EXPECT_EQ(parameters->min_saving, 0.2);
  EXPECT_EQ(parameters->patience, plan::GramsPerHour(3));
  EXPECT_EQ(parameters->threshold, GramsPerKwh(150));
}

TEST(PlanningFlags, WhatIsOutOfRangeIsNamedWithItsFlag) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ParametersOf(PlanningFlags{.start_margin = "soon"}).error(),
            Invalid("--start-margin: 'soon' is not a duration such as 90s, 1h30m or 2d"));
  for (const double share : {-0.1, 1.0, nan}) {
    EXPECT_EQ(ParametersOf(PlanningFlags{.min_saving = share}).error(),
              Invalid("--min-saving: must be a share from 0 to below 1"));
  }
  for (const double grams : {-1.0, std::numeric_limits<double>::infinity(), nan}) {
    EXPECT_EQ(ParametersOf(PlanningFlags{.patience = grams}).error(),
              Invalid("--patience: must be 0 or more grams per hour"));
    EXPECT_EQ(ParametersOf(PlanningFlags{.threshold = grams}).error(),
              Invalid("--threshold: must be 0 or more grams per kWh"));
  }
}

}  // namespace
}  // namespace carbon::app
