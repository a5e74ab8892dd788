// SPDX-License-Identifier: Apache-2.0
#include "controller/loop.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>
#include <utility>

namespace carbon::controller {
namespace {

using plan::Cause;
using plan::Decision;

/// A plan in short: two plans that read alike for a pod's owner are equal.
std::string PlanKey(const plan::Reason& reason) {
  std::string key(plan::ToString(reason.cause));
  if (reason.length) {
    key += " " + FormatDuration(reason.length->bound);
  }
  if (reason.chosen) {
    key += " " + reason.chosen->region + " " + FormatTime(reason.chosen->start);
  }
  return key;
}

}  // namespace

/// A decision and the pod it is about.
struct Loop::Task {
  const HeldPod* held = nullptr;
  Decision decision;
};

Loop::Loop(LoopSettings settings, Actuator& actuator)
    : settings_(settings), planner_(settings.planner), actuator_(actuator) {}

StepResult Loop::Step(const World& world) {
  ++counters_.steps;
  Forget(world);
  StepResult result;
  int refusals = 0;
  bool acts = true;
  for (const Task& task : Decide(world)) {
    if (task.decision.action == Decision::Action::hold) {
      result.next_start =
          std::min(result.next_start.value_or(task.decision.start), task.decision.start);
    }
    if (!acts) {
      continue;
    }
    const Acted acted = Act(task, world.now);
    refusals += acted == Acted::refused ? 1 : 0;
    acts = acted != Acted::unanswered && refusals < kMostRefusals;
    result.retry_soon = result.retry_soon || !acts ||
                        (acted == Acted::refused && failures_[task.held->pod.uid] <= kSoonRetries);
  }
  return result;
}

Loop::Said Loop::SaidOf(const plan::Reason& reason) {
  Said said{.plan = PlanKey(reason), .start = {}};
  if (reason.chosen) {
    said.start = plan::ToldStart{reason.chosen->region, reason.chosen->start};
  }
  return said;
}

/// By an earlier process.
Loop::Said Loop::SaidOn(const workloads::PodView& pod) {
  const auto reason = workloads::PlanOn(pod);
  return reason ? SaidOf(*reason) : Said{};
}

std::vector<plan::Room> Loop::Rooms(const World& world) const {
  if (settings_.rooms.empty()) {
    return {};
  }
  std::vector<workloads::PodView> let_go = world.let_go;
  for (const HeldPod& held : world.held) {
    if (const auto released = released_.find(held.pod.uid); released != released_.end()) {
      let_go.push_back(held.pod);
      let_go.back().annotations[std::string(workloads::kPlanAnnotation)] = released->second;
    }
  }
  return RoomsOf(settings_.rooms, let_go, *world.fleet, settings_.defaults, world.now,
                 *world.history);
}

std::vector<Loop::Task> Loop::Decide(const World& world) {
  std::vector<Task> tasks;
  plan::Snapshot snapshot{
      .now = world.now, .board = world.board, .jobs = {}, .rooms = Rooms(world)};
  std::vector<const HeldPod*> pods_of_jobs;
  for (const HeldPod& held : world.held) {
    if (released_.contains(held.pod.uid)) {
      continue;
    }
    const auto wish = workloads::ReadWish(held.pod, held.arrival, settings_.defaults,
                                          world.history->Of(held.pod.template_name));
    if (!wish) {
      tasks.push_back({&held, plan::BadRequest(held.pod.id(), world.now, wish.error())});
      continue;
    }
    pods_of_jobs.push_back(&held);
    snapshot.jobs.push_back({.id = held.pod.id(),
                             .places = world.fleet->PlacesFor(held.pod),
                             .length = wish->length,
                             .latest_start = wish->latest_start,
                             .deadline = wish->deadline,
                             .cpus = RequestOf(held.pod, settings_.defaults).cpu_cores,
                             .owner = held.pod.ns,
                             .since = held.arrival});
    if (!settings_.rooms.empty()) {
      snapshot.jobs.back().told =
          said_.try_emplace(held.pod.uid, SaidOn(held.pod)).first->second.start;
    }
  }
  auto decisions = planner_.Decide(snapshot);
  for (size_t i = 0; i < decisions.size(); ++i) {
    tasks.push_back({pods_of_jobs[i], std::move(decisions[i])});
  }
  const auto urgency = [this](const Task& task) {
    const bool hold = task.decision.action == Decision::Action::hold;
    const auto failed = failures_.find(task.held->pod.uid);
    return std::make_tuple(hold, failed == failures_.end() ? 0 : failed->second,
                           task.decision.reason.latest_start.value_or(Time::min()));
  };
  std::stable_sort(tasks.begin(), tasks.end(),
                   [&](const Task& a, const Task& b) { return urgency(a) < urgency(b); });
  return tasks;
}

Loop::Acted Loop::Act(const Task& task, Time now) {
  const bool hold = task.decision.action == Decision::Action::hold;
  const workloads::PodView& pod = task.held->pod;
  const Status done = hold ? Explain(task) : Release(task, now);
  if (done || done.error().kind == Error::Kind::not_found) {
    failures_.erase(pod.uid);
    return Acted::done;
  }
  if (done.error().kind == Error::Kind::conflict) {
    ++counters_.conflicts;
    return Acted::done;
  }
  ++counters_.failures;
  const uint32_t failed = ++failures_[pod.uid];
  spdlog::log(std::has_single_bit(failed) ? spdlog::level::warn : spdlog::level::debug,
              "pod {}: {} (failed {} times in a row)", pod.id(), done.error().message, failed);
  const bool answered =
      done.error().kind != Error::Kind::unavailable && done.error().kind != Error::Kind::timeout;
  return answered ? Acted::refused : Acted::unanswered;
}

Status Loop::Release(const Task& task, Time now) {
  const Status done = actuator_.Release(task.held->pod, task.decision);
  if (!done) {
    return done;
  }
  released_.emplace(task.held->pod.uid, plan::ToJson(task.decision.reason));
  ++counters_.released;
  const plan::Reason& reason = task.decision.reason;
  // A pod that never had room is its owner's wish, not our delay.
  const bool had_room = reason.latest_start && *reason.latest_start >= task.held->arrival;
  if (had_room && now > *reason.latest_start) {
    ++counters_.released_late;
    spdlog::warn("pod {}: released {} after its latest start", task.held->pod.id(),
                 FormatDuration(now - *reason.latest_start));
  }
  if (reason.cause == Cause::no_signal) {
    ++counters_.released_without_signal;
    spdlog::warn("pod {}: {}", task.held->pod.id(), plan::Sentence(reason));
  } else if (reason.cause == Cause::bad_request) {
    ++counters_.released_bad_request;
    spdlog::warn("pod {}: {}", task.held->pod.id(), plan::Sentence(reason));
  } else {
    spdlog::info("pod {}: {}", task.held->pod.id(), plan::Sentence(reason));
  }
  return {};
}

Status Loop::Explain(const Task& task) {
  const workloads::PodView& pod = task.held->pod;
  Said said = SaidOf(task.decision.reason);
  const auto known = said_.try_emplace(pod.uid, SaidOn(pod)).first;
  if (known->second.plan == said.plan) {
    return {};
  }
  const Status done = actuator_.Explain(pod, task.decision);
  if (!done) {
    return done;
  }
  known->second = std::move(said);
  ++counters_.explained;
  spdlog::info("pod {}: {}", pod.id(), plan::Sentence(task.decision.reason));
  return {};
}

void Loop::Forget(const World& world) {
  std::set<std::string> present;
  for (const HeldPod& held : world.held) {
    present.insert(held.pod.uid);
  }
  std::erase_if(released_, [&](const auto& entry) { return !present.contains(entry.first); });
  std::erase_if(said_, [&](const auto& entry) { return !present.contains(entry.first); });
  std::erase_if(failures_, [&](const auto& entry) { return !present.contains(entry.first); });
}

}  // namespace carbon::controller
