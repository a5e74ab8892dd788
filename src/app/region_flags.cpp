// SPDX-License-Identifier: Apache-2.0
#include "app/region_flags.h"

#include "workloads/regions.h"

namespace carbon::app {

void AddRegionFlags(CLI::App& command, std::vector<std::string>& assignments) {
  command
      .add_option("--region", assignments,
                  "grid zone of a region label; goes before the built-in map of AWS regions; may "
                  "be repeated")
      ->type_name("REGION=ZONE")
      ->allow_extra_args(false);
}

Result<workloads::RegionMap> ParseRegions(const std::vector<std::string>& assignments) {
  workloads::RegionMap regions = workloads::AwsRegions();
  for (const std::string& assignment : assignments) {
    if (const Status done = workloads::OverrideRegion(regions, assignment); !done) {
      return done.error();
    }
  }
  return regions;
}

}  // namespace carbon::app
