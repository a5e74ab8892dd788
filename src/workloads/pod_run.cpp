// SPDX-License-Identifier: Apache-2.0
#include "workloads/pod_run.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "workloads/fields.h"
#include "workloads/pod.h"

namespace carbon::workloads {
namespace {

namespace json = boost::json;

/// What Kubernetes generates names from, so that they spell no words.
constexpr std::string_view kGeneratedFrom = "bcdfghjklmnpqrstvwxz2456789";
constexpr size_t kGenerated = 5;
/// A CronJob appends the minutes since 1970, others the seconds or less, or a date.
constexpr size_t kLeastDigits = 8;
/// As of Kubernetes' own names; an annotation may be a thousand times as long.
constexpr size_t kLongestName = 253;

bool IsOfOneRun(std::string_view suffix) {
  const bool is_number = suffix.find_first_not_of("0123456789") == std::string_view::npos;
  return (is_number && suffix.size() >= kLeastDigits) ||
         (suffix.size() == kGenerated &&
          suffix.find_first_not_of(kGeneratedFrom) == std::string_view::npos);
}

std::string WithoutRun(std::string_view name) {
  const size_t dash = name.rfind('-');
  const bool is_of_one =
      dash != std::string_view::npos && dash > 0 && IsOfOneRun(name.substr(dash + 1));
  return std::string(is_of_one ? name.substr(0, dash) : name);
}

const json::object* ControllerOf(const json::object& metadata) {
  const auto owners = ObjectsAt(&metadata, "ownerReferences");
  const auto found = std::find_if(owners.begin(), owners.end(), [](const json::object* owner) {
    const json::value* controls = owner->if_contains("controller");
    return controls != nullptr && controls->is_bool() && controls->get_bool();
  });
  return found == owners.end() ? nullptr : *found;
}

std::optional<Time> TimeAt(const json::object* parent, std::string_view key) {
  const auto time = ParseTime(TextAt(parent, key));
  return time ? std::optional(*time) : std::nullopt;
}

bool WasRestarted(const json::object* container) {
  const json::value* restarts = container->if_contains("restartCount");
  return restarts != nullptr && restarts->is_int64() && restarts->get_int64() > 0;
}

/// Absent where a container was restarted or does not say.
std::optional<Time> FirstStart(const json::object* status) {
  std::optional<Time> first;
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const json::object* container : ObjectsAt(status, list)) {
      const auto started =
          TimeAt(ObjectAt(ObjectAt(container, "state"), "terminated"), "startedAt");
      if (!started || WasRestarted(container)) {
        return std::nullopt;
      }
      first = std::min(first.value_or(*started), *started);
    }
  }
  return first;
}

std::optional<Time> LastEnd(const json::object* status) {
  std::optional<Time> last;
  for (const json::object* container : ObjectsAt(status, "containerStatuses")) {
    if (const auto ended =
            TimeAt(ObjectAt(ObjectAt(container, "state"), "terminated"), "finishedAt")) {
      last = std::max(last.value_or(*ended), *ended);
    }
  }
  return last;
}

std::optional<Time> NoLongerReady(const json::object* status) {
  for (const json::object* condition : ObjectsAt(status, "conditions")) {
    if (TextAt(condition, "type") == "Ready" && TextAt(condition, "status") == "False") {
      return TimeAt(condition, "lastTransitionTime");
    }
  }
  return std::nullopt;
}

}  // namespace

std::string TemplateOf(const json::object& metadata) {
  const std::string space = TextAt(&metadata, "namespace") + "/";
  const std::string given = TextAt(ObjectAt(&metadata, "annotations"), kTemplateAnnotation);
  if (!given.empty()) {
    return space + "template/" + given.substr(0, kLongestName);
  }
  const json::object* labels = ObjectAt(&metadata, "labels");
  const std::string spark_role = TextAt(labels, "spark-role");
  const std::string spark_name = TextAt(labels, "spark-app-name");
  if (!spark_role.empty() && !spark_name.empty()) {
    return space + "spark-" + spark_role + "/" + WithoutRun(spark_name);
  }
  if (const json::object* owner = ControllerOf(metadata)) {
    return space + TextAt(owner, "kind") + "/" + WithoutRun(TextAt(owner, "name"));
  }
  std::string prefix = TextAt(&metadata, "generateName");
  if (prefix.ends_with('-')) {
    prefix.pop_back();
  }
  return space + "Pod/" + (prefix.empty() ? WithoutRun(TextAt(&metadata, "name")) : prefix);
}

std::optional<RunTimes> ReadRun(const json::object* status) {
  if (TextAt(status, "phase") != "Succeeded") {
    return std::nullopt;
  }
  auto started = FirstStart(status);
  if (!started) {
    started = TimeAt(status, "startTime");
  }
  auto ended = LastEnd(status);
  if (!ended) {
    ended = NoLongerReady(status);
  }
  if (!started || !ended || *ended < *started) {
    return std::nullopt;
  }
  return RunTimes{.started = *started, .ended = *ended};
}

}  // namespace carbon::workloads
