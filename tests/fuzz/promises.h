// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdlib>

#include "feeds/feed.h"
#include "grid/reading.h"

/// What must hold of whatever a parser of a provider's answers accepted.
namespace carbon::fuzz {

inline void Check(bool promise) {
  if (!promise) {
    std::abort();
  }
}

inline void CheckIntensity(GramsPerKwh intensity) {
  Check(std::isfinite(intensity.value()) && intensity.value() >= 0 && intensity.value() <= 10'000);
}

/// Something is known, and all that is known is in range.
inline void CheckSeries(const grid::Series& series) {
  Check(!series.empty() && series.UnknownSteps() < series.size());
  Check(series.step() >= std::chrono::minutes(1));
  for (size_t i = 0; i < series.size(); ++i) {
    if (const auto value = series.Value(i)) {
      CheckIntensity(*value);
    }
  }
}

inline void CheckObservation(const grid::Observation& observation) {
  CheckIntensity(observation.intensity);
  Check(observation.step >= std::chrono::minutes(1));
}

/// A person can read it, and it quotes little.
inline void CheckFailure(const feeds::Failure& failure) {
  Check(!failure.error.message.empty() && failure.error.message.size() < 250);
}

}  // namespace carbon::fuzz
