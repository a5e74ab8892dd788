// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"
#include "feeds/protocol.h"
#include "grid/reading.h"

/// The web API of the Green Software Foundation's Carbon Aware SDK, which passes on what its own
/// source says, in g/kWh. It does not say which kind of signal that is: the settings must.
namespace carbon::feeds::sdk {

/// `/emissions/bylocation`: the newest known point. Points name the source's zone, which is
/// another than the asked location. not_found where nothing is known.
Result<grid::Observation> ParseEmissions(std::string_view body);

/// `/emissions/forecasts/current`, of the one location that was asked for. not_found where nothing
/// is known.
Result<grid::Forecast> ParseForecast(std::string_view body, const grid::ZoneId& location);

/// What an answer with a status other than 200 means: 204 is not_found, 501 too (the source has no
/// forecasts).
Failure ClassifyError(int status, std::string_view body);

}  // namespace carbon::feeds::sdk

namespace carbon::feeds {

/// Settings: `base_url` says where the SDK is, there is no usual place; `kind` is what its source
/// tells. No token. Zones are the SDK's locations ("eastus"). Invalid without a base URL.
Result<std::unique_ptr<Protocol>> MakeCarbonAwareSdk(const FeedSettings& settings);

}  // namespace carbon::feeds
