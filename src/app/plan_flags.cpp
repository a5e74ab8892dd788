// SPDX-License-Identifier: Apache-2.0
#include "app/plan_flags.h"

#include <set>
#include <utility>

#include "app/cluster_regions.h"
#include "base/text.h"
#include "workloads/quantity.h"

namespace carbon::app {
namespace {

// ---- The job

Status CheckTimes(const JobFlags& flags, Time now) {
  const auto duration = ParseDuration(flags.duration);
  if (!duration) {
    return duration.error().In("--duration");
  }
  if (*duration == Duration::zero()) {
    return Invalid("--duration: must be longer than 0s");
  }
  if (!flags.max_delay.empty()) {
    if (const auto delay = ParseDuration(flags.max_delay); !delay) {
      return delay.error().In("--max-delay");
    }
  }
  if (flags.deadline.empty()) {
    return {};
  }
  const auto deadline = ParseTime(flags.deadline);
  if (!deadline) {
    return deadline.error().In("--deadline");
  }
  return *deadline > now ? Status()
                         : Invalid("--deadline: " + FormatTime(*deadline) +
                                   " is in the past: it is " + FormatTime(now));
}

/// 0 where nothing is said.
Result<double> AmountOf(const char* flag, const std::string& text, const char* example) {
  if (text.empty()) {
    return 0;
  }
  const auto amount = workloads::ParseQuantity(text);
  if (!amount || *amount <= 0) {
    return Invalid(std::string(flag) + ": '" + Printable(text) + "' is not an amount such as " +
                   example);
  }
  return *amount;
}

// ---- The places

/// A ready node of a region, as a cluster would have it.
workloads::NodeView NodeIn(const std::string& region) {
  workloads::NodeView node;
  node.name = region;
  node.labels.emplace(workloads::kRegionLabel, region);
  node.usable = true;
  return node;
}

/// The regions that --region names, without their zones.
std::vector<std::string> NamesOf(const std::vector<std::string>& regions) {
  std::vector<std::string> names;
  names.reserve(regions.size());
  for (const std::string& region : regions) {
    names.push_back(region.substr(0, region.find('=')));
  }
  return names;
}

Status CheckNames(const std::vector<std::string>& names, const char* flag) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name.empty()) {
      return Invalid(std::string(flag) + ": a name is missing");
    }
    if (!seen.insert(name).second) {
      return Invalid(std::string(flag) + ": '" + Printable(name) + "' is given twice");
    }
  }
  return {};
}

Result<workloads::Fleet> FleetOfNames(const PlaceFlags& flags, workloads::RegionMap map) {
  const auto regions = NamesOf(flags.regions);
  for (const auto& [names, flag] :
       {std::pair(&regions, "--region"), std::pair(&flags.zones, "--zone")}) {
    if (const Status ok = CheckNames(*names, flag); !ok) {
      return ok.error();
    }
  }
  std::vector<workloads::NodeView> nodes;
  for (const std::string& region : regions) {
    if (!map.contains(region)) {
      return Invalid("--region: what the provider calls the zone of '" + Printable(region) +
                     "' is not known: --region " + Printable(region) +
                     "=ZONE, or a table (--regions)");
    }
    nodes.push_back(NodeIn(region));
  }
  for (const std::string& zone : flags.zones) {
    map[zone] = workloads::RegionInfo{.zone = {zone}, .pue = {}, .source = "--zone", .as_of = {}};
    nodes.push_back(NodeIn(zone));
  }
  return workloads::Fleet(std::move(nodes), map);
}

}  // namespace

void AddJobFlags(CLI::App& command, JobFlags& flags, CLI::Option* instead) {
  command.add_option("--duration", flags.duration, "how long the job runs")
      ->type_name("DURATION")
      ->excludes(instead);
  command
      .add_option("--deadline", flags.deadline,
                  "when it has to have ended, in RFC 3339 with an offset")
      ->type_name("TIME")
      ->excludes(instead);
  command
      .add_option("--max-delay", flags.max_delay,
                  "how long its start may wait (6h where there is no deadline)")
      ->type_name("DURATION")
      ->excludes(instead);
  command.add_option("--cpu", flags.cpu, "cores that it asks for, such as 4 or 500m (1)")
      ->type_name("AMOUNT")
      ->excludes(instead);
  command.add_option("--memory", flags.memory, "memory that it asks for, such as 8Gi (none)")
      ->type_name("AMOUNT")
      ->excludes(instead);
}

Result<workloads::PodView> PodOf(const JobFlags& flags, Time now) {
  if (const Status ok = CheckTimes(flags, now); !ok) {
    return ok.error();
  }
  const auto cpu = AmountOf("--cpu", flags.cpu, "4 or 500m");
  const auto memory = AmountOf("--memory", flags.memory, "8Gi");
  if (!cpu || !memory) {
    return !cpu ? cpu.error() : memory.error();
  }
  workloads::PodView pod;
  pod.cpu_cores = *cpu;
  pod.memory_bytes = *memory;
  pod.annotations.emplace(workloads::kDurationAnnotation, flags.duration);
  if (!flags.deadline.empty()) {
    pod.annotations.emplace(workloads::kDeadlineAnnotation, flags.deadline);
  }
  if (!flags.max_delay.empty()) {
    pod.annotations.emplace(workloads::kMaxDelayAnnotation, flags.max_delay);
  }
  return pod;
}

void AddPlaceFlags(CLI::App& command, PlaceFlags& flags) {
  AddClusterFlags(command, flags.cluster, false);
  command
      .add_option("--region", flags.regions,
                  "it may run in this region, whatever the cluster; with =ZONE, in the provider's "
                  "name of the zone; may be repeated")
      ->type_name("REGION[=ZONE]")
      ->allow_extra_args(false);
  command
      .add_option("--zone", flags.zones,
                  "it may run in this zone of the grid, whatever the cluster; may be repeated")
      ->type_name("ZONE")
      ->allow_extra_args(false);
  AddRegionsFile(command, flags.tables);
}

Result<RegionTables> TablesOf(const PlaceFlags& flags, std::string_view provider) {
  RegionFlags tables = flags.tables;
  for (const std::string& region : flags.regions) {
    if (region.find('=') != std::string::npos) {
      tables.assignments.push_back(region);
    }
  }
  return ParseRegions(tables, provider);
}

Result<workloads::Fleet> FleetOf(const PlaceFlags& flags, const workloads::RegionMap& map,
                                 const net::Clock& real_clock, const std::stop_token& stop) {
  if (flags.Given()) {
    return FleetOfNames(flags, map);
  }
  auto nodes = NodesOf(flags.cluster, real_clock, stop);
  if (!nodes) {
    return nodes.error().In("no --region or --zone says where it may run");
  }
  return workloads::Fleet(*std::move(nodes), map);
}

}  // namespace carbon::app
