// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/board.h"
#include "plan/flexible_plan.h"
#include "plan/planner.h"
#include "workloads/pod.h"

namespace carbon::app {

/// What is planned: a pod, when it arrives, and where it may run.
struct PlanRequest {
  std::string job;  ///< what to call it
  workloads::PodView pod;
  Time arrival;
  std::vector<plan::Place> places;
  bool managed = true;  ///< false: the controller would not look at it
  std::optional<plan::Flexibility> flexibility;
};

/// The best that could be done if the job might wait so long, and no longer.
struct Patience {
  Duration wait{};
  plan::Option best;
  /// What each hour of waiting that the row before did not allow saves on average; nothing for the
  /// first row.
  std::optional<Grams> saved_per_hour;
};

/// What the controller would do with a job now, and what follows from it.
struct PlanPreview {
  std::string job;
  bool managed = true;
  Duration length{};  ///< 0 where the annotations cannot be read
  plan::Decision decision;
  /// By 0, 1, 2, 4, … hours up to what the job allows; empty where the signal is unknown. The waits
  /// are the controller's: its margin before the latest start is taken off the last one.
  std::vector<Patience> patience;
  std::shared_ptr<const grid::Board> board;  ///< never null
  /// What pausing and scaling would make of it, which the controller does not do; nothing where
  /// the request allows neither, or the signal is unknown.
  std::optional<plan::FlexiblePlan> flexible;
  /// Places that did not count, each with why the intensity there is not known well enough.
  std::vector<std::string> unknown;
  /// How late the job ends at the earliest, where its deadline cannot be kept.
  std::optional<Duration> late;
};

/// The controller's own way: annotations by workloads::ReadWish, with its defaults, then
/// plan::Planner::Decide on this job alone by its parameters. Annotations that cannot be read make
/// the decision a release for Cause::bad_request, as in the controller. `board` is not null and as
/// of now.
PlanPreview PreviewPlan(const PlanRequest& request, std::shared_ptr<const grid::Board> board,
                        const plan::Parameters& parameters = {});

}  // namespace carbon::app
