// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"
#include "feeds/protocol.h"
#include "grid/reading.h"

/// Electricity Maps' language: pure. Both versions of the API are understood:
/// https://portal.electricitymaps.com/developer-hub/api/reference (v3) and its successor (v4).
///
/// Beyond the rules for all answers (answers.h): zone and emissionFactorType, where they are given,
/// are the asked ones. The service answers for another zone where it cannot resolve the asked one.
namespace carbon::feeds {

/// "lifecycle" or "direct"; empty for a kind that Electricity Maps does not have.
std::string_view EmissionFactorType(grid::SignalKind kind);

/// The newest known value of a `latest` answer (or of a `history` or `data` array of rows).
/// not_found where no value is known.
Result<grid::Observation> ParseLatest(std::string_view body, const grid::ZoneId& zone,
                                      grid::SignalKind kind);

/// A `forecast` answer; issued when the service says it was updated. not_found where no value is
/// known. Hours that are absent between the first and the last row are unknown.
Result<grid::Forecast> ParseForecast(std::string_view body, const grid::ZoneId& zone,
                                     grid::SignalKind kind);

/// The zone for which an answer of any endpoint speaks.
Result<grid::ZoneId> ParseZone(std::string_view body);

/// The zone that a refusal names, of a token whose plan lacks it: "… for zoneKey=PT,requestType=…".
/// The service has found it all the same. Nothing in any other answer.
std::optional<grid::ZoneId> RefusedZone(int status, std::string_view body);

/// What an answer with a status other than 200 means. A 401 speaks of the token, unless it names a
/// zone: then the token's plan lacks that zone or endpoint.
Failure ClassifyError(int status, std::string_view body);

/// Electricity Maps, or whatever speaks its API (`carbon-kube replay-grid`). The version is the
/// last part of the base URL, /v3 or /v4; empty is https://api.electricitymaps.com/v3. Asked once
/// an hour for each zone: `latest` where the held observation does not speak of the present,
/// `forecast` where a newer one may be there; at most 30 requests per hour. Invalid where a setting
/// is wrong.
Result<std::unique_ptr<Protocol>> MakeElectricityMaps(const FeedSettings& settings);

}  // namespace carbon::feeds
