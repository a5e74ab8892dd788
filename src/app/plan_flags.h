// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/cluster_flags.h"
#include "app/region_flags.h"
#include "base/result.h"
#include "base/time.h"
#include "net/clock.h"
#include "workloads/fleet.h"
#include "workloads/pod.h"

namespace carbon::app {

/// A job as the command line describes it.
struct JobFlags {
  std::string duration;
  std::string deadline;
  std::string max_delay;
  std::string cpu;
  std::string memory;
};

/// Adds --duration, --deadline, --max-delay, --cpu and --memory, none of which goes with
/// `instead`.
void AddJobFlags(CLI::App& command, JobFlags& flags, CLI::Option* instead);

/// The pod that such a job is, with the annotations that say the same; workloads::ReadWish takes
/// them at `now`. Invalid, with the flag, where one is wrong.
Result<workloads::PodView> PodOf(const JobFlags& flags, Time now);

/// Where a job may run.
struct PlaceFlags {
  ClusterFlags cluster;
  std::vector<std::string> regions;  ///< "REGION" or "REGION=ZONE"
  std::vector<std::string> zones;
  RegionFlags tables;

  /// Whether they name the places; else the cluster's nodes do.
  bool Given() const { return !regions.empty() || !zones.empty(); }
};

/// Adds --region, --zone, --regions, --kubeconfig and --context.
void AddPlaceFlags(CLI::App& command, PlaceFlags& flags);

/// Where regions lie, by --region and --regions; invalid where one is wrong.
Result<RegionTables> TablesOf(const PlaceFlags& flags, std::string_view provider);

/// Where pods may run. Where the flags name regions or zones (a zone is its own region), they stand
/// for one node each, of a type that is not known; else the cluster is asked. Invalid where a place
/// is named twice, or the zone of a region is not in `map`.
Result<workloads::Fleet> FleetOf(const PlaceFlags& flags, const workloads::RegionMap& map,
                                 const net::Clock& real_clock, const std::stop_token& stop);

}  // namespace carbon::app
