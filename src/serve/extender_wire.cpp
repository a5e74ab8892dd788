// SPDX-License-Identifier: Apache-2.0
#include "serve/extender_wire.h"

#include <boost/json.hpp>
#include <utility>

#include "kube/object.h"

namespace carbon::serve {
namespace {

namespace json = boost::json;

constexpr size_t kMostNodes = 100'000;

workloads::PodRequest RequestOf(const workloads::PodView& pod) {
  const energy::Request asked = workloads::RequestOf(pod, {.cpu_cores = 0});
  workloads::PodRequest request{.cpu_cores = asked.cpu_cores, .memory_gb = asked.memory_gb};
  const auto said = pod.annotations.find(workloads::kDurationAnnotation);
  if (said != pod.annotations.end()) {
    const auto length = ParseDuration(said->second);
    request.length = length ? *length : Duration{};
  }
  return request;
}

void ReadThePod(const json::object& object, ExtenderArgs& args) {
  args.pod = workloads::ReadPod(object);
  if (args.pod) {
    args.request = RequestOf(*args.pod);
  }
  args.managed = kube::StringAt(kube::ObjectAt(object, {"metadata", "labels"}),
                                workloads::kManagedLabel) == "true";
}

Status ReadNames(const json::array& listed, ExtenderArgs& args) {
  args.names.reserve(listed.size());
  for (const json::value& name : listed) {
    if (!name.is_string()) {
      return Invalid("NodeNames is not an array of texts");
    }
    args.names.emplace_back(name.get_string());
  }
  return {};
}

void ReadNodes(const json::array& nodes, ExtenderArgs& args) {
  args.nodes = &nodes;
  args.names.reserve(nodes.size());
  for (const json::value& node : nodes) {
    const json::object* const object = node.if_object();
    args.names.push_back(kube::StringAt(
        object == nullptr ? nullptr : kube::ObjectAt(*object, {"metadata"}), "name"));
  }
}

bool IsPlain(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

/// Names of nodes need no escapes; what else is sent is echoed with them.
std::string Quoted(std::string_view name) {
  return IsPlain(name) ? '"' + std::string(name) + '"' : json::serialize(json::string(name));
}

}  // namespace

Result<ExtenderArgs> ReadExtenderArgs(const json::value& value) {
  const json::object* const object = value.if_object();
  if (object == nullptr) {
    return Invalid("not an object");
  }
  ExtenderArgs args;
  const json::value* const names = object->if_contains("NodeNames");
  const json::object* const list = kube::ObjectAt(*object, {"Nodes"});
  const json::value* const nodes = list == nullptr ? nullptr : list->if_contains("items");
  if (names != nullptr && names->is_array()) {
    if (const Status read = ReadNames(names->get_array(), args); !read) {
      return read.error();
    }
  } else if (nodes != nullptr && nodes->is_array()) {
    ReadNodes(nodes->get_array(), args);
  } else {
    return Invalid("neither NodeNames nor Nodes.items is an array");
  }
  if (args.names.size() > kMostNodes) {
    return Invalid("more than 100000 nodes");
  }
  if (const json::object* const pod = kube::ObjectAt(*object, {"Pod"})) {
    ReadThePod(*pod, args);
  }
  return args;
}

std::string WritePriorities(std::span<const std::string_view> names,
                            std::span<const uint8_t> scores) {
  std::string text = "[";
  for (size_t i = 0; i < names.size(); ++i) {
    const int score = (scores[i] + 5) / 10;
    if (score == 0) {
      continue;
    }
    text += text.size() == 1 ? R"({"Host":)" : R"(,{"Host":)";
    text += Quoted(names[i]) + R"(,"Score":)" + std::to_string(score) + "}";
  }
  return text + "]";
}

std::string WriteFiltered(const ExtenderArgs& args, std::span<const std::string> refused) {
  json::array names;
  json::array nodes;
  json::object why;
  for (size_t i = 0; i < args.names.size(); ++i) {
    if (!refused[i].empty()) {
      why[args.names[i]] = refused[i];
    } else if (args.nodes != nullptr) {
      nodes.push_back((*args.nodes)[i]);
    } else {
      names.emplace_back(args.names[i]);
    }
  }
  const bool whole = args.nodes != nullptr;
  return json::serialize(json::object{
      {"Nodes", whole ? json::value{{"items", std::move(nodes)}} : json::value(nullptr)},
      {"NodeNames", whole ? json::value(nullptr) : json::value(std::move(names))},
      {"FailedNodes", json::object{}},
      {"FailedAndUnresolvableNodes", std::move(why)},
      {"Error", ""}});
}

}  // namespace carbon::serve
