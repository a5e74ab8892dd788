// SPDX-License-Identifier: Apache-2.0
#include "app/cluster_regions.h"

#include "kube/informer.h"
#include "workloads/node.h"

namespace carbon::app {
namespace {

constexpr Duration kPatience = std::chrono::seconds(20);

}  // namespace

Result<std::vector<workloads::NodeView>> NodesOf(const ClusterFlags& flags,
                                                 const net::Clock& real_clock,
                                                 const std::stop_token& stop) {
  const auto cluster = FindCluster(flags, real_clock);
  if (!cluster) {
    return cluster.error();
  }
  const kube::Informer<workloads::NodeView> nodes({.path = "/api/v1/nodes", .selection = {}},
                                                  cluster->make_client, real_clock,
                                                  workloads::ReadNode);
  if (!nodes.AwaitSync(kPatience, stop)) {
    const std::string why = nodes.LastError();
    return Unavailable("the nodes cannot be read: " +
                       (why.empty() ? "the API server did not answer in time" : why) +
                       "; --zone NAME needs no cluster");
  }
  std::vector<workloads::NodeView> views;
  for (const auto& node : nodes.Now()) {
    views.push_back(node->value);
  }
  return views;
}

Result<std::map<std::string, size_t>> RegionsOf(const ClusterFlags& flags,
                                                const net::Clock& real_clock,
                                                const std::stop_token& stop) {
  const auto nodes = NodesOf(flags, real_clock, stop);
  if (!nodes) {
    return nodes.error();
  }
  std::map<std::string, size_t> regions;
  for (const workloads::NodeView& node : *nodes) {
    regions[node.region()] += node.usable ? 1 : 0;
  }
  regions.erase("");
  return regions;
}

}  // namespace carbon::app
