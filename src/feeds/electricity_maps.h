// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"
#include "grid/reading.h"

/// Electricity Maps' answers as grid values: pure. Both versions of the API are understood:
/// https://portal.electricitymaps.com/developer-hub/api/reference (v3) and its successor (v4).
///
/// Rules for all answers. Zone and emissionFactorType, where they are given, are the asked ones:
/// the service answers for another zone where it cannot resolve the asked one. Intensities are
/// numbers from 0 to 10000 g/kWh; null or absent is unknown. Rows may come in any order; the same
/// row twice counts once, two rows that contradict each other are an error. Errors never quote
/// more than 60 bytes of an answer.
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

/// What an answer with a status other than 200 means. A 401 speaks of the token, unless it names a
/// zone: then the token's plan lacks that zone or endpoint.
Failure ClassifyError(int status, std::string_view body);

}  // namespace carbon::feeds
