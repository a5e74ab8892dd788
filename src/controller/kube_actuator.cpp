// SPDX-License-Identifier: Apache-2.0
#include "controller/kube_actuator.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <utility>

#include "kube/lease.h"
#include "kube/object.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;

std::string PodPath(const workloads::PodView& pod) {
  return kube::ApiPath({"api", "v1", "namespaces", pod.ns, "pods", pod.name});
}

/// A name that no other event on the pod has: its own kind of the apiserver's "POD.HEX".
std::string EventName(const std::string& pod, Time now, uint64_t number) {
  constexpr size_t kLongestPodPart = 200;
  std::array<char, 40> suffix{};
  std::snprintf(suffix.data(), suffix.size(), ".%llx%04llx",
                static_cast<unsigned long long>(now.time_since_epoch().count()),
                static_cast<unsigned long long>(number & 0xffff));
  std::string name = pod.substr(0, kLongestPodPart);
  while (!name.empty() && (name.back() == '.' || name.back() == '-')) {
    name.pop_back();
  }
  return name + suffix.data();
}

bool IsWarning(plan::Cause cause) {
  return cause == plan::Cause::no_signal || cause == plan::Cause::bad_request;
}

}  // namespace

json::object EventOf(const workloads::PodView& pod, const plan::Decision& decision, Time now,
                     uint64_t number, const std::string& instance) {
  constexpr size_t kLongestNote = 1024;
  const bool hold = decision.action == plan::Decision::Action::hold;
  return {
      {"apiVersion", "events.k8s.io/v1"},
      {"kind", "Event"},
      {"metadata", json::object{{"name", EventName(pod.name, now, number)}, {"namespace", pod.ns}}},
      {"eventTime", kube::FormatMicroTime(now)},
      {"reportingController", "carbon-kube.io/controller"},
      {"reportingInstance", instance},
      {"action", hold ? "Hold" : "Release"},
      {"reason", plan::ToString(decision.reason.cause)},
      {"type", IsWarning(decision.reason.cause) ? "Warning" : "Normal"},
      {"note", plan::Sentence(decision.reason).substr(0, kLongestNote)},
      {"regarding", json::object{{"apiVersion", "v1"},
                                 {"kind", "Pod"},
                                 {"namespace", pod.ns},
                                 {"name", pod.name},
                                 {"uid", pod.uid}}}};
}

KubeActuator::KubeActuator(kube::Client& client, const net::Clock& real_clock, std::string instance)
    : client_(client), real_clock_(real_clock), instance_(std::move(instance)) {}

Status KubeActuator::Release(const workloads::PodView& pod, const plan::Decision& decision) {
  const auto patched =
      client_.Patch(PodPath(pod), kube::PatchKind::merge, workloads::ReleasePatch(pod, decision));
  if (!patched) {
    return patched.error();
  }
  Publish(pod, decision);
  return {};
}

Status KubeActuator::Explain(const workloads::PodView& pod, const plan::Decision& decision) {
  const auto patched =
      client_.Patch(PodPath(pod), kube::PatchKind::merge, workloads::PlanPatch(pod, decision));
  if (!patched) {
    return patched.error();
  }
  Publish(pod, decision);
  return {};
}

void KubeActuator::Publish(const workloads::PodView& pod, const plan::Decision& decision) {
  const auto created =
      client_.Create(kube::ApiPath({"apis", "events.k8s.io", "v1", "namespaces", pod.ns, "events"}),
                     EventOf(pod, decision, real_clock_.Now(), ++events_, instance_));
  if (!created) {
    ++lost_events_;
    spdlog::warn("event on pod {} not written: {}", pod.id(), created.error().message);
  }
}

}  // namespace carbon::controller
