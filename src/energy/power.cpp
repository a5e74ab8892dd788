// SPDX-License-Identifier: Apache-2.0
#include "energy/power.h"

#include <algorithm>
#include <cassert>

#include "energy/aws_table.h"

namespace carbon::energy {
namespace {

static_assert(std::is_sorted(kAwsModels.begin(), kAwsModels.end(),
                             [](const AwsModel& a, const AwsModel& b) { return a.name < b.name; }));

const Microarchitecture* Find(std::string_view name) {
  const auto* const found = std::lower_bound(
      kAwsModels.begin(), kAwsModels.end(), name,
      [](const AwsModel& model, std::string_view key) { return model.name < key; });
  if (found == kAwsModels.end() || found->name != name) {
    return nullptr;
  }
  return &kAwsMicroarchitectures.at(found->microarchitecture);
}

NodeModel Average() {
  NodeModel model{.microarchitecture = "average of all", .assumed = true};
  for (const Microarchitecture& each : kAwsMicroarchitectures) {
    model.min_per_vcpu += Watts(each.min_watts);
    model.max_per_vcpu += Watts(each.max_watts);
  }
  const auto count = static_cast<double>(kAwsMicroarchitectures.size());
  model.min_per_vcpu = model.min_per_vcpu / count;
  model.max_per_vcpu = model.max_per_vcpu / count;
  return model;
}

}  // namespace

Watts PodPower(const Request& request, const NodeModel& node, double utilisation) {
  assert(request.cpu_cores >= 0 && request.memory_gb >= 0);
  assert(utilisation >= 0 && utilisation <= 1);
  const Watts per_vcpu = node.min_per_vcpu + utilisation * (node.max_per_vcpu - node.min_per_vcpu);
  return (request.cpu_cores * per_vcpu + request.memory_gb * kMemoryPerGb) * node.pue;
}

NodeModel AwsNodeModel(std::string_view instance_type) {
  const Microarchitecture* found = Find(instance_type);
  if (found == nullptr) {
    found = Find(instance_type.substr(0, instance_type.find('.')));
  }
  if (found == nullptr) {
    return Average();
  }
  return {.min_per_vcpu = Watts(found->min_watts),
          .max_per_vcpu = Watts(found->max_watts),
          .microarchitecture = found->name};
}

}  // namespace carbon::energy
