// SPDX-License-Identifier: Apache-2.0
#include "workloads/selection.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "workloads/fields.h"

namespace carbon::workloads {
namespace {

namespace json = boost::json;

Requirement ReadRequirement(const json::object& expression, bool field) {
  Requirement requirement{.key = TextAt(&expression, "key"),
                          .op = TextAt(&expression, "operator"),
                          .values = {},
                          .field = field};
  if (const auto* values = ArrayAt(&expression, "values")) {
    for (const json::value& value : *values) {
      if (const auto* text = value.if_string()) {
        requirement.values.emplace_back(*text);
      }
    }
  }
  return requirement;
}

std::vector<Requirement> ReadTerm(const json::object& term) {
  std::vector<Requirement> requirements;
  for (const auto* expression : ObjectsAt(&term, "matchExpressions")) {
    requirements.push_back(ReadRequirement(*expression, false));
  }
  for (const auto* expression : ObjectsAt(&term, "matchFields")) {
    requirements.push_back(ReadRequirement(*expression, true));
  }
  return requirements;
}

/// Of what was read, not of the object, so that what makes no difference here (tolerationSeconds)
/// makes none there; as JSON, so that no value can imitate another's structure.
std::string KeyOf(const Selection& selection) {
  json::array labels;
  for (const auto& [key, value] : selection.node_selector) {
    labels.emplace_back(json::array{key, value});
  }
  json::array terms;
  for (const auto& term : selection.terms) {
    json::array requirements;
    for (const Requirement& each : term) {
      requirements.emplace_back(json::array{
          each.key, each.op, json::array(each.values.begin(), each.values.end()), each.field});
    }
    terms.emplace_back(std::move(requirements));
  }
  json::array tolerations;
  for (const Toleration& each : selection.tolerations) {
    tolerations.emplace_back(json::array{each.key, each.op, each.value, each.effect});
  }
  return json::serialize(json::array{std::move(labels), std::move(terms), std::move(tolerations)});
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

bool FieldHolds(const Requirement& requirement, const std::string& node_name) {
  if (requirement.key != "metadata.name") {
    return false;
  }
  const bool named = Contains(requirement.values, node_name);
  return (requirement.op == "In" && named) || (requirement.op == "NotIn" && !named);
}

bool LabelHolds(const Requirement& requirement, const Labels& labels) {
  const auto found = labels.find(requirement.key);
  const bool present = found != labels.end();
  if (requirement.op == "In") {
    return present && Contains(requirement.values, found->second);
  }
  if (requirement.op == "NotIn") {
    return !present || !Contains(requirement.values, found->second);
  }
  if (requirement.op == "Exists") {
    return present;
  }
  if (requirement.op == "DoesNotExist") {
    return !present;
  }
  if (requirement.op == "Gt" || requirement.op == "Lt") {
    return present && Compares(requirement, found->second);
  }
  return false;
}

bool Tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) {
    return false;
  }
  if (!toleration.key.empty() && toleration.key != taint.key) {
    return false;
  }
  return toleration.op == "Exists" || (toleration.op == "Equal" && toleration.value == taint.value);
}

bool Repels(const Taint& taint) {
  return taint.effect == "NoSchedule" || taint.effect == "NoExecute";
}

}  // namespace

Selection ReadSelection(const json::object& spec) {
  Selection selection;
  selection.node_selector = TextMembers<Labels>(ObjectAt(&spec, "nodeSelector"));
  const auto* required = ObjectAt(ObjectAt(ObjectAt(&spec, "affinity"), "nodeAffinity"),
                                  "requiredDuringSchedulingIgnoredDuringExecution");
  for (const auto* term : ObjectsAt(required, "nodeSelectorTerms")) {
    selection.terms.push_back(ReadTerm(*term));
  }
  for (const auto* one : ObjectsAt(&spec, "tolerations")) {
    std::string op = TextAt(one, "operator");
    selection.tolerations.push_back({.key = TextAt(one, "key"),
                                     .op = op.empty() ? "Equal" : std::move(op),
                                     .value = TextAt(one, "value"),
                                     .effect = TextAt(one, "effect")});
  }
  selection.key = KeyOf(selection);
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
  const auto holds = [&](const Requirement& requirement) {
    return requirement.field ? FieldHolds(requirement, node_name) : LabelHolds(requirement, labels);
  };
  const auto term_holds = [&](const std::vector<Requirement>& term) {
    return !term.empty() && std::all_of(term.begin(), term.end(), holds);
  };
  if (!selection.terms.empty() &&
      std::none_of(selection.terms.begin(), selection.terms.end(), term_holds)) {
    return false;
  }
  return std::all_of(taints.begin(), taints.end(), [&](const Taint& taint) {
    return !Repels(taint) ||
           std::any_of(selection.tolerations.begin(), selection.tolerations.end(),
                       [&](const Toleration& toleration) { return Tolerates(toleration, taint); });
  });
}

}  // namespace carbon::workloads
