// SPDX-License-Identifier: Apache-2.0
#include "controller/rooms.h"

#include <algorithm>

namespace carbon::controller {
namespace {

constexpr Duration kOverdue = std::chrono::hours(1);

}  // namespace

std::vector<plan::Room> RoomsOf(const RoomLimits& limits,
                                std::span<const workloads::PodView> let_go,
                                const workloads::Fleet& fleet,
                                const workloads::PodDefaults& defaults, Time now,
                                const workloads::RunHistory& history) {
  std::vector<plan::Room> rooms;
  for (const auto& [region, cpus] : limits) {
    rooms.push_back({.region = region, .cpus = cpus, .taken = {}});
  }
  for (const workloads::PodView& pod : let_go) {
    const auto plan = workloads::PlanOn(pod);
    std::string region = fleet.RegionOf(pod.node);
    if (region.empty() && plan && plan->chosen) {
      region = plan->chosen->region;
    }
    const auto room = std::find_if(rooms.begin(), rooms.end(),
                                   [&](const plan::Room& each) { return each.region == region; });
    if (room == rooms.end()) {
      continue;
    }
    const Time start = !plan ? pod.created : plan->chosen ? plan->chosen->start : plan->decided_at;
    const auto wish =
        workloads::ReadWish(pod, pod.created, defaults, history.Of(pod.template_name));
    const Time end = start + (wish ? wish->length.mean : defaults.length);
    room->taken.push_back({.cpus = workloads::RequestOf(pod, defaults).cpu_cores,
                           .until = end > now ? end : now + kOverdue});
  }
  return rooms;
}

}  // namespace carbon::controller
