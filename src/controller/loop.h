// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "controller/actuator.h"
#include "controller/rooms.h"
#include "grid/board.h"
#include "plan/planner.h"
#include "workloads/fleet.h"
#include "workloads/pod.h"
#include "workloads/run_history.h"

namespace carbon::controller {

/// A pod behind the gate, and when it came on the clock that deadlines are told by.
struct HeldPod {
  workloads::PodView pod;
  Time arrival;
};

/// One observation of the world.
struct World {
  Time now;
  std::shared_ptr<const grid::Board> board;  ///< never null; as of `now`
  std::vector<HeldPod> held;
  std::vector<workloads::PodView> let_go;  ///< managed pods that run or may; only for `rooms`
  workloads::Fleet* fleet = nullptr;       ///< never null
  const workloads::RunHistory* history = nullptr;  ///< never null
};

struct LoopSettings {
  plan::Parameters planner;
  workloads::PodDefaults defaults;
  RoomLimits rooms;
};

/// Since the start; every degraded way of working has its counter.
struct LoopCounters {
  uint64_t steps = 0;
  uint64_t released = 0;
  uint64_t explained = 0;
  uint64_t released_without_signal = 0;  ///< fail open: the intensity was unknown
  uint64_t released_bad_request = 0;     ///< fail open: an annotation could not be read
  uint64_t released_late = 0;  ///< after their latest start, though it came after their arrival
  uint64_t conflicts = 0;
  uint64_t failures = 0;  ///< of actions: the server did not answer, or refused them
};

struct StepResult {
  bool retry_soon = false;  ///< an action failed or was not tried, or is not ours to take yet
  /// The next moment at which a held pod is to start; the time to look again at the latest.
  std::optional<Time> next_start;
};

/// observe → snapshot → decide → act, once per Step. Knows neither threads nor Kubernetes; keeps
/// only what has been said already, which a new process reads back from the pods themselves, so
/// it may die at any moment. One thread.
class Loop {
 public:
  /// `actuator` outlives the loop.
  Loop(LoopSettings settings, Actuator& actuator);

  /// Decides on every held pod and acts: releases first, of these what has failed least often, the
  /// most urgent first; a pod that stays held is told so only when the plan has changed. Where the
  /// server does not answer it stops acting, since the next would fail alike; where it refuses a
  /// pod it goes on with the others, until it has refused kMostRefusals.
  StepResult Step(const World& world);

  const LoopCounters& counters() const { return counters_; }

  /// In one step: where all are refused the server is spared.
  static constexpr int kMostRefusals = 16;
  /// After which a pod that is refused each time is tried again with the next regular step only.
  static constexpr uint32_t kSoonRetries = 16;

 private:
  enum class Acted { done, refused, unanswered };
  struct Task;
  /// What a pod was told.
  struct Said {
    std::string plan;  ///< in short
    std::optional<plan::ToldStart> start;
  };
  static Said SaidOf(const plan::Reason& reason);
  static Said SaidOn(const workloads::PodView& pod);
  std::vector<Task> Decide(const World& world);
  /// The rooms, with those pods in them that were let go but are still seen as held.
  std::vector<plan::Room> Rooms(const World& world) const;
  Acted Act(const Task& task, Time now);
  Status Release(const Task& task, Time now);
  Status Explain(const Task& task);
  void Forget(const World& world);

  LoopSettings settings_;
  plan::Planner planner_;
  Actuator& actuator_;
  LoopCounters counters_;
  std::map<std::string, Said> said_;          ///< by pod uid
  std::map<std::string, uint32_t> failures_;  ///< by pod uid: how often in a row
  /// By uid, the plans of those let go but still held in the last observation.
  std::map<std::string, std::string> released_;
};

}  // namespace carbon::controller
