// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "plan/planner.h"
#include "workloads/pod.h"

namespace carbon::controller {

/// What the loop does to the cluster. Errors keep their kind: not_found (the pod is gone) and
/// conflict (it changed meanwhile) end the matter until the next observation; others are the
/// world's and are tried again.
class Actuator {
 public:
  virtual ~Actuator() = default;

  /// Lets a held pod go, towards the decision's region, and says why.
  virtual Status Release(const workloads::PodView& pod, const plan::Decision& decision) = 0;
  /// Says on a held pod why it is held, and until when.
  virtual Status Explain(const workloads::PodView& pod, const plan::Decision& decision) = 0;
};

}  // namespace carbon::controller
