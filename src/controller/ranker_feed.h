// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "controller/scores.h"
#include "kube/client.h"
#include "kube/informer.h"
#include "net/clock.h"
#include "workloads/node.h"
#include "workloads/node_ranker.h"

namespace carbon::controller {

/// Tells a ranker what the cluster's nodes and its published intensities are, and what has changed
/// of them since. One thread; `ranker` outlives it.
class RankerFeed {
 public:
  using Nodes = kube::Snapshot<workloads::NodeView>;
  /// data.zones of the ConfigMap, of which there is one or none.
  using Published = kube::Snapshot<std::string>;

  explicit RankerFeed(workloads::NodeRanker& ranker) : ranker_(ranker) {}

  /// Ranks by these nodes from now on.
  void Take(const Nodes& nodes);
  /// Ranks by these intensities from now on; by none where nothing is published. What cannot be
  /// read is a warning in the log, and what was read before stays; then false, once.
  bool Take(const Published& published);

 private:
  workloads::NodeRanker& ranker_;
  Nodes nodes_;  ///< taken last
  std::optional<Published> published_;
};

/// Follows the one ConfigMap.
kube::InformerOptions PublishedOptions(const ScoresPlace& place);
/// What is kept of a ConfigMap: data.zones.
std::optional<std::string> ReadPublished(const boost::json::object& object);

}  // namespace carbon::controller
