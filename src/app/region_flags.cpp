// SPDX-License-Identifier: Apache-2.0
#include "app/region_flags.h"

#include <utility>

#include "net/files.h"

namespace carbon::app {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;

}  // namespace

void AddRegionFlags(CLI::App& command, RegionFlags& flags) {
  command
      .add_option("--region", flags.assignments,
                  "grid zone of a region label, by the provider's name of it; goes before every "
                  "table; may be repeated")
      ->type_name("REGION=ZONE")
      ->allow_extra_args(false);
  command
      .add_option("--regions", flags.file,
                  "table of regions that goes before the built-in one of AWS, Google Cloud and "
                  "Azure")
      ->type_name("FILE");
}

Result<workloads::RegionRows> LoadRegions(const RegionFlags& flags) {
  workloads::RegionRows rows;
  if (!flags.file.empty()) {
    const auto text = net::ReadFile(flags.file, kMostBytes);
    if (!text) {
      return text.error().In("--regions");
    }
    auto own = workloads::ParseRegionsCsv(*text, flags.file);
    if (!own) {
      return own.error().In("--regions");
    }
    rows = *std::move(own);
  }
  workloads::RegionRows built_in = workloads::BuiltInRegions();
  rows.insert(rows.end(), std::make_move_iterator(built_in.begin()),
              std::make_move_iterator(built_in.end()));
  return rows;
}

Result<workloads::RegionMap> ParseRegions(const RegionFlags& flags,
                                          const workloads::RegionRows& rows,
                                          std::string_view provider) {
  workloads::RegionMap regions = workloads::MapRegions(rows, provider);
  if (provider == "file") {
    regions.merge(workloads::MapRegions(rows, "electricity-maps"));
  }
  for (const std::string& assignment : flags.assignments) {
    if (const Status done = workloads::OverrideRegion(regions, assignment); !done) {
      return done.error().In("--region");
    }
  }
  return regions;
}

Result<workloads::RegionMap> ParseRegions(const RegionFlags& flags, std::string_view provider) {
  const auto rows = LoadRegions(flags);
  return rows ? ParseRegions(flags, *rows, provider) : rows.error();
}

}  // namespace carbon::app
