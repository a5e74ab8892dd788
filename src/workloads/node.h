// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "workloads/selection.h"

namespace carbon::workloads {

inline constexpr std::string_view kRegionLabel = "topology.kubernetes.io/region";
inline constexpr std::string_view kInstanceTypeLabel = "node.kubernetes.io/instance-type";

/// The fields of a Node that decide what may run on it and what that emits.
struct NodeView {
  std::string name;
  Labels labels;
  std::vector<Taint> taints;
  bool usable = false;  ///< Ready and not cordoned

  std::string region() const;
  std::string instance_type() const;
};

/// Nothing where the object has no name.
std::optional<NodeView> ReadNode(const boost::json::object& object);

}  // namespace carbon::workloads
