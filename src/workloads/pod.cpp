// SPDX-License-Identifier: Apache-2.0
#include "workloads/pod.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <functional>
#include <utility>

#include "workloads/fields.h"
#include "workloads/node.h"
#include "workloads/quantity.h"

namespace carbon::workloads {
namespace {

namespace json = boost::json;

constexpr std::string_view kOwnPrefix = "carbon-kube.io/";
constexpr const char* kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
constexpr double kBytesPerGb = 1e9;

/// What is counted of a pod's requests. Katalyst's reclaimed_cores pods ask for what others have
/// reserved and leave idle, under names of their own; it draws the same power.
constexpr std::array<std::string_view, 4> kResourceNames = {
    "cpu", "memory", "resource.katalyst.kubewharf.io/reclaimed_millicpu",
    "resource.katalyst.kubewharf.io/reclaimed_memory"};
constexpr size_t kCpu = 0;
constexpr size_t kMemory = 1;
constexpr size_t kReclaimedMilliCpu = 2;
constexpr size_t kReclaimedMemory = 3;
constexpr double kMilli = 1e-3;

using Requests = std::array<double, kResourceNames.size()>;

/// What `list` does not hold is taken from `otherwise`.
Requests ReadRequests(const json::object* list, const Requests& otherwise = {}) {
  Requests requests = otherwise;
  for (size_t i = 0; i < kResourceNames.size(); ++i) {
    requests[i] = ParseQuantity(TextAt(list, kResourceNames[i])).value_or(otherwise[i]);
  }
  return requests;
}

Requests RequestsOfContainer(const json::object* container) {
  return ReadRequests(ObjectAt(ObjectAt(container, "resources"), "requests"));
}

Requests Sum(const Requests& some, const Requests& more) {
  Requests sum = some;
  std::transform(some.begin(), some.end(), more.begin(), sum.begin(), std::plus());
  return sum;
}

Requests Larger(const Requests& some, const Requests& others) {
  Requests larger = some;
  for (size_t i = 0; i < kResourceNames.size(); ++i) {
    larger[i] = std::max(some[i], others[i]);
  }
  return larger;
}

/// As kube-scheduler counts: the larger of all containers with all sidecars together and any init
/// container with the sidecars that start before it. A pod-level request, where there is one, takes
/// its place. The overhead comes on top of either.
Requests EffectiveRequests(const json::object& spec) {
  Requests sidecars{};
  Requests most_init{};
  for (const auto* container : ObjectsAt(&spec, "initContainers")) {
    const Requests own = RequestsOfContainer(container);
    most_init = Larger(most_init, Sum(sidecars, own));
    if (TextAt(container, "restartPolicy") == "Always") {
      sidecars = Sum(sidecars, own);
    }
  }
  Requests total = sidecars;
  for (const auto* container : ObjectsAt(&spec, "containers")) {
    total = Sum(total, RequestsOfContainer(container));
  }
  total =
      ReadRequests(ObjectAt(ObjectAt(&spec, "resources"), "requests"), Larger(total, most_init));
  return Sum(total, ReadRequests(ObjectAt(&spec, "overhead")));
}

/// The pod's preferences with one for `region` added. All of them: a merge patch replaces lists.
json::object PreferRegion(const PodView& pod, const std::string& region) {
  const auto* node_affinity = ObjectAt(pod.affinity.if_object(), "nodeAffinity");
  const auto* existing = ArrayAt(node_affinity, kPreferred);
  json::array preferred = existing == nullptr ? json::array() : *existing;
  const json::object expression{
      {"key", kRegionLabel}, {"operator", "In"}, {"values", json::array{region}}};
  preferred.emplace_back(
      json::object{{"weight", 100},
                   {"preference", json::object{{"matchExpressions", json::array{expression}}}}});
  return {{"nodeAffinity", json::object{{kPreferred, std::move(preferred)}}}};
}

/// The metadata of a patch that applies to `pod` as it was read only, and stores the plan.
json::object PlanMetadata(const PodView& pod, const plan::Decision& decision) {
  return {{"uid", pod.uid},
          {"resourceVersion", pod.resource_version},
          {"annotations", json::object{{kPlanAnnotation, plan::ToJson(decision.reason)}}}};
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

plan::LengthBelief BelievedLength(std::optional<Duration> declared, const PodDefaults& defaults,
                                  std::span<const Duration> runs) {
  if (!runs.empty()) {
    return plan::LearntLength(runs, declared);
  }
  return declared ? plan::AtItsWord(*declared)
                  : plan::AtItsWord(defaults.length, plan::LengthSource::assumed);
}

}  // namespace

energy::Request RequestOf(const PodView& pod, const PodDefaults& defaults) {
  return {.cpu_cores = pod.AsksForCpu() ? pod.cpu_cores : defaults.cpu_cores,
          .memory_gb = pod.memory_bytes / kBytesPerGb};
}

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
  std::erase_if(pod.annotations,
                [](const auto& entry) { return !entry.first.starts_with(kOwnPrefix); });
  pod.deleting = !TextAt(metadata, "deletionTimestamp").empty();
  const json::object none;
  const auto* found_spec = ObjectAt(&object, "spec");
  const json::object& spec = found_spec == nullptr ? none : *found_spec;
  for (const auto* gate : ObjectsAt(&spec, "schedulingGates")) {
    pod.gates.push_back(TextAt(gate, "name"));
  }
  pod.selection = ReadSelection(spec);
  const Requests requests = EffectiveRequests(spec);
  pod.cpu_cores = requests[kCpu] + requests[kReclaimedMilliCpu] * kMilli;
  pod.memory_bytes = requests[kMemory] + requests[kReclaimedMemory];
  if (const auto* affinity = ObjectAt(&spec, "affinity")) {
    pod.affinity = *affinity;
  }
  pod.node = TextAt(&spec, "nodeName");
  pod.phase = TextAt(ObjectAt(&object, "status"), "phase");
  pod.template_name = TemplateOf(*metadata);
  pod.run = ReadRun(ObjectAt(&object, "status"));
  return pod;
}

Result<std::optional<Duration>> DeclaredLength(const PodView& pod) {
  auto length = DurationAnnotation(pod, kDurationAnnotation);
  if (length && *length && **length == Duration::zero()) {
    return Invalid("annotation " + std::string(kDurationAnnotation) + ": must be longer than 0s");
  }
  return length;
}

Result<Wish> ReadWish(const PodView& pod, Time arrival, const PodDefaults& defaults,
                      std::span<const Duration> runs) {
  const auto deadline = TimeAnnotation(pod, kDeadlineAnnotation);
  if (!deadline) {
    return deadline.error();
  }
  const auto max_delay = DurationAnnotation(pod, kMaxDelayAnnotation);
  if (!max_delay) {
    return max_delay.error();
  }
  const auto length = DeclaredLength(pod);
  if (!length) {
    return length.error();
  }
  Wish wish{
      .length = BelievedLength(*length, defaults, runs), .latest_start = {}, .deadline = *deadline};
  if (!*deadline) {
    wish.latest_start = arrival + max_delay->value_or(defaults.max_delay);
    return wish;
  }
  if (!*length && runs.empty()) {
    return Invalid("annotation " + std::string(kDeadlineAnnotation) + " needs " +
                   std::string(kDurationAnnotation) + " beside it, to know the latest start");
  }
  if (**deadline <= arrival) {
    return Invalid("annotation " + std::string(kDeadlineAnnotation) + ": " +
                   FormatTime(**deadline) + " was in the past when the pod was created");
  }
  wish.latest_start = **deadline - wish.length.longest;
  if (*max_delay) {
    wish.latest_start = std::min(wish.latest_start, arrival + **max_delay);
  }
  return wish;
}

std::optional<plan::Reason> PlanOn(const PodView& pod) {
  const auto found = pod.annotations.find(kPlanAnnotation);
  if (found == pod.annotations.end()) {
    return std::nullopt;
  }
  auto reason = plan::ReasonFromJson(found->second);
  return reason ? std::optional(*std::move(reason)) : std::nullopt;
}

json::value ReleasePatch(const PodView& pod, const plan::Decision& decision) {
  json::array gates;
  for (const std::string& gate : pod.gates) {
    if (gate != kGate) {
      gates.emplace_back(json::object{{"name", gate}});
    }
  }
  json::object spec{{"schedulingGates", std::move(gates)}};
  if (!decision.region.empty()) {
    spec["affinity"] = PreferRegion(pod, decision.region);
  }
  return json::object{{"metadata", PlanMetadata(pod, decision)}, {"spec", std::move(spec)}};
}

json::value PlanPatch(const PodView& pod, const plan::Decision& decision) {
  return json::object{{"metadata", PlanMetadata(pod, decision)}};
}

}  // namespace carbon::workloads
