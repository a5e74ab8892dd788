// SPDX-License-Identifier: Apache-2.0
#include "controller/kube_actuator.h"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <utility>

#include "kube/object.h"

namespace carbon::controller {
namespace {

namespace json = boost::json;

std::string PodPath(const workloads::PodView& pod) {
  return kube::ApiPath({"api", "v1", "namespaces", pod.ns, "pods", pod.name});
}

/// Kubernetes' MicroTime, which takes nothing but six digits of fraction.
std::string MicroTime(Time time) {
  const Time second = FloorTo(time, std::chrono::seconds(1));
  std::string text = FormatTime(second);
  text.pop_back();
  const std::string ms = std::to_string((time - second).count());
  return text + "." + std::string(3 - ms.size(), '0') + ms + "000Z";
}

bool IsWarning(plan::Cause cause) {
  return cause == plan::Cause::no_signal || cause == plan::Cause::bad_request;
}

}  // namespace

json::object EventOf(const workloads::PodView& pod, const plan::Decision& decision, Time now,
                     const std::string& instance) {
  constexpr size_t kLongestNote = 1024;
  const bool hold = decision.action == plan::Decision::Action::hold;
  return {{"apiVersion", "events.k8s.io/v1"},
          {"kind", "Event"},
          {"metadata",
           json::object{{"generateName", pod.name.substr(0, 200) + "."}, {"namespace", pod.ns}}},
          {"eventTime", MicroTime(now)},
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
                     EventOf(pod, decision, real_clock_.Now(), instance_));
  if (!created) {
    ++lost_events_;
    spdlog::warn("event on pod {} not written: {}", pod.id(), created.error().message);
  }
}

}  // namespace carbon::controller
