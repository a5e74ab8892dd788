// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo.h"
#include "kube/client.h"
#include "net/clock.h"
#include "results.h"
#include "workload.h"
#include "workloads/fleet.h"

namespace carbon::demo {

/// The recorded grid, by region of the cluster.
struct Recording {
  workloads::RegionMap regions;
  ActualSignals actual;
};

/// Reads DATA/carbon/zones.csv and the life-cycle series it names.
Result<Recording> ReadRecording(const std::string& data);

/// Draws the jobs of the options for the recording's regions.
Result<std::vector<DemoJob>> ReadJobs(const DemoOptions& options, const Recording& recording);

/// Where the nodes of the cluster are, and what each job may use.
struct Cluster {
  std::map<std::string, std::string> region_of_node;
  std::vector<std::vector<plan::Place>> places;  ///< by job
};

/// Looks at the nodes. Fails where a job has no place.
Result<Cluster> LookAtCluster(kube::Client& client, const std::vector<DemoJob>& jobs,
                              const workloads::RegionMap& regions);

/// "2021-08-02T00:00:00Z@2026-11-24T21:00:00Zx720": starts `lead` of real time from now.
std::string ClockSpec(const DemoOptions& options, Time real_now, Duration lead);

}  // namespace carbon::demo
