// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "feeds/archive.h"
#include "feeds/feed.h"
#include "feeds/grid_watch.h"
#include "net/clock.h"
#include "workloads/regions.h"

namespace carbon::app {

/// One provider as the user names it.
struct ProviderFlags {
  std::string name;
  std::string url;
  std::string token_file;
  int requests_per_hour = 0;
};

/// Where a command gets the carbon intensity from.
struct SignalFlags {
  ProviderFlags provider{.name = "electricity-maps", .url = {}, .token_file = {}};
  ProviderFlags stand_in;  ///< no name: there is none
  std::vector<std::string> stand_in_zones;
  std::string signal = "lifecycle";
  std::string archive;
  std::vector<std::string> weather_points;
  std::string weather_url = "https://api.weather.gov";
  std::string clock = "real";
};

/// Adds --provider and its kin, --stand-in and its kin, --signal, --archive, --weather-point and
/// its kin, --clock.
void AddSignalFlags(CLI::App& command, SignalFlags& flags);

/// The kind that flags call "lifecycle", "direct" or "marginal"; the first for any other name.
grid::SignalKind KindNamed(const std::string& name);

/// What --signal says.
grid::SignalKind KindOf(const SignalFlags& flags);

/// The clock of --clock.
Result<std::unique_ptr<net::Clock>> ClockOf(const SignalFlags& flags);

/// The first choice and, if there is one, the stand-in; invalid where a setting is wrong. `clock`
/// outlives them. Both are asked by the first one's names of zones: what the stand-in calls them is
/// in --stand-in-zone, else in `rows`.
Result<std::vector<std::unique_ptr<feeds::Feed>>> MakeFeeds(
    const SignalFlags& flags, const net::Clock& clock,
    const workloads::RegionRows& rows = workloads::BuiltInRegions());

/// What a watch of --provider and --signal is to know from the start: its kind and yearly means.
feeds::GridWatchOptions WatchOptionsOf(const SignalFlags& flags);

/// The weather service of --weather-point; null where no point is given, invalid where a setting is
/// wrong. `clock` outlives it.
Result<std::unique_ptr<feeds::Feed>> MakeWeather(const SignalFlags& flags, const net::Clock& clock);

/// The archive of --archive; null where there is none.
Result<std::unique_ptr<feeds::Archive>> OpenArchive(const SignalFlags& flags);

}  // namespace carbon::app
