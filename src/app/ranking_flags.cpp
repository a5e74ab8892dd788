// SPDX-License-Identifier: Apache-2.0
#include "app/ranking_flags.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "workloads/node_ranker.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

Result<json::object> OwnRegions(const RankingFlags& flags) {
  const auto built_in = workloads::MapRegions(workloads::BuiltInRegions(), flags.provider);
  if (built_in.empty()) {
    return Invalid("--provider: it is not known what '" + Printable(flags.provider) +
                   "' calls any region's zone; docs/reference/providers.md has the names");
  }
  const auto wanted = ParseRegions(flags.regions, flags.provider);
  if (!wanted) {
    return wanted.error();
  }
  for (const auto& [region, info] : built_in) {
    if (!wanted->map.contains(region)) {
      return Invalid("--regions: that '" + Printable(region) +
                     "' has no zone cannot be told to the plug-in; give it one, or leave it out");
    }
  }
  json::object own;
  for (const auto& [region, info] : wanted->map) {
    const auto known = built_in.find(region);
    const bool asked_for = info.source == "--region";
    if (asked_for || known == built_in.end() || known->second.zone != info.zone) {
      own[region] = info.zone.name;
    }
  }
  return own;
}

}  // namespace

void AddRankingFlags(CLI::App& command, RankingFlags& flags) {
  command.add_option("--provider", flags.provider, "whose names of zones are published")
      ->capture_default_str();
  AddRegionFlags(command, flags.regions);
  command.add_option("--formula", flags.formula, "what nodes are ranked by")
      ->check(CLI::IsMember({"expected-emissions", "intensity-times-cores"}))
      ->capture_default_str();
  command
      .add_option("--stale-after", flags.stale_after,
                  "a zone whose published step began so long ago is unknown")
      ->type_name("DURATION")
      ->capture_default_str();
}

Result<Duration> StaleAfterOf(const RankingFlags& flags) {
  const auto stale_after = ParseDuration(flags.stale_after);
  if (!stale_after || *stale_after <= Duration::zero()) {
    return stale_after ? Invalid("--stale-after: must be longer than 0s")
                       : stale_after.error().In("--stale-after");
  }
  return *stale_after;
}

Result<json::object> RankingOptionsOf(const RankingFlags& flags) {
  const RankingFlags usual;
  const auto stale_after = StaleAfterOf(flags);
  if (!stale_after) {
    return stale_after.error();
  }
  auto regions = OwnRegions(flags);
  if (!regions) {
    return regions.error();
  }
  json::object options;
  if (flags.formula != usual.formula) {
    options["formula"] = flags.formula;
  }
  if (*stale_after != *StaleAfterOf(usual)) {
    options["stale_after"] = FormatDuration(*stale_after);
  }
  if (flags.provider != usual.provider) {
    options["provider"] = flags.provider;
  }
  if (!regions->empty()) {
    options["regions"] = *std::move(regions);
  }
  return options;
}

}  // namespace carbon::app
