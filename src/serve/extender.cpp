// SPDX-License-Identifier: Apache-2.0
#include "serve/extender.h"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "kube/object.h"
#include "workloads/pod.h"

namespace carbon::serve {
namespace {

namespace json = boost::json;

constexpr size_t kMostNodes = 100'000;

net::HttpResponse Json(int status, std::string body) {
  return {
      .status = status, .headers = {{"content-type", "application/json"}}, .body = std::move(body)};
}

net::HttpResponse Refused(int status, std::string_view why) {
  return Json(status, json::serialize(json::object{{"error", why}}));
}

/// The pod as it is ranked for. What it does not say, or what cannot be read, is left to the usual.
workloads::PodRequest RequestOf(const json::object& args) {
  const json::object* const object = kube::ObjectAt(args, {"Pod"});
  const auto pod = object == nullptr ? std::nullopt : workloads::ReadPod(*object);
  if (!pod) {
    return {};
  }
  workloads::PodRequest request{.cpu_cores = pod->cpu_cores, .memory_gb = pod->memory_bytes / 1e9};
  const auto said = pod->annotations.find(workloads::kDurationAnnotation);
  if (said != pod->annotations.end()) {
    const auto length = ParseDuration(said->second);
    request.length = length ? *length : Duration{};
  }
  return request;
}

/// The names of the nodes in question: views into `args`.
Result<std::vector<std::string_view>> NamesOf(const json::object& args) {
  std::vector<std::string_view> names;
  const json::value* const listed = args.if_contains("NodeNames");
  if (listed != nullptr && listed->is_array()) {
    for (const json::value& name : listed->get_array()) {
      if (!name.is_string()) {
        return Invalid("NodeNames is not an array of texts");
      }
      names.emplace_back(name.get_string());
    }
    return names;
  }
  const json::object* const nodes = kube::ObjectAt(args, {"Nodes"});
  const json::value* const items = nodes == nullptr ? nullptr : nodes->if_contains("items");
  if (items == nullptr || !items->is_array()) {
    return Invalid("neither NodeNames nor Nodes.items is an array");
  }
  for (const json::value& node : items->get_array()) {
    const json::object* const object = node.if_object();
    names.push_back(kube::StringAt(
        object == nullptr ? nullptr : kube::ObjectAt(*object, {"metadata"}), "name"));
  }
  return names;
}

bool IsPlain(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

/// A HostPriorityList of the nodes that do not have 0.
std::string Priorities(const std::vector<std::string_view>& names,
                       const std::vector<uint8_t>& scores) {
  std::string text = "[";
  for (size_t i = 0; i < names.size(); ++i) {
    const int score = (scores[i] + 5) / 10;
    if (score == 0) {
      continue;
    }
    text += text.size() == 1 ? R"({"Host":)" : R"(,{"Host":)";
    // Names of nodes need no escapes; what else is sent is echoed with them.
    text += IsPlain(names[i]) ? '"' + std::string(names[i]) + '"'
                              : json::serialize(json::string(names[i]));
    text += R"(,"Score":)" + std::to_string(score) + "}";
  }
  return text + "]";
}

}  // namespace

std::optional<SilenceWatch::Notice> SilenceWatch::Look(const ExtenderCounters& counters, Time now) {
  const Time last{Duration(counters.last_ms.load())};
  const bool silent = last > Time{} && now - last >= kSilence;
  if (silent == std::exchange(silent_, silent)) {
    return std::nullopt;
  }
  if (!silent) {
    return Notice{false, "a scheduler asks again"};
  }
  return Notice{true, "no scheduler has asked since " + FormatTime(last) +
                          ": if pods are placed, they are placed without regard to emissions"};
}

net::HttpResponse Extender::Answer(const net::ServerRequest& request) {
  if (request.path == "/healthz") {
    return {.status = 200, .headers = {{"content-type", "text/plain"}}, .body = "ok"};
  }
  if (request.path != "/prioritize") {
    return Refused(404, "there are /prioritize and /healthz");
  }
  if (request.method != "POST") {
    return Refused(405, "prioritize is asked by POST");
  }
  return Prioritize(request.body);
}

net::HttpResponse Extender::Prioritize(const std::string& body) {
  const Time now = clock_.Now();
  counters_.last_ms = now.time_since_epoch().count();
  json::monotonic_resource arena;
  boost::system::error_code malformed;
  const json::value args = json::parse(body, malformed, &arena);
  if (malformed || !args.is_object()) {
    ++counters_.refused;
    return Refused(400, "not a JSON object: '" + Printable(body) + "'");
  }
  const auto names = NamesOf(args.get_object());
  if (!names || names->size() > kMostNodes) {
    ++counters_.refused;
    return Refused(400, names ? "more than 100000 nodes" : names.error().message);
  }
  const auto ranked = ranker_.Score(RequestOf(args.get_object()), now, *names);
  ++(ranked.unknown == names->size() ? counters_.unranked : counters_.answered);
  return Json(200, Priorities(*names, ranked.scores));
}

}  // namespace carbon::serve
