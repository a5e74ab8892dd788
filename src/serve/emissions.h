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

namespace carbon::serve {

/// One step as it was observed.
struct Observed {
  Time at;
  Duration length{};
  double intensity = 0;                    ///< g/kWh
  const grid::Outlook* outlook = nullptr;  ///< of the present step: what the board says of it

  Time End() const { return at + length; }
};

/// The steps of [from, to) that were observed, ascending. The present one, which the board may know
/// from a provider that leaves no history, counts where it was measured and not expected. None
/// begins after `known.now`.
std::vector<Observed> ObservedIn(const grid::ZoneId& zone, Time from, Time to,
                                 const GridKnowledge& known);

/// The newest step that was observed, not older than a day.
std::optional<Observed> NewestObserved(const grid::ZoneId& zone, const GridKnowledge& known);

/// The mean over a time, as far as it was observed.
struct ObservedMean {
  Duration covered{};    ///< how much of it was observed
  double intensity = 0;  ///< g/kWh, over that part; means nothing where nothing is covered
};
ObservedMean MeanOf(const std::vector<Observed>& observed, Time from, Time to);

/// An EmissionsData of the SDK. Ours: zone, kind, and of the present step rung, source, estimated.
std::string EmissionsJson(const Place& place, const Observed& observed, grid::SignalKind kind,
                          Fields fields);

}  // namespace carbon::serve
