// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/units.h"

namespace carbon::energy {

/// What a pod asks for.
struct Request {
  double cpu_cores = 0;  ///< >= 0; a Kubernetes core is a vCPU
  double memory_gb = 0;  ///< >= 0; 10^9 bytes
};

/// How much power a node draws per vCPU, by the CPU in it, and its data centre on top.
/// A default-made one draws nothing.
struct NodeModel {
  Watts min_per_vcpu;  ///< idle
  Watts max_per_vcpu;  ///< at full load
  /// Power usage effectiveness: what the data centre draws per watt of its computers, >= 1. The
  /// default is Cloud Carbon Footprint's for AWS; a region's own is better where it is published.
  double pue = 1.135;
  std::string_view microarchitecture;  ///< for people; a literal
  bool assumed = false;  ///< the CPU is not known: the average of all microarchitectures

  bool operator==(const NodeModel&) const = default;
};

/// The share of a vCPU's range that is taken to be in use where nothing was measured; Cloud
/// Carbon Footprint's default for hyperscale servers.
inline constexpr double kUsualUtilisation = 0.5;

/// Cloud Carbon Footprint's coefficient for memory: 0.000392 kWh per GB and hour.
inline constexpr Watts kMemoryPerGb = Watts(0.392);

/// Mean power of a pod on a node, by Cloud Carbon Footprint's method
/// (https://www.cloudcarbonfootprint.org/docs/methodology):
/// (cores × (min + utilisation × (max − min)) + GB × 0.392 W) × PUE.
/// `utilisation` is in [0, 1].
Watts PodPower(const Request& request, const NodeModel& node,
               double utilisation = kUsualUtilisation);

/// The model of an AWS instance type ("m6i.2xlarge"), by its family where the type itself is not
/// listed; a type whose CPU is not known gets the average of all and is marked `assumed`.
NodeModel AwsNodeModel(std::string_view instance_type);

}  // namespace carbon::energy
