// SPDX-License-Identifier: Apache-2.0
#include "workloads/pod.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "workloads/fields.h"
#include "workloads/node.h"
#include "workloads/quantity.h"

namespace carbon::workloads {
namespace {

namespace json = boost::json;

constexpr std::string_view kOwnPrefix = "carbon-kube.io/";

struct Requests {
  double cpu = 0;
  double memory = 0;
};

Requests ReadRequests(const json::object* list) {
  return {ParseQuantity(TextAt(list, "cpu")).value_or(0),
          ParseQuantity(TextAt(list, "memory")).value_or(0)};
}

/// Effective request as kube-scheduler counts it: the larger of all containers with all sidecars
/// together and any init container with the sidecars that start before it; plus the overhead.
Requests EffectiveRequests(const json::object& spec) {
  Requests sidecars;
  Requests most_init;
  const auto* init = ArrayAt(&spec, "initContainers");
  for (size_t i = 0; init != nullptr && i < init->size(); ++i) {
    const auto* container = (*init)[i].if_object();
    const Requests own = ReadRequests(ObjectAt(ObjectAt(container, "resources"), "requests"));
    most_init.cpu = std::max(most_init.cpu, sidecars.cpu + own.cpu);
    most_init.memory = std::max(most_init.memory, sidecars.memory + own.memory);
    if (TextAt(container, "restartPolicy") == "Always") {
      sidecars.cpu += own.cpu;
      sidecars.memory += own.memory;
    }
  }
  Requests total = sidecars;
  const auto* containers = ArrayAt(&spec, "containers");
  for (size_t i = 0; containers != nullptr && i < containers->size(); ++i) {
    const auto* container = (*containers)[i].if_object();
    const Requests own = ReadRequests(ObjectAt(ObjectAt(container, "resources"), "requests"));
    total.cpu += own.cpu;
    total.memory += own.memory;
  }
  const Requests overhead = ReadRequests(ObjectAt(&spec, "overhead"));
  return {std::max(total.cpu, most_init.cpu) + overhead.cpu,
          std::max(total.memory, most_init.memory) + overhead.memory};
}

/// A slash inside a JSON pointer's segment is written ~1 (RFC 6901).
std::string PointerSegment(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

json::object Operation(const char* op, std::string path) {
  return {{"op", op}, {"path", std::move(path)}};
}

json::object Operation(const char* op, std::string path, json::value value) {
  return {{"op", op}, {"path", std::move(path)}, {"value", std::move(value)}};
}

/// Adds a preference for `region` to whatever affinity the pod has.
json::object PreferRegion(const json::value& affinity, const std::string& region) {
  constexpr const char* kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
  const json::object expression{
      {"key", kRegionLabel}, {"operator", "In"}, {"values", json::array{region}}};
  const json::object term{
      {"weight", 100}, {"preference", json::object{{"matchExpressions", json::array{expression}}}}};
  const json::object* pod_affinity = affinity.if_object();
  const json::object* node_affinity = ObjectAt(pod_affinity, "nodeAffinity");
  const std::string node_path = "/spec/affinity/nodeAffinity";
  if (pod_affinity == nullptr) {
    return Operation("add", "/spec/affinity",
                     json::object{{"nodeAffinity", json::object{{kPreferred, json::array{term}}}}});
  }
  if (node_affinity == nullptr) {
    return Operation("add", node_path, json::object{{kPreferred, json::array{term}}});
  }
  if (ArrayAt(node_affinity, kPreferred) == nullptr) {
    return Operation("add", node_path + "/" + kPreferred, json::array{term});
  }
  return Operation("add", node_path + "/" + kPreferred + "/-", term);
}

/// Stores the plan. The parent object may be added only where nobody has written one meanwhile.
void AppendPlan(json::array& patch, const PodView& pod, const std::string& plan) {
  if (pod.annotated) {
    patch.emplace_back(Operation("add", "/metadata/annotations/" + PointerSegment(kPlanAnnotation),
                                 json::string(plan)));
    return;
  }
  patch.emplace_back(
      Operation("test", "/metadata/resourceVersion", json::string(pod.resource_version)));
  patch.emplace_back(
      Operation("add", "/metadata/annotations", json::object{{kPlanAnnotation, plan}}));
}

Result<std::optional<Time>> TimeAnnotation(const PodView& pod, std::string_view key) {
  const auto found = pod.annotations.find(key);
  if (found == pod.annotations.end()) {
    return std::optional<Time>();
  }
  const auto time = ParseTime(found->second);
  if (!time) {
    return time.error().In("annotation " + std::string(key));
  }
  return std::optional(*time);
}

Result<std::optional<Duration>> DurationAnnotation(const PodView& pod, std::string_view key) {
  const auto found = pod.annotations.find(key);
  if (found == pod.annotations.end()) {
    return std::optional<Duration>();
  }
  const auto duration = ParseDuration(found->second);
  if (!duration) {
    return duration.error().In("annotation " + std::string(key));
  }
  return std::optional(*duration);
}

}  // namespace

bool PodView::held() const {
  return !deleting && std::find(gates.begin(), gates.end(), kGate) != gates.end();
}

std::optional<PodView> ReadPod(const json::object& object) {
  const auto* metadata = ObjectAt(&object, "metadata");
  PodView pod;
  pod.ns = TextAt(metadata, "namespace");
  pod.name = TextAt(metadata, "name");
  pod.uid = TextAt(metadata, "uid");
  if (pod.name.empty() || pod.ns.empty()) {
    return std::nullopt;
  }
  if (const auto created = ParseTime(TextAt(metadata, "creationTimestamp"))) {
    pod.created = *created;
  }
  pod.resource_version = TextAt(metadata, "resourceVersion");
  pod.annotations = TextMembers<Labels>(ObjectAt(metadata, "annotations"));
  pod.annotated = !pod.annotations.empty();
  std::erase_if(pod.annotations,
                [](const auto& entry) { return !entry.first.starts_with(kOwnPrefix); });
  pod.deleting = metadata->contains("deletionTimestamp");
  const json::object none;
  const auto* found_spec = ObjectAt(&object, "spec");
  const json::object& spec = found_spec == nullptr ? none : *found_spec;
  const auto* gates = ArrayAt(&spec, "schedulingGates");
  for (size_t i = 0; gates != nullptr && i < gates->size(); ++i) {
    pod.gates.push_back(TextAt((*gates)[i].if_object(), "name"));
  }
  pod.selection = ReadSelection(spec);
  const Requests requests = EffectiveRequests(spec);
  pod.cpu_cores = requests.cpu;
  pod.memory_bytes = requests.memory;
  if (const auto* affinity = ObjectAt(&spec, "affinity")) {
    pod.affinity = *affinity;
  }
  pod.node = TextAt(&spec, "nodeName");
  pod.phase = TextAt(ObjectAt(&object, "status"), "phase");
  return pod;
}

Result<Wish> ReadWish(const PodView& pod, Time arrival, Time now, const PodDefaults& defaults) {
  const auto deadline = TimeAnnotation(pod, kDeadlineAnnotation);
  if (!deadline) {
    return deadline.error();
  }
  const auto max_delay = DurationAnnotation(pod, kMaxDelayAnnotation);
  if (!max_delay) {
    return max_delay.error();
  }
  const auto length = DurationAnnotation(pod, kDurationAnnotation);
  if (!length) {
    return length.error();
  }
  if (*length && **length == Duration::zero()) {
    return Invalid("annotation " + std::string(kDurationAnnotation) + ": must be longer than 0s");
  }
  Wish wish{.length = length->value_or(defaults.length), .latest_start = {}, .deadline = *deadline};
  if (!*deadline) {
    wish.latest_start = arrival + max_delay->value_or(defaults.max_delay);
    return wish;
  }
  if (!*length) {
    return Invalid("annotation " + std::string(kDeadlineAnnotation) + " needs " +
                   std::string(kDurationAnnotation) + " beside it, to know the latest start");
  }
  if (**deadline <= now) {
    return Invalid("annotation " + std::string(kDeadlineAnnotation) + ": " +
                   FormatTime(**deadline) + " is in the past");
  }
  wish.latest_start = **deadline - wish.length;
  if (*max_delay) {
    wish.latest_start = std::min(wish.latest_start, arrival + **max_delay);
  }
  return wish;
}

json::value ReleasePatch(const PodView& pod, const plan::Decision& decision) {
  json::array patch;
  patch.emplace_back(Operation("test", "/metadata/uid", json::string(pod.uid)));
  const auto gate = std::find(pod.gates.begin(), pod.gates.end(), kGate);
  const std::string gate_path = "/spec/schedulingGates/" + std::to_string(gate - pod.gates.begin());
  patch.emplace_back(Operation("test", gate_path + "/name", json::string(kGate)));
  if (!decision.region.empty()) {
    patch.emplace_back(PreferRegion(pod.affinity, decision.region));
  }
  AppendPlan(patch, pod, plan::ToJson(decision.reason));
  patch.emplace_back(Operation("remove", gate_path));
  return patch;
}

json::value PlanPatch(const PodView& pod, const plan::Decision& decision) {
  return json::object{
      {"metadata", json::object{{"uid", pod.uid},
                                {"annotations",
                                 json::object{{kPlanAnnotation, plan::ToJson(decision.reason)}}}}}};
}

}  // namespace carbon::workloads
