// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "plan/shared_room.h"
#include "workloads/fleet.h"
#include "workloads/pod.h"
#include "workloads/run_history.h"

namespace carbon::controller {

/// How many CPUs managed pods may use at once, by region; regions that are not named are not
/// counted.
using RoomLimits = std::map<std::string, double>;

/// The rooms of the limits, and what pods that were let go use of them: by the region of their node
/// or, until they have one, the region that they were let go to. A pod is taken to run for as long
/// as is expected of its template or else as it says, from the start that its plan names, and for
/// an hour more where that is over. Pods without a known region count nowhere.
std::vector<plan::Room> RoomsOf(const RoomLimits& limits,
                                std::span<const workloads::PodView> let_go,
                                const workloads::Fleet& fleet,
                                const workloads::PodDefaults& defaults, Time now,
                                const workloads::RunHistory& history);

}  // namespace carbon::controller
