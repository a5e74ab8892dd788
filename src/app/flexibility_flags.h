// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "plan/flexible_plan.h"

namespace carbon::app {

/// How a job may be run besides in one piece by one worker.
struct FlexibilityFlags {
  bool pausable = false;
  std::optional<double> pause_energy;
  std::string pause_delay;
  std::optional<int> max_parallelism;
  std::string scaling;
};

/// Adds --pausable, --pause-energy, --pause-delay, --max-parallelism and --scaling.
void AddFlexibilityFlags(CLI::App& command, FlexibilityFlags& flags);

/// What they say, which CheckFlexibility takes; nothing where the job can neither pause nor scale,
/// invalid, with the flag, where one is wrong.
Result<std::optional<plan::Flexibility>> FlexibilityOf(const FlexibilityFlags& flags);

}  // namespace carbon::app
