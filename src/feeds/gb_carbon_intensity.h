// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"
#include "feeds/protocol.h"
#include "grid/reading.h"

/// Great Britain's Carbon Intensity API (https://carbon-intensity.github.io/api-definitions): half
/// hours of what is emitted at the stack, free and without a token. The service answers 200 with
/// nothing in it where it knows nothing: that is not_found here.
namespace carbon::feeds::gb {

/// The region in a zone's name: 0 for "GB", the whole country; 1 to 17 for "GB-1" to "GB-17".
std::optional<int> RegionOf(const grid::ZoneId& zone);

/// What an answer says, as of `now`.
struct Outlook {
  /// The newest half hour that was measured; else the running one, or the one before it, as it was
  /// forecast (estimated).
  std::optional<grid::Observation> latest;
  /// Issued at `now`: answers do not say when. Nothing where no half hour from now on is known.
  std::optional<grid::Forecast> forecast;
};

/// Any answer that holds intensities, national or of a region. Fails where it speaks of another
/// region; not_found where it holds neither an observation nor a forecast.
Result<Outlook> Parse(std::string_view body, const grid::ZoneId& zone, Time now);

/// What an answer with a status other than 200 means.
Failure ClassifyError(int status, std::string_view body);

}  // namespace carbon::feeds::gb

namespace carbon::feeds {

/// `kind` is average_direct, zones are "GB" and "GB-1" to "GB-17"; invalid otherwise. Always 48
/// hours.
Result<std::unique_ptr<Protocol>> MakeGbCarbonIntensity(const FeedSettings& settings);

}  // namespace carbon::feeds
