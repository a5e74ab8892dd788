// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/policies.h"

namespace carbon::plan {

/// A signal of hourly values from midnight and a job on it; hours and minutes count from midnight.
struct PolicyCase {
  std::vector<double> hourly;
  Duration arrival{};
  Duration length = std::chrono::hours(1);
  Duration longest_wait = std::chrono::hours(6);
  Duration believed = length;
  Duration slot = Duration(1);

  static Time Midnight() { return *ParseTime("2021-07-01T00:00:00Z"); }

  Schedule Plan(Schedule (*policy)(const PolicyInput&)) const {
    const grid::Series signal(Midnight(), std::chrono::hours(1), hourly);
    return policy({.signal = signal,
                   .arrival = Midnight() + arrival,
                   .length = length,
                   .believed = believed,
                   .longest_wait = longest_wait,
                   .end = signal.end(),
                   .slot = slot});
  }

  static Segment At(Duration start, Duration length) { return {Midnight() + start, length}; }
};

}  // namespace carbon::plan
