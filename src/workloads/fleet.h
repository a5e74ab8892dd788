// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "grid/signal.h"
#include "plan/job.h"
#include "workloads/node.h"
#include "workloads/pod.h"

namespace carbon::workloads {

/// Somebody's word that a region lies in a zone.
struct ZoneClaim {
  grid::ZoneId zone;
  std::string source;
  std::string as_of;  ///< the day on which that was said, "2026-08-21"; may be empty

  bool operator==(const ZoneClaim&) const = default;
};

/// What stands behind a region label: its zone of the grid and its overhead.
struct RegionInfo {
  grid::ZoneId zone;
  /// Power usage effectiveness, where it is known for the region; else the node model's.
  std::optional<double> pue;
  std::string source;                        ///< who says that the region lies in the zone
  std::string as_of;                         ///< as ZoneClaim's
  std::vector<ZoneClaim> alternatives = {};  ///< other zones, by others
};
using RegionMap = std::map<std::string, RegionInfo>;

/// The nodes as the planner sees them: for a pod, the places where it may run.
///
/// Answers are remembered per selection, so that ten thousand like pods cost one look at the nodes.
/// One thread.
class Fleet {
 public:
  /// Nodes that are not usable, carry no region label or whose region is not in `regions` offer no
  /// place. A pod that only such nodes accept has no place.
  Fleet(std::vector<NodeView> nodes, const RegionMap& regions, const PodDefaults& defaults = {});

  /// One place per region with at least one node that accepts the pod, in the regions' order; the
  /// power is that of the pod's RequestOf() on the most common instance type among these nodes.
  std::vector<plan::Place> PlacesFor(const PodView& pod);

  /// The region label of a node; empty where there is no such node or label.
  std::string RegionOf(const std::string& node) const;

  /// Region labels seen on nodes that `regions` does not know.
  const std::vector<std::string>& UnknownRegions() const { return unknown_regions_; }
  size_t size() const { return nodes_.size(); }

 private:
  struct Offer {
    std::string region;
    RegionInfo info;
    std::string instance_type;
  };
  const std::vector<Offer>& OffersFor(const Selection& selection);

  std::vector<NodeView> nodes_;
  std::unordered_map<std::string, std::string> regions_of_nodes_;
  RegionMap regions_;
  PodDefaults defaults_;
  std::vector<std::string> unknown_regions_;
  std::map<std::string, std::vector<Offer>> remembered_;
};

}  // namespace carbon::workloads
