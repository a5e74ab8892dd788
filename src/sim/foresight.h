// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "base/time.h"
#include "grid/reading.h"
#include "grid/series.h"
#include "plan/ensemble.h"

namespace carbon::sim {

/// What somebody who lives through a signal expects at each of its steps: the step itself is
/// observed when it begins, a forecast is heard when it is issued, and nothing that was told later
/// counts. Immutable.
class Foresight {
 public:
  /// Expectations from the step that holds `from` to the one before `to`; what was observed and
  /// issued before only teaches. Without `forecasts` it is what is usual, corrected by what was
  /// observed last. `progress` is told the share done now and then.
  static Foresight Of(const grid::Series& signal, const std::vector<grid::Forecast>& forecasts,
                      Time from, Time to, const plan::EnsembleRules& rules = {},
                      const std::function<void(double)>& progress = {});

  /// Bytes that Of() keeps for a signal of that step.
  static size_t Size(Duration step, Time from, Time to, const plan::EnsembleRules& rules = {});

  /// The step that holds `now` as it was observed, and what was expected of those after it, as far
  /// as rules.horizon. Where that step was not observed, what was expected of it before. Empty
  /// outside of what was asked for, and where nothing could be expected.
  const grid::Series& At(Time now) const;

 private:
  Time from_;
  Duration step_ = std::chrono::hours(1);
  std::vector<grid::Series> expected_;  ///< by step
};

}  // namespace carbon::sim
