// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/simulate.h"
#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "grid/reading.h"
#include "grid/series.h"
#include "plan/policies.h"
#include "sim/scenario.h"
#include "sim/trace.h"

namespace carbon::app {

/// A zone as it was, and as it was forecast.
struct ZoneSignal {
  std::string zone;
  grid::Series series;
  std::vector<grid::Forecast> forecasts;
};

/// What the user asked for, understood.
struct SimulatePlan {
  sim::Trace trace;
  std::vector<ZoneSignal> signals;
  std::vector<const plan::Policy*> policies;
  const sim::Rules* rules = nullptr;
  sim::Setting setting;  ///< of the first window
  size_t windows = 1;
  Duration every{};
  Watts per_cpu;
};

/// Reads the flags and the files that they name. Invalid, with the flag or the file and its line,
/// where something is wrong; cheap checks come first.
Result<SimulatePlan> MakeSimulatePlan(const SimulateOptions& options);

}  // namespace carbon::app
