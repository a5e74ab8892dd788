// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "plan/planner.h"

namespace carbon::app {

/// What a user may tune of the planner.
struct PlanningFlags {
  std::string start_margin = "5m";
  double min_saving = plan::Parameters{}.min_saving;
  double patience = 0;
  std::optional<double> threshold;
};

/// Adds --start-margin, --min-saving, --patience and --threshold.
void AddPlanningFlags(CLI::App& command, PlanningFlags& flags);

/// What they say; invalid, with the flag, where one is wrong.
Result<plan::Parameters> ParametersOf(const PlanningFlags& flags);

}  // namespace carbon::app
