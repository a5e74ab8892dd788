// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "app/region_flags.h"
#include "base/result.h"
#include "base/time.h"

namespace carbon::app {

/// How nodes are ranked.
struct RankingFlags {
  std::string provider = "electricity-maps";
  RegionFlags regions;
  std::string formula{"expected-emissions"};
  std::string stale_after = "2h";
};

/// Adds --provider, --region, --regions, --formula and --stale-after.
void AddRankingFlags(CLI::App& command, RankingFlags& flags);

/// What --stale-after says; invalid where it is not a duration above 0.
Result<Duration> StaleAfterOf(const RankingFlags& flags);

/// The ranking that the flags ask for where they differ from what a ranker does unasked, as
/// src/capi/carbon_kube.h describes it: of the regions those of --region, and those of --regions
/// whose zone differs from the built-in table. Invalid where a ranker would refuse it, and where a
/// table says of a built-in region that it has no zone, which a ranker cannot be told.
Result<boost::json::object> RankingOptionsOf(const RankingFlags& flags);

}  // namespace carbon::app
