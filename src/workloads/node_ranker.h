// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "plan/node_ranking.h"
#include "plan/node_table.h"
#include "workloads/fleet.h"

namespace carbon::workloads {

/// How nodes are ranked, and what is assumed where a pod does not say.
struct NodeRankerOptions {
  plan::RankingRules rules;
  RegionMap regions;  ///< where the nodes' region labels lie
  Duration length = std::chrono::hours(1);
  double cpu_cores = 1;
};

/// Reads {"formula", "stale_after", "provider", "regions", "default_run", "default_cores"}, all of
/// which may be absent, as may be the text. Invalid, with the field, for all else.
Result<NodeRankerOptions> ParseNodeRankerOptions(std::string_view json);

/// What a scheduler knows of a node.
struct NodeLabels {
  std::string_view region;         ///< of topology.kubernetes.io/region; may be empty
  std::string_view instance_type;  ///< of node.kubernetes.io/instance-type; may be empty
  std::string_view zone;           ///< of the grid, where somebody says so; else empty
};

/// What a scheduler knows of a pod; 0 where it does not ask for any.
struct PodRequest {
  double cpu_cores = 0;
  double memory_gb = 0;
  Duration length{};
};

/// Keeps what is known of nodes and zones, and ranks. All methods may be called from any thread.
///
/// Who asks for a rank waits for nobody's work: changes of nodes are written down, and taken in
/// together by the next one that asks while no other does.
class NodeRanker {
 public:
  explicit NodeRanker(NodeRankerOptions options);

  /// Takes `data.zones` of the ConfigMap carbon-scores in the place of what it took before. Where
  /// it is invalid, that stays.
  Status LoadZones(std::string_view json);
  /// Nothing is known of any zone any more: the ConfigMap is gone.
  void ForgetZones();
  void Upsert(std::string_view name, const NodeLabels& labels);
  void Remove(std::string_view name);

  struct Scored {
    std::vector<double> values;   ///< NaN where unknown
    std::vector<uint8_t> scores;  ///< 0 to 100
    size_t unknown = 0;           ///< how many of the values
  };
  Scored Score(const PodRequest& pod, Time now, std::span<const std::string_view> nodes);

  /// Mean carbon intensity over the pod's run where each node lies, in g/kWh; NaN where unknown.
  std::vector<double> Intensities(const PodRequest& pod, Time now,
                                  std::span<const std::string_view> nodes);

  /// Why a node has its value, as a JSON object.
  std::string Explain(const PodRequest& pod, Time now, std::string_view node);

 private:
  struct Known {
    plan::NodeTable nodes;
    plan::ZoneIntensities zones;
  };
  struct Change {
    std::string name;
    std::optional<plan::NodeSite> site;  ///< nothing: the node has gone
  };

  /// The newest that is known, with the changes up to now if nobody else is taking them in.
  std::shared_ptr<const Known> Newest();
  std::shared_ptr<const Known> Taken() const;
  void Put(std::shared_ptr<const Known> known);
  void TakeChangesIn();
  void Note(Change change);
  plan::PodRun RunOf(const PodRequest& pod) const;

  const NodeRankerOptions options_;

  std::mutex writing_;   ///< held while a new Known is made
  std::mutex changing_;  ///< guards changes_
  std::vector<Change> changes_;
  std::atomic<bool> changed_ = false;  ///< whether changes_ holds any

  mutable std::mutex handing_;  ///< guards known_; held for a copy of the pointer
  std::shared_ptr<const Known> known_ = std::make_shared<const Known>();
};

}  // namespace carbon::workloads
