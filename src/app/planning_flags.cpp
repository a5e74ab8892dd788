// SPDX-License-Identifier: Apache-2.0
#include "app/planning_flags.h"

#include <cmath>

#include "base/time.h"

namespace carbon::app {
namespace {

/// Not of what is no number.
bool IsAmount(double value) { return value >= 0 && std::isfinite(value); }

}  // namespace

void AddPlanningFlags(CLI::App& command, PlanningFlags& flags) {
  command
      .add_option("--start-margin", flags.start_margin,
                  "how long before its latest start a pod is released at the latest")
      ->capture_default_str();
  command
      .add_option("--min-saving", flags.min_saving,
                  "least share of a pod's emissions that waiting must save")
      ->capture_default_str();
  command
      .add_option("--patience", flags.patience, "grams that each hour of a pod's waiting must save")
      ->capture_default_str();
  command.add_option("--threshold", flags.threshold,
                     "g/kWh that are clean enough: at or below it no pod waits (none)");
}

Result<plan::Parameters> ParametersOf(const PlanningFlags& flags) {
  const auto margin = ParseDuration(flags.start_margin);
  if (!margin) {
    return margin.error().In("--start-margin");
  }
  if (!IsAmount(flags.min_saving) || flags.min_saving >= 1) {
    return Invalid("--min-saving: must be a share from 0 to below 1");
  }
  if (!IsAmount(flags.patience)) {
    return Invalid("--patience: must be 0 or more grams per hour");
  }
  if (flags.threshold && !IsAmount(*flags.threshold)) {
    return Invalid("--threshold: must be 0 or more grams per kWh");
  }
  plan::Parameters parameters;
  parameters.start_margin = *margin;
  parameters.min_saving = flags.min_saving;
  parameters.patience = plan::GramsPerHour(flags.patience);
  if (flags.threshold) {
    parameters.threshold = GramsPerKwh(*flags.threshold);
  }
  return parameters;
}

}  // namespace carbon::app
