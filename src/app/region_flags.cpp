// SPDX-License-Identifier: Apache-2.0
#include "app/region_flags.h"

#include <utility>

#include "net/files.h"

namespace carbon::app {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;

Result<workloads::RegionRows> LoadRows(const RegionFlags& flags) {
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

}  // namespace

void AddRegionFlags(CLI::App& command, RegionFlags& flags) {
  command
      .add_option("--region", flags.assignments,
                  "grid zone of a region label, by the provider's name of it; goes before every "
                  "table; may be repeated")
      ->type_name("REGION=ZONE")
      ->allow_extra_args(false);
  AddRegionsFile(command, flags);
}

void AddRegionsFile(CLI::App& command, RegionFlags& flags) {
  command
      .add_option("--regions", flags.file,
                  "table of regions that goes before the built-in one of AWS, Google Cloud and "
                  "Azure")
      ->type_name("FILE");
}

Result<RegionTables> ParseRegions(const RegionFlags& flags, std::string_view provider) {
  auto rows = LoadRows(flags);
  if (!rows) {
    return rows.error();
  }
  workloads::RegionMap map = workloads::MapRegions(*rows, provider);
  if (provider == "file") {
    map.merge(workloads::MapRegions(*rows, "electricity-maps"));
  }
  for (const std::string& assignment : flags.assignments) {
    if (const Status done = workloads::OverrideRegion(map, assignment); !done) {
      return done.error().In("--region");
    }
  }
  return RegionTables{.rows = *std::move(rows), .map = std::move(map)};
}

}  // namespace carbon::app
