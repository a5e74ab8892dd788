// SPDX-License-Identifier: Apache-2.0
#include "controller/daemon.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/kube_actuator.h"
#include "controller/leadership.h"

namespace carbon::controller {
namespace {

/// Two steps are at least this far apart in real time, so that a burst of pods costs few of them.
constexpr Duration kLeastPause{20};
/// After a failure by the world's fault.
constexpr Duration kRetryPause{500};

}  // namespace

Daemon::Daemon(DaemonOptions options, DaemonParts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      clock_(*parts_.signal.clock),
      real_clock_(*parts_.signal.real_clock) {}

Status Daemon::Run(std::stop_token stop) {
  const auto wake = [this](std::string_view) { wakeup_.Wake(); };
  const Nodes nodes({.path = "/api/v1/nodes", .selection = {}}, parts_.make_client, real_clock_,
                    workloads::ReadNode, wake);
  const Pods pods({.path = "/api/v1/pods",
                   .selection = {.labels = std::string(workloads::kManagedLabel) + "=true"}},
                  parts_.make_client, real_clock_, workloads::ReadPod, wake);
  if (const Status synced = AwaitSync(pods, nodes, stop); !synced) {
    return synced;
  }
  const auto client = parts_.make_client(stop);
  KubeActuator actuator(*client, real_clock_, options_.instance);
  Loop loop(options_.loop, actuator);
  std::optional<Leadership> leadership;
  if (options_.lease) {
    leadership.emplace(*options_.lease, parts_.make_client, real_clock_,
                       [this] { wakeup_.Wake(); });
  }
  signals_ = std::make_unique<SignalService>(options_.signal, std::move(parts_.signal),
                                             parts_.make_client, wakeup_, stop);
  if (const Status serving = signals_->Serve(); !serving) {
    return serving;
  }
  while (!stop.stop_requested()) {
    Follow(nodes, stop);
    TellOfContact(pods, nodes);
    Learn(pods);
    const bool leading = !leadership || leadership->Held();
    const StepResult result = Step(loop, pods, leading);
    loop_counters_ = loop.counters();
    real_clock_.SleepUntil(real_clock_.Now() + kLeastPause, stop);
    wakeup_.Wait(UntilNextStep(result), stop);
  }
  signals_.reset();
  const auto& learnt = history_.counters();
  spdlog::info("lengths of {} templates were learnt from {} runs, of which {} were longer than {}",
               history_.templates(), learnt.runs, learnt.longer_than_bound, "their bound");
  spdlog::info("stopped: {} steps, {} released, {} explained, {} failures", loop_counters_.steps,
               loop_counters_.released, loop_counters_.explained, loop_counters_.failures);
  return {};
}

Status Daemon::AwaitSync(const Pods& pods, const Nodes& nodes, const std::stop_token& stop) const {
  if (nodes.AwaitSync(options_.first_sync, stop) && pods.AwaitSync(options_.first_sync, stop)) {
    spdlog::info("in step with the cluster: {} nodes, {} managed pods", nodes.Now().size(),
                 pods.Now().size());
    return {};
  }
  if (stop.stop_requested()) {
    return {};
  }
  const std::string why = nodes.Synced() ? pods.LastError() : nodes.LastError();
  return Unavailable("the cluster cannot be read: " +
                     (why.empty() ? "the API server did not answer in time" : why));
}

void Daemon::Follow(const Nodes& nodes, const std::stop_token& stop) {
  const auto now = nodes.Now();
  if (fleet_ && now == nodes_seen_) {
    return;
  }
  nodes_seen_ = now;
  std::vector<workloads::NodeView> views;
  std::set<grid::ZoneId> zones;
  for (const auto& item : now) {
    views.push_back(item->value);
    const auto known = options_.regions.find(item->value.region());
    if (known != options_.regions.end()) {
      zones.insert(known->second.zone);
    }
  }
  const auto before = fleet_ ? fleet_->UnknownRegions() : std::vector<std::string>();
  fleet_ = std::make_unique<workloads::Fleet>(std::move(views), options_.regions);
  for (const std::string& region : fleet_->UnknownRegions()) {
    if (std::find(before.begin(), before.end(), region) == before.end()) {
      spdlog::warn(
          "no grid zone is known for region {}: nothing is placed there (--region {}=ZONE)", region,
          region);
    }
  }
  signals_->Watch(zones, stop);
}

StepResult Daemon::Step(Loop& loop, const Pods& pods, bool leading) {
  if (!leading) {
    signals_->StandBy();
    return {.retry_soon = true};
  }
  const World world = Observe(pods);
  signals_->Publish(world.board);
  return loop.Step(world);
}

void Daemon::Learn(const Pods& pods) {
  const auto now = pods.Now();
  if (now == pods_seen_) {
    return;
  }
  pods_seen_ = now;
  std::vector<workloads::EndedRun> ended;
  for (const auto& item : now) {
    if (const auto& run = item->value.run) {
      // What is told in whole seconds may have taken nearly one more.
      const Time end = std::max(run->ended, run->started + std::chrono::seconds(1));
      ended.push_back({&item->value, {clock_.FromReal(run->started), clock_.FromReal(end)}});
    }
  }
  const uint64_t before = history_.counters().runs;
  for (const auto& overrun : history_.Learn(ended)) {
    // The first ones ended before this controller began: another one has told of them.
    spdlog::log(before == 0 ? spdlog::level::debug : spdlog::level::warn,
                "pod {}: ran for {}, longer than its bound: {}", overrun.pod,
                FormatDuration(overrun.length), plan::Describe(overrun.believed));
  }
  if (const uint64_t learnt = history_.counters().runs - before; learnt > 0) {
    spdlog::debug("learnt the lengths of {} runs; {} templates are known", learnt,
                  history_.templates());
  }
}

World Daemon::Observe(const Pods& pods) const {
  auto board = signals_->Now();
  World world{.now = board->as_of(),
              .board = std::move(board),
              .held = {},
              .let_go = {},
              .fleet = fleet_.get(),
              .history = &history_};
  const bool counts_room = !options_.loop.rooms.empty();
  for (const auto& item : pods.Now()) {
    const workloads::PodView& pod = item->value;
    if (pod.held()) {
      world.held.push_back({pod, clock_.FromReal(pod.created)});
    } else if (counts_room && pod.TakesRoom()) {
      world.let_go.push_back(pod);
      world.let_go.back().created = clock_.FromReal(pod.created);
    }
  }
  return world;
}

void Daemon::TellOfContact(const Pods& pods, const Nodes& nodes) {
  std::string error = pods.LastError();
  if (error.empty()) {
    error = nodes.LastError();
  }
  if (error.empty() == contact_error_.empty()) {
    return;
  }
  if (error.empty()) {
    spdlog::info("the API server is back");
  } else {
    spdlog::warn("the API server is lost, going on with what was last seen: {}", error);
  }
  contact_error_ = std::move(error);
}

Duration Daemon::UntilNextStep(const StepResult& result) const {
  const Time now = clock_.Now();
  Time next = FloorTo(now, options_.tick) + options_.tick;
  if (result.next_start) {
    next = std::min(next, std::max(*result.next_start, now));
  }
  const Duration pause = clock_.Real(next - now) + Duration(1);
  return result.retry_soon ? std::min(pause, kRetryPause) : pause;
}

}  // namespace carbon::controller
