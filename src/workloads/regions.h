// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "workloads/fleet.h"

namespace carbon::workloads {

/// The zone of each AWS region by Electricity Maps' own list of data centres (August 2026).
/// us-west-2 has two defensible answers: that list says US-NW-PACW, whose intensity is well
/// above that of US-NW-BPAT, which others use; override it where you know better.
RegionMap AwsRegions();

/// Applies "REGION=ZONE" ("us-west-2=US-NW-BPAT") to `regions`; fails, as invalid, on another form.
/// A region that is not known yet is added; the overhead of a known one stays.
Status OverrideRegion(RegionMap& regions, std::string_view assignment);

}  // namespace carbon::workloads
