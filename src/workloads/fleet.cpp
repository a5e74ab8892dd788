// SPDX-License-Identifier: Apache-2.0
#include "workloads/fleet.h"

#include <algorithm>
#include <set>
#include <utility>

#include "energy/power.h"

namespace carbon::workloads {
namespace {

using Counts = std::map<std::string, size_t>;

std::string MostCommon(const Counts& counts) {
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

Watts PowerOf(const energy::Request& request, const std::string& instance_type,
              std::optional<double> pue) {
  energy::NodeModel model = energy::AwsNodeModel(instance_type);
  model.pue = pue.value_or(model.pue);
  return energy::PodPower(request, model);
}

}  // namespace

Fleet::Fleet(std::vector<NodeView> nodes, const RegionMap& regions, const PodDefaults& defaults)
    : nodes_(std::move(nodes)), regions_(regions), defaults_(defaults) {
  std::set<std::string> unknown;
  for (const NodeView& node : nodes_) {
    const std::string region = node.region();
    regions_of_nodes_.emplace(node.name, region);
    if (!region.empty() && !regions_.contains(region)) {
      unknown.insert(region);
    }
  }
  unknown_regions_.assign(unknown.begin(), unknown.end());
}

std::string Fleet::RegionOf(const std::string& node) const {
  const auto found = regions_of_nodes_.find(node);
  return found == regions_of_nodes_.end() ? "" : found->second;
}

std::vector<plan::Place> Fleet::PlacesFor(const PodView& pod) {
  const energy::Request request = RequestOf(pod, defaults_);
  std::vector<plan::Place> places;
  for (const Offer& offer : OffersFor(pod.selection)) {
    places.push_back({.region = offer.region,
                      .zone = offer.info.zone,
                      .power = PowerOf(request, offer.instance_type, offer.info.pue)});
  }
  return places;
}

const std::vector<Fleet::Offer>& Fleet::OffersFor(const Selection& selection) {
  const auto known = remembered_.find(selection.key);
  if (known != remembered_.end()) {
    return known->second;
  }
  std::map<std::string, Counts> instance_types;
  for (const NodeView& node : nodes_) {
    if (node.usable && Accepts(selection, node.name, node.labels, node.taints)) {
      ++instance_types[node.region()][node.instance_type()];
    }
  }
  std::vector<Offer> offers;
  for (const auto& [region, counts] : instance_types) {
    const auto info = regions_.find(region);
    if (info != regions_.end()) {
      offers.push_back({region, info->second, MostCommon(counts)});
    }
  }
  return remembered_.emplace(selection.key, std::move(offers)).first->second;
}

}  // namespace carbon::workloads
