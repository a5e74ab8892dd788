// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grid/place.h"
#include "grid/signal.h"
#include "workloads/fleet.h"

namespace carbon::workloads {

/// One source's word on the zone in which a region lies, by one provider's name of the zone.
struct RegionRow {
  enum class Use {
    chosen,       ///< "default" in files: this zone is taken
    alternative,  ///< another answer that can be defended, or a wrong one that is around
    none,         ///< no zone is known, and none that others tell is taken
  };

  grid::Place place;  ///< its region is what nodes carry as their region label
  std::string provider;
  grid::ZoneId zone;  ///< empty where there is none
  Use use = Use::chosen;
  std::string source;
  std::string as_of;  ///< the day on which the source said so, "2026-08-21"; may be empty
};
using RegionRows = std::vector<RegionRow>;

/// Reads a table of regions: CSV with the columns cloud, region, latitude, longitude, provider,
/// zone, use (default, alternative, none), source, as_of. Position, source and as_of may be empty;
/// a source that is empty is `name`. Errors read "name:line: what": a name with letters that none
/// has, a place off the globe, two defaults, a row that stands twice.
Result<RegionRows> ParseRegionsCsv(std::string_view text, const std::string& name);

/// The table that the binary carries: AWS, Google Cloud and Azure (data/regions.csv).
RegionRows BuiltInRegions();

/// Where each region lies in `provider`'s names. Of a region's rows the first default or none
/// counts, so users' rows go first; other zones are its alternatives. A region for which `provider`
/// has no name is absent.
RegionMap MapRegions(const RegionRows& rows, std::string_view provider);

/// Applies "REGION=ZONE" ("us-west-2=US-NW-BPAT") to `regions`; fails, as invalid, on another form.
/// A region that is not known yet is added; the overhead of a known one stays, and the zone that it
/// had becomes an alternative.
Status OverrideRegion(RegionMap& regions, std::string_view assignment);

/// The place that a region label names; nothing where no row has it.
std::optional<grid::Place> PlaceOf(const RegionRows& rows, std::string_view region);

using ZoneNames = std::map<grid::ZoneId, grid::ZoneId>;

/// What `to` calls the zones of `from`: as one source names both of a region, or, where the source
/// of `to` has no word on `from`, by the defaults. A zone for which that gives several names has
/// none here: its parts differ.
ZoneNames TranslateZones(const RegionRows& rows, std::string_view from, std::string_view to);

/// "ZONE=NAME" into `names`; fails, as invalid, on another form.
Status OverrideZoneName(ZoneNames& names, std::string_view assignment);

/// The zones that Electricity Maps' own list of data centres tells, by cloud and region.
std::map<std::pair<std::string, std::string>, grid::ZoneId> DataCenters(const RegionRows& rows);

}  // namespace carbon::workloads
