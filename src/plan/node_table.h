// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "energy/power.h"
#include "grid/signal.h"

namespace carbon::plan {

/// What the emissions of a pod on a node depend on, beside the pod.
struct NodeSite {
  grid::ZoneId zone;        ///< of the grid; empty where it is not known
  energy::NodeModel model;  ///< with the overhead (PUE) of its data centre

  bool operator==(const NodeSite&) const = default;
};

/// The nodes of a cluster by name. Nodes that are alike share a site, of which a cluster has few.
///
/// 64 bits of a hash stand for a name: comparing names would cost more than all else. Among 5000
/// nodes two names are taken for one with a chance of 1 in 10^12; then both have the site of the
/// one that came last.
///
/// A value: copies are independent, so that a writer changes a copy while readers use the original.
/// A copy costs some 3 ns a node: take many changes in at once.
class NodeTable {
 public:
  /// Takes a node in, or what has changed of it.
  void Upsert(std::string_view name, const NodeSite& site);
  /// Nothing happens where there is no such node.
  void Remove(std::string_view name);

  size_t size() const { return nodes_.size(); }
  /// The sites of all nodes that have ever been taken in, each once.
  const std::vector<NodeSite>& sites() const { return sites_; }
  /// The zones of sites(), each once, and for each site which of them is its.
  const std::vector<grid::ZoneId>& zones() const { return zones_; }
  uint32_t ZoneOf(size_t site) const { return zone_of_[site]; }
  /// Which of sites() is the node's; nothing where the node is not known.
  std::optional<uint32_t> Find(std::string_view name) const;
  /// The same of each of `names`, kNoSite where the node is not known. Costs half as much a node.
  static constexpr uint32_t kNoSite = std::numeric_limits<uint32_t>::max();
  std::vector<uint32_t> Find(std::span<const std::string_view> names) const;

 private:
  uint32_t Intern(const NodeSite& site);

  boost::unordered_flat_map<uint64_t, uint32_t> nodes_;
  std::vector<NodeSite> sites_;
  std::vector<grid::ZoneId> zones_;
  std::vector<uint32_t> zone_of_;  ///< by site
};

}  // namespace carbon::plan
