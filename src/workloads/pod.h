// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "plan/planner.h"
#include "workloads/selection.h"

namespace carbon::workloads {

inline constexpr std::string_view kManagedLabel = "carbon-kube.io/managed";
inline constexpr std::string_view kGate = "carbon-kube.io/window";
inline constexpr std::string_view kDeadlineAnnotation = "carbon-kube.io/deadline";
inline constexpr std::string_view kMaxDelayAnnotation = "carbon-kube.io/max-delay";
inline constexpr std::string_view kDurationAnnotation = "carbon-kube.io/expected-duration";
inline constexpr std::string_view kPlanAnnotation = "carbon-kube.io/plan";

/// The fields of a Pod that are read here. A pod is held by the scheduling gate kGate, which
/// admission adds; it is released by removing the gate, which cannot be undone.
struct PodView {
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;
  Time created{};          ///< by the API server's clock, whole seconds
  Labels annotations;      ///< only those under carbon-kube.io/
  bool annotated = false;  ///< has any annotation, of anybody
  std::vector<std::string> gates;
  Selection selection;
  double cpu_cores = 0;  ///< effective request: containers, init containers, overhead
  double memory_bytes = 0;
  boost::json::value affinity;  ///< spec.affinity as it stands, or null
  std::string phase;
  std::string node;
  bool deleting = false;

  std::string id() const { return ns + "/" + name; }
  bool held() const;
};

/// Nothing where the object has no name.
std::optional<PodView> ReadPod(const boost::json::object& object);

/// What is assumed where a pod does not say.
struct PodDefaults {
  Duration max_delay = std::chrono::hours(6);  ///< with neither deadline nor max-delay
  Duration length = std::chrono::hours(1);     ///< with a max-delay only
};

/// What a pod's annotations ask for.
struct Wish {
  Duration length{};
  Time latest_start;
  std::optional<Time> deadline;
};

/// Reads the annotations. `arrival`: when the pod was created, on the clock that deadlines are told
/// by. Fails, as invalid, with a sentence for the pod's owner: a value that cannot be read, a
/// deadline without an expected duration, a deadline in the past.
Result<Wish> ReadWish(const PodView& pod, Time arrival, Time now, const PodDefaults& defaults);

/// JSON patch that lets a held pod go: prefers the decision's region (weight 100; a preference, so
/// that a full region delays nothing), stores the plan and removes the gate. Fails as a conflict
/// at the API server where the pod is another one or its gates are not as in `pod`.
boost::json::value ReleasePatch(const PodView& pod, const plan::Decision& decision);

/// Merge patch that stores the plan of a held pod.
boost::json::value PlanPatch(const PodView& pod, const plan::Decision& decision);

}  // namespace carbon::workloads
