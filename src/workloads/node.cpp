// SPDX-License-Identifier: Apache-2.0
#include "workloads/node.h"

#include <boost/json.hpp>

#include "workloads/fields.h"

namespace carbon::workloads {
namespace {

std::string LabelOf(const Labels& labels, std::string_view key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

bool IsReady(const boost::json::object* status) {
  for (const auto* condition : ObjectsAt(status, "conditions")) {
    if (TextAt(condition, "type") == "Ready") {
      return TextAt(condition, "status") == "True";
    }
  }
  return false;
}

}  // namespace

std::string NodeView::region() const { return LabelOf(labels, kRegionLabel); }
std::string NodeView::instance_type() const { return LabelOf(labels, kInstanceTypeLabel); }

std::optional<NodeView> ReadNode(const boost::json::object& object) {
  const auto* metadata = ObjectAt(&object, "metadata");
  NodeView node;
  node.name = TextAt(metadata, "name");
  if (node.name.empty()) {
    return std::nullopt;
  }
  node.labels = TextMembers<Labels>(ObjectAt(metadata, "labels"));
  const auto* spec = ObjectAt(&object, "spec");
  for (const auto* taint : ObjectsAt(spec, "taints")) {
    node.taints.push_back({TextAt(taint, "key"), TextAt(taint, "value"), TextAt(taint, "effect")});
  }
  const auto* cordoned = spec == nullptr ? nullptr : spec->if_contains("unschedulable");
  const bool is_cordoned = cordoned != nullptr && cordoned->is_bool() && cordoned->get_bool();
  node.usable = !is_cordoned && IsReady(ObjectAt(&object, "status"));
  return node;
}

}  // namespace carbon::workloads
