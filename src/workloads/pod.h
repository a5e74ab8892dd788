// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "energy/power.h"
#include "plan/planner.h"
#include "workloads/pod_run.h"
#include "workloads/selection.h"

namespace carbon::workloads {

inline constexpr std::string_view kManagedLabel = "carbon-kube.io/managed";
inline constexpr std::string_view kGate = "carbon-kube.io/window";
inline constexpr std::string_view kDeadlineAnnotation = "carbon-kube.io/deadline";
inline constexpr std::string_view kMaxDelayAnnotation = "carbon-kube.io/max-delay";
inline constexpr std::string_view kDurationAnnotation = "carbon-kube.io/expected-duration";
inline constexpr std::string_view kTemplateAnnotation = "carbon-kube.io/template";
inline constexpr std::string_view kPlanAnnotation = "carbon-kube.io/plan";

/// The fields of a Pod that are read here. A pod is held by the scheduling gate kGate, which
/// admission adds; it is released by removing the gate, which cannot be undone.
struct PodView {
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;
  Time created;        ///< by the API server's clock, whole seconds
  Labels annotations;  ///< only those under carbon-kube.io/
  std::vector<std::string> gates;
  Selection selection;
  /// Effective requests, as kube-scheduler counts them, with what Katalyst calls reclaimed CPU and
  /// memory; 0 where the pod asks for none.
  double cpu_cores = 0;
  double memory_bytes = 0;
  boost::json::value affinity;  ///< spec.affinity as it stands, or null
  std::string phase;
  std::string node;
  bool deleting = false;
  std::string template_name;    ///< TemplateOf()
  std::optional<RunTimes> run;  ///< ReadRun()

  std::string id() const { return ns + "/" + name; }
  bool held() const;
  /// Whether it runs, or may as soon as a node is found for it.
  bool TakesRoom() const { return !held() && phase != "Succeeded" && phase != "Failed"; }
  /// Where it does not, its draw is unknown and a default is assumed: RequestOf().
  bool AsksForCpu() const { return cpu_cores > 0; }
};

/// Nothing where the object has no name or no namespace, as in an admission review.
std::optional<PodView> ReadPod(const boost::json::object& object);

/// What is assumed where a pod does not say.
struct PodDefaults {
  Duration max_delay = std::chrono::hours(6);  ///< with neither deadline nor max-delay
  Duration length = std::chrono::hours(1);     ///< without an expected duration
  double cpu_cores = 1;                        ///< where no container asks for CPU
};

/// What a pod's power is reckoned from. A pod without a CPU request has an unknown draw, not none:
/// at no watts every start ties at no emissions, and nothing would ever be held. Its cores are the
/// default's. Memory that is not asked for counts as none, as it draws little beside a core.
energy::Request RequestOf(const PodView& pod, const PodDefaults& defaults);

/// What a pod's annotations ask for.
struct Wish {
  plan::LengthBelief length;
  Time latest_start;  ///< by the longest length that is known: starting later must not be
  std::optional<Time> deadline;
};

/// Reads the annotations. `arrival`: when the pod was created, on the clock that deadlines are told
/// by. `runs`: how long the last runs of its template took; where there are none, what the pod says
/// of its length holds, or the default. Fails, as invalid, with a sentence for the pod's owner: a
/// value that cannot be read, a deadline where there is neither an expected duration nor a run, a
/// deadline at or before `arrival`.
Result<Wish> ReadWish(const PodView& pod, Time arrival, const PodDefaults& defaults,
                      std::span<const Duration> runs = {});

/// What the pod says of its length; nothing where it says nothing. Fails as ReadWish() does.
Result<std::optional<Duration>> DeclaredLength(const PodView& pod);

/// The plan that stands on a pod; nothing where there is none that can be read.
std::optional<plan::Reason> PlanOn(const PodView& pod);

/// Both patches are merge patches (RFC 7386, application/merge-patch+json) that hold for `pod` as
/// it was read: the API server answers 409 (Conflict) where anything about it changed since, also
/// where it was released or made anew under its name, and 404 where it is gone. Then read it again;
/// after a success, go on with the pod in the answer. 422 (Invalid) means that the pod may not be
/// so.
///
/// Not JSON patches, by measurement on Kubernetes 1.36: a failed `test` there is a 422 that reads
/// like an invalid pod, and adding a missing affinity replaces one that somebody added meanwhile.

/// Lets a held pod go: prefers the decision's region (weight 100; a preference, so that a full
/// region delays nothing), stores the plan and removes the gate. Others' gates and preferences
/// stay.
boost::json::value ReleasePatch(const PodView& pod, const plan::Decision& decision);

/// Stores the plan of a held pod.
boost::json::value PlanPatch(const PodView& pod, const plan::Decision& decision);

}  // namespace carbon::workloads
