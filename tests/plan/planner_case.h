// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/planner.h"

/// What the planner's tests plan: readings of made-up zones, and jobs.
namespace carbon::plan {

inline const Time kNow = *ParseTime("2021-07-01T00:00:00Z");

/// Of the step at kNow, and of hours from it on.
inline grid::ZoneReading Reading(const std::string& zone, std::vector<double> forecast) {
  const double first = forecast.front();
  return {.zone = {zone},
          .kind = grid::SignalKind::average_lifecycle,
          .source = "test",
          .fetched_at = kNow,
          .latest = grid::Observation{.at = kNow, .intensity = GramsPerKwh(first)},
          .forecast =
              grid::Forecast{kNow, grid::Series(kNow, std::chrono::hours(1), std::move(forecast))}};
}

/// Draws a kilowatt in each zone, and starts by `slack` from kNow.
inline Job AJob(const std::vector<std::string>& zones, Duration length, Duration slack) {
  Job job{.id = "default/job",
          .places = {},
          .length = AtItsWord(length),
          .latest_start = kNow + slack,
          .deadline = kNow + slack + length};
  for (const std::string& zone : zones) {
    job.places.push_back({"region-" + zone, {zone}, Watts(1000)});
  }
  return job;
}

}  // namespace carbon::plan
