// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "feeds/feed.h"
#include "feeds/http_feed.h"
#include "feeds/protocol.h"
#include "grid/signal.h"
#include "grid/weather.h"
#include "net/clock.h"
#include "net/pace.h"

namespace carbon::feeds {

/// The points whose weather stands for a zone's.
using WeatherPoints = std::map<grid::ZoneId, std::vector<grid::GeoPoint>>;

/// A zone has at most so many, and all zones together: a body of each is kept.
constexpr size_t kMostPointsOfZone = 8;
constexpr size_t kMostPoints = 64;

/// Reads "ZONE=LATITUDE,LONGITUDE" and adds the point to its zone, to four decimals as the service
/// wants it; invalid, saying why, where it is not that or is too many.
Status AddWeatherPoint(WeatherPoints& points, std::string_view text);

/// The language of the National Weather Service for the weather of zones (ZoneReading::weather). A
/// point's cell is asked for once a day, its layers once an hour; the read that first brings the
/// cell brings no layers yet. A zone without points has nothing to ask. Invalid where the URL is
/// none.
Result<std::unique_ptr<Protocol>> MakeNwsWeather(std::string_view base_url, WeatherPoints points);

/// The feed that speaks it. `pace` keeps its requests apart; `clock` outlives the feed.
Result<std::unique_ptr<Feed>> MakeNwsWeatherFeed(std::string_view base_url, WeatherPoints points,
                                                 const HttpClientFactory& make_client,
                                                 std::shared_ptr<net::Pace> pace,
                                                 const net::Clock& clock);

}  // namespace carbon::feeds
