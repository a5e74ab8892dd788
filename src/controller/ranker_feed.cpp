// SPDX-License-Identifier: Apache-2.0
#include "controller/ranker_feed.h"

#include <spdlog/spdlog.h>

#include "kube/object.h"

namespace carbon::controller {

void RankerFeed::Take(const Nodes& nodes) {
  for (const Nodes::Item& item : nodes) {
    const workloads::NodeView& node = item->value;
    if (nodes_.Find(item->key) != &node) {
      ranker_.Upsert(node.name,
                     {.region = node.region(), .instance_type = node.instance_type(), .zone = {}});
    }
  }
  for (const Nodes::Item& item : nodes_) {
    if (nodes.Find(item->key) == nullptr) {
      ranker_.Remove(item->value.name);
    }
  }
  nodes_ = nodes;
}

bool RankerFeed::Take(const Published& published) {
  if (published_ == published) {
    return true;
  }
  published_ = published;
  if (published.size() == 0) {
    spdlog::warn("no intensities are published: nodes are ranked alike");
    ranker_.ForgetZones();
    return true;
  }
  const Status loaded = ranker_.LoadZones((*published.begin())->value);
  if (!loaded) {
    spdlog::warn("what is published is not used, what was published before is: {}",
                 loaded.error().message);
  }
  return static_cast<bool>(loaded);
}

kube::InformerOptions PublishedOptions(const ScoresPlace& place) {
  return {.path = kube::ApiPath({"api", "v1", "namespaces", place.name_space, "configmaps"}),
          .selection = {.labels = {}, .fields = "metadata.name=" + place.name}};
}

std::optional<std::string> ReadPublished(const boost::json::object& object) {
  return std::string(kube::StringAt(kube::ObjectAt(object, {"data"}), "zones"));
}

}  // namespace carbon::controller
