// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

namespace carbon::workloads {

using Labels = std::map<std::string, std::string, std::less<>>;

/// One expression on a node's labels or on its name.
struct Requirement {
  std::string key;
  std::string op;  ///< In, NotIn, Exists, DoesNotExist, Gt, Lt
  std::vector<std::string> values;
  bool field = false;  ///< of matchFields: about the node's name
};

struct Toleration {
  std::string key;
  std::string op;  ///< Exists or Equal; any other tolerates nothing
  std::string value;
  std::string effect;  ///< empty = every effect
};

struct Taint {
  std::string key;
  std::string value;
  std::string effect;  ///< NoSchedule, PreferNoSchedule, NoExecute
};

/// Which nodes a pod accepts: nodeSelector, required node affinity, tolerations.
struct Selection {
  Labels node_selector;
  /// ORed terms of ANDed requirements; empty = no constraint.
  std::vector<std::vector<Requirement>> terms;
  std::vector<Toleration> tolerations;
  std::string key;  ///< equal for equal selections, and only for these
};

/// Reads a pod's spec; parts of an unexpected shape count as absent.
Selection ReadSelection(const boost::json::object& spec);

/// Whether kube-scheduler's NodeAffinity and TaintToleration filters would let the pod onto a node
/// of these labels and taints. The alpha operators Gt and Lt of tolerations count as switched off.
bool Accepts(const Selection& selection, const std::string& node_name, const Labels& labels,
             const std::vector<Taint>& taints);

}  // namespace carbon::workloads
