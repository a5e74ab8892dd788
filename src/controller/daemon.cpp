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
/// What is served is at most so old, in real time, while another controller leads.
constexpr Duration kRenewBoard = std::chrono::seconds(5);

std::string Names(const std::set<grid::ZoneId>& zones) {
  std::string names;
  for (const grid::ZoneId& zone : zones) {
    names += (names.empty() ? "" : ", ") + zone.name;
  }
  return names;
}

}  // namespace

Daemon::Daemon(DaemonOptions options, DaemonParts parts)
    : options_(std::move(options)), parts_(std::move(parts)) {}

Status Daemon::Run(std::stop_token stop) {
  const auto wake = [this](std::string_view) { wakeup_.Wake(); };
  const Nodes nodes({.path = "/api/v1/nodes", .selection = {}}, parts_.make_client,
                    *parts_.real_clock, workloads::ReadNode, wake);
  const Pods pods({.path = "/api/v1/pods",
                   .selection = {.labels = std::string(workloads::kManagedLabel) + "=true"}},
                  parts_.make_client, *parts_.real_clock, workloads::ReadPod, wake);
  if (const Status synced = AwaitSync(pods, nodes, stop); !synced) {
    return synced;
  }
  const auto client = parts_.make_client(stop);
  KubeActuator actuator(*client, *parts_.real_clock, options_.instance);
  Loop loop(options_.loop, actuator);
  std::optional<Leadership> leadership;
  if (options_.lease) {
    leadership.emplace(*options_.lease, parts_.make_client, *parts_.real_clock,
                       [this] { wakeup_.Wake(); });
  }
  StartWatching();
  if (const Status serving = StartServing(); !serving) {
    return serving;
  }
  while (!stop.stop_requested()) {
    Follow(nodes, stop);
    TellOfContact(pods, nodes);
    const bool leading = !leadership || leadership->Held();
    const StepResult result = leading ? loop.Step(Observe(pods)) : StepResult{.retry_soon = true};
    if (!leading) {
      RenewBoard();
    }
    loop_counters_ = loop.counters();
    parts_.real_clock->SleepUntil(parts_.real_clock->Now() + kLeastPause, stop);
    wakeup_.Wait(UntilNextStep(result), stop);
  }
  server_.reset();
  watch_.reset();
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

void Daemon::StartWatching() {
  feeds::GridWatchOptions options;
  options.kind = options_.signal;
  options.outlook = options_.outlook;
  options.yearly = options_.yearly;
  options.poller.seed = options_.seed;
  options.poller.on_update = [this] { wakeup_.Wake(); };
  options.poller.on_event = [](const feeds::PollEvent& event) {
    spdlog::log(event.warning ? spdlog::level::warn : spdlog::level::info, "{}", event.text);
  };
  watch_ = std::make_unique<feeds::GridWatch>(std::move(parts_.feeds), std::move(parts_.archive),
                                              *parts_.clock, std::move(options),
                                              std::move(parts_.weather));
}

Status Daemon::StartServing() {
  if (!parts_.serve_grid) {
    return {};
  }
  auto server = parts_.serve_grid(*watch_, boards_);
  if (!server) {
    return server.error();
  }
  server_ = *std::move(server);
  return {};
}

std::shared_ptr<const grid::Board> Daemon::LookAtGrid() {
  auto board = watch_->BoardAt(parts_.clock->Now());
  if (server_) {
    boards_.Publish(board);
    board_renewed_ = parts_.real_clock->Now();
  }
  return board;
}

void Daemon::RenewBoard() {
  if (server_ && parts_.real_clock->Now() - board_renewed_ >= kRenewBoard) {
    (void)LookAtGrid();
  }
}

void Daemon::Follow(const Nodes& nodes, const std::stop_token& stop) {
  const auto now = nodes.Now();
  if (fleet_ && now == nodes_seen_) {
    return;
  }
  nodes_seen_ = now;
  std::vector<workloads::NodeView> views;
  std::set<grid::ZoneId> zones = zones_;
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
  if (zones != zones_) {
    WatchZones(std::move(zones), stop);
  }
}

void Daemon::WatchZones(std::set<grid::ZoneId> zones, const std::stop_token& stop) {
  zones_ = std::move(zones);
  spdlog::info("polling {} zones: {}", zones_.size(), Names(zones_));
  watch_->AddZones({zones_.begin(), zones_.end()});
  (void)LookAtGrid();  // who asks from now on is told that the zones are there
  const Time give_up = parts_.real_clock->Now() + options_.first_signal;
  while (!stop.stop_requested() && !watch_->Asked() && parts_.real_clock->Now() < give_up) {
    wakeup_.Wait(Duration(50), stop);
  }
}

World Daemon::Observe(const Pods& pods) {
  auto board = LookAtGrid();
  const Time now = board->as_of();
  World world{.now = now, .board = std::move(board), .held = {}, .fleet = fleet_.get()};
  for (const auto& item : pods.Now()) {
    if (item->value.held()) {
      world.held.push_back({item->value, parts_.clock->FromReal(item->value.created)});
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
  const Time now = parts_.clock->Now();
  Time next = FloorTo(now, options_.tick) + options_.tick;
  if (result.next_start) {
    next = std::min(next, std::max(*result.next_start, now));
  }
  const Duration pause = parts_.clock->Real(next - now) + Duration(1);
  return result.retry_soon ? std::min(pause, kRetryPause) : pause;
}

}  // namespace carbon::controller
