// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"
#include "feeds/protocol.h"
#include "grid/reading.h"

/// WattTime v3 (https://docs.watttime.org): the marginal operating emissions rate, told in pounds
/// per MWh and read as g/kWh. Answers name the asked region, the signal co2_moer and that unit, or
/// they are refused: the index of WattTime, a percentile, looks the same otherwise.
namespace carbon::feeds::watttime {

/// Grams per kWh in a pound per MWh.
constexpr double kGramsPerPound = 0.45359237;

/// A forecast answer: its first point is the running step.
struct Outlook {
  std::optional<grid::Observation> latest;  ///< nothing where the first value is unknown
  grid::Forecast forecast;
};

/// `/v3/forecast`; not_found where no value is known.
Result<Outlook> ParseForecast(std::string_view body, const grid::ZoneId& region);

/// `/v3/historical`, points in any order; not_found where no value is known.
Result<grid::Series> ParseHistorical(std::string_view body, const grid::ZoneId& region);

/// `/v3/region-from-loc`: the region, of the signal co2_moer.
Result<grid::ZoneId> ParseRegion(std::string_view body);

/// The session's token in the answer to a login.
Result<std::string> ParseToken(std::string_view body);

/// What an answer with a status other than 200 means, login included.
Failure ClassifyError(int status, std::string_view body);

}  // namespace carbon::feeds::watttime

namespace carbon::feeds {

/// Settings: `token` is "user:password"; `kind` is marginal, up to 72 hours. Invalid otherwise.
Result<std::unique_ptr<Protocol>> MakeWattTime(const FeedSettings& settings);

}  // namespace carbon::feeds
