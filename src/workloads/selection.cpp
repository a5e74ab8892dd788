// SPDX-License-Identifier: Apache-2.0
#include "workloads/selection.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "workloads/fields.h"

namespace carbon::workloads {
namespace {

std::vector<Requirement> ReadRequirements(const boost::json::object& term) {
  std::vector<Requirement> requirements;
  for (const char* list : {"matchExpressions", "matchFields"}) {
    const auto* expressions = ArrayAt(&term, list);
    for (size_t i = 0; expressions != nullptr && i < expressions->size(); ++i) {
      const auto* expression = (*expressions)[i].if_object();
      Requirement requirement{TextAt(expression, "key"), TextAt(expression, "operator"), {}};
      const auto* values = ArrayAt(expression, "values");
      for (size_t k = 0; values != nullptr && k < values->size(); ++k) {
        if (const auto* text = (*values)[k].if_string()) {
          requirement.values.emplace_back(*text);
        }
      }
      requirements.push_back(std::move(requirement));
    }
  }
  return requirements;
}

bool Contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Gt and Lt compare integers, as Kubernetes does.
bool Compares(const Requirement& requirement, const std::string& label) {
  const auto have = ParseInt(label);
  const auto want = requirement.values.size() == 1 ? ParseInt(requirement.values[0]) : std::nullopt;
  if (!have || !want) {
    return false;
  }
  return requirement.op == "Gt" ? *have > *want : *have < *want;
}

bool Holds(const Requirement& requirement, const std::string& node_name, const Labels& labels) {
  const bool is_field = requirement.key == "metadata.name";
  const auto found = labels.find(requirement.key);
  const bool present = is_field || found != labels.end();
  const std::string& value = is_field ? node_name : (present ? found->second : requirement.key);
  if (requirement.op == "In") {
    return present && Contains(requirement.values, value);
  }
  if (requirement.op == "NotIn") {
    return !present || !Contains(requirement.values, value);
  }
  if (requirement.op == "Exists") {
    return present;
  }
  if (requirement.op == "DoesNotExist") {
    return !present;
  }
  return present && Compares(requirement, value);
}

bool Tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) {
    return false;
  }
  if (toleration.key.empty()) {
    return toleration.op == "Exists";
  }
  return toleration.key == taint.key &&
         (toleration.op == "Exists" || toleration.value == taint.value);
}

}  // namespace

Selection ReadSelection(const boost::json::object& spec) {
  Selection selection;
  selection.node_selector = TextMembers<Labels>(ObjectAt(&spec, "nodeSelector"));
  const auto* required = ObjectAt(ObjectAt(ObjectAt(&spec, "affinity"), "nodeAffinity"),
                                  "requiredDuringSchedulingIgnoredDuringExecution");
  const auto* terms = ArrayAt(required, "nodeSelectorTerms");
  for (size_t i = 0; terms != nullptr && i < terms->size(); ++i) {
    if (const auto* term = (*terms)[i].if_object()) {
      selection.terms.push_back(ReadRequirements(*term));
    }
  }
  const auto* tolerations = ArrayAt(&spec, "tolerations");
  for (size_t i = 0; tolerations != nullptr && i < tolerations->size(); ++i) {
    const auto* one = (*tolerations)[i].if_object();
    selection.tolerations.push_back(
        {TextAt(one, "key"), TextAt(one, "operator"), TextAt(one, "value"), TextAt(one, "effect")});
  }
  for (const auto& [key, value] : selection.node_selector) {
    selection.key += key + "=" + value + ";";
  }
  if (terms != nullptr) {
    selection.key += boost::json::serialize(*terms);
  }
  if (tolerations != nullptr) {
    selection.key += boost::json::serialize(*tolerations);
  }
  return selection;
}

bool Accepts(const Selection& selection, const std::string& node_name, const Labels& labels,
             const std::vector<Taint>& taints) {
  for (const auto& [key, value] : selection.node_selector) {
    const auto found = labels.find(key);
    if (found == labels.end() || found->second != value) {
      return false;
    }
  }
  const auto term_holds = [&](const std::vector<Requirement>& term) {
    return !term.empty() && std::all_of(term.begin(), term.end(), [&](const Requirement& r) {
      return Holds(r, node_name, labels);
    });
  };
  if (!selection.terms.empty() &&
      std::none_of(selection.terms.begin(), selection.terms.end(), term_holds)) {
    return false;
  }
  return std::all_of(taints.begin(), taints.end(), [&](const Taint& taint) {
    return taint.effect == "PreferNoSchedule" ||
           std::any_of(selection.tolerations.begin(), selection.tolerations.end(),
                       [&](const Toleration& toleration) { return Tolerates(toleration, taint); });
  });
}

}  // namespace carbon::workloads
