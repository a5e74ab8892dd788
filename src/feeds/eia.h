// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "feeds/feed.h"
#include "feeds/protocol.h"
#include "grid/reading.h"

/// EIA-930, the hourly generation of each balancing authority of the United States by fuel
/// (https://www.eia.gov/opendata, v2), as a carbon intensity: the mean of the fuels' emission
/// factors, weighted by what they generate. Computed here, so it is always estimated; some hours
/// late; what is imported does not count.
namespace carbon::feeds::eia {

/// What a fuel of EIA's ("COL", "NG") emits per kWh; one that is not known here counts as unknown
/// generation does. Nothing for storage where its emissions were counted when it was charged, and
/// for kind marginal. Factors: Electricity Maps' world defaults (IPCC 2014, UK POST, EIA).
std::optional<GramsPerKwh> FactorOf(std::string_view fuel, grid::SignalKind kind);

/// The hours of a fuel-type answer, those unknown of which the mix is incomplete: a fuel that most
/// hours of the answer have is absent. Rows in any order, values as numbers or texts in MWh;
/// negative ones (charging, pumping, a plant's own use) count as 0. not_found where no hour is
/// known.
///
/// EIA labels an hour by its end, in UTC: "2026-11-23T18" is the step that starts at 17:00Z. Its
/// documents on EIA-930 say so ("hour ending"), and Electricity Maps reads it in the same way.
Result<grid::Series> ParseFuelMix(std::string_view body, const grid::ZoneId& respondent,
                                  grid::SignalKind kind);

/// What an answer with a status other than 200 means.
Failure ClassifyError(int status, std::string_view body);

}  // namespace carbon::feeds::eia

namespace carbon::feeds {

/// Settings: `token` is the API key; `kind` is one of the averages. Invalid otherwise. Zones are
/// EIA's codes of balancing authorities ("CISO", "PJM", "BPAT"). There is no forecast.
Result<std::unique_ptr<Protocol>> MakeEia(const FeedSettings& settings);

}  // namespace carbon::feeds
