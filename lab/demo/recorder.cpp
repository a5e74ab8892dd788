// SPDX-License-Identifier: Apache-2.0
#include "recorder.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "kube/object.h"
#include "workloads/pod.h"

namespace carbon::demo {
namespace {

std::optional<Time> TimeAt(const boost::json::object* object, std::string_view key) {
  const auto time = ParseTime(kube::StringAt(object, key));
  return time ? std::optional(*time) : std::nullopt;
}

/// The first container's state of this kind, or null.
const boost::json::object* ContainerState(const boost::json::object& pod, std::string_view kind) {
  const auto* status = kube::ObjectAt(pod, {"status"});
  const auto* list = status == nullptr ? nullptr : status->if_contains("containerStatuses");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) {
    return nullptr;
  }
  const auto* first = list->get_array()[0].if_object();
  return first == nullptr ? nullptr : kube::ObjectAt(*first, {"state", kind});
}

/// When something was: no later than seen, and no later than the end of the second that the API
/// says, which is the better word where a watch was interrupted.
Time Earlier(Time seen, const std::optional<Time>& api_second, const net::Clock& clock) {
  return api_second ? std::min(seen, clock.FromReal(*api_second + std::chrono::seconds(1))) : seen;
}

}  // namespace

Recorder::Recorder(const std::string& name_space, kube::ClientFactory make_client,
                   const net::Clock& clock, const net::Clock& real_clock)
    : clock_(clock),
      pods_(
          {.path = kube::ApiPath({"api", "v1", "namespaces", name_space, "pods"}),
           .selection = {.labels = std::string(workloads::kManagedLabel) + "=true"}},
          std::move(make_client), real_clock,
          [this](const boost::json::object& object) { return Parse(object); },
          [this](std::string_view key) { Note(key); }) {}

std::map<std::string, Observation> Recorder::Observations() const {
  const std::lock_guard lock(mutex_);
  return observations_;
}

std::optional<Recorder::Seen> Recorder::Parse(const boost::json::object& object) const {
  const auto pod = workloads::ReadPod(object);
  if (!pod) {
    return std::nullopt;
  }
  Seen seen{.stage = pod->held() ? Stage::held : Stage::released,
            .node = pod->node,
            .api_started = TimeAt(ContainerState(object, "running"), "startedAt"),
            .api_finished = TimeAt(ContainerState(object, "terminated"), "finishedAt")};
  if (pod->phase == "Running") {
    seen.stage = Stage::running;
  } else if (pod->phase == "Succeeded" || pod->phase == "Failed") {
    seen.stage = Stage::done;
    seen.api_started = TimeAt(ContainerState(object, "terminated"), "startedAt");
  }
  return seen;
}

void Recorder::Note(std::string_view key) {
  const auto snapshot = pods_.Now();
  const Seen* seen = snapshot.Find(key);
  if (seen == nullptr) {
    return;
  }
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  Observation& noted = observations_[std::string(key.substr(key.find('/') + 1))];
  noted.stage = std::max(noted.stage, seen->stage);
  if (!seen->node.empty()) {
    noted.node = seen->node;
  }
  if (seen->stage >= Stage::running && !noted.started) {
    noted.started = Earlier(now, seen->api_started, clock_);
  }
  if (seen->stage == Stage::done && !noted.finished) {
    noted.finished = Earlier(now, seen->api_finished, clock_);
  }
}

}  // namespace carbon::demo
