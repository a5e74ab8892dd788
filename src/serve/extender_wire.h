// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workloads/node_ranker.h"
#include "workloads/pod.h"

/// What kube-scheduler and an extender send each other: k8s.io/kube-scheduler/extender/v1.
namespace carbon::serve {

/// An ExtenderArgs. Its views, and what it points to, are of the JSON that it was read from.
struct ExtenderArgs {
  /// Nothing where it has no name or no namespace, which no scheduler sends.
  std::optional<workloads::PodView> pod;
  bool managed = false;  ///< whether the pod has the label carbon-kube.io/managed: "true"
  /// The pod as it is ranked for: what it does not say, or what cannot be read, is 0.
  workloads::PodRequest request;
  std::vector<std::string_view> names;  ///< of the nodes, as sent; may hold a name twice
  /// The whole nodes, one a name, where the scheduler sent those; else null.
  const boost::json::array* nodes = nullptr;
};

/// Reads NodeNames, or where that is absent the names of Nodes. Invalid where there is neither, or
/// more than 100 000.
Result<ExtenderArgs> ReadExtenderArgs(const boost::json::value& args);

/// A HostPriorityList with tenths of `scores`, one a name. Nodes that have 0 are left out: so the
/// scheduler takes them.
std::string WritePriorities(std::span<const std::string_view> names,
                            std::span<const uint8_t> scores);

/// An ExtenderFilterResult: node i is refused where `refused[i]` says why. It is refused for good,
/// as far as this pod is concerned: that others are evicted there would not help.
std::string WriteFiltered(const ExtenderArgs& args, std::span<const std::string> refused);

}  // namespace carbon::serve
