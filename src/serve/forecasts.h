// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "grid/outlook.h"
#include "serve/carbon_aware_sdk_api.h"
#include "serve/dotnet.h"
#include "serve/locations.h"
#include "serve/problem.h"

namespace carbon::serve {

/// What part of a forecast is asked for, and how.
struct Scope {
  std::optional<Time> from;
  std::optional<Time> to;
  std::optional<Duration> window;  ///< > 0; nothing: the forecast's own steps
};

/// One point of a forecast: a step, or the mean over a window.
struct ForecastPoint {
  Time at;
  Duration length{};
  double intensity = 0;  ///< g/kWh
};

/// Complains where the scope does not lie within the forecast, as the SDK does.
void CheckScope(const grid::Outlook& outlook, const Scope& scope, Complaints& complaints);

/// The known points of the scope, ascending. Without a window the steps that overlap it; with one
/// the means over windows that lie within it, one a step from its beginning on. The scope begins
/// with the step that holds `now` where it says nothing else. It has been checked.
std::vector<ForecastPoint> PointsOf(const grid::Outlook& outlook, const Scope& scope, Time now);

/// An EmissionsForecast of the SDK. Ours: zone, kind, rung, estimated, source.
std::string ForecastJson(const Place& place, const grid::Outlook& outlook, const Scope& scope,
                         const std::vector<ForecastPoint>& points, Time now, Fields fields);

}  // namespace carbon::serve
