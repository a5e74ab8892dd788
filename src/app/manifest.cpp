// SPDX-License-Identifier: Apache-2.0
#include "app/manifest.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "app/manifest_shape.h"
#include "app/yaml_tree.h"
#include "base/text.h"
#include "net/files.h"
#include "workloads/fields.h"

namespace carbon::app {
namespace {

namespace json = boost::json;
using workloads::ObjectAt;
using workloads::TextAt;

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kMostBytesOfDocument = size_t{2} << 20;

// ---- Documents

/// One object of the manifest, and what to call it in errors.
struct Document {
  std::string where;
  json::value tree;
};
using Documents = std::vector<Document>;

std::string Where(const std::string& name, size_t number) {
  return name + ": document " + std::to_string(number);
}

Status AddYaml(const std::string& document, size_t first_line, const std::string& name,
               Documents& documents) {
  const std::string where = Where(name, documents.size() + 1);
  if (document.size() > kMostBytesOfDocument) {
    return Invalid(where + " is larger than " + std::to_string(kMostBytesOfDocument) +
                   " bytes, more than an API server takes");
  }
  auto tree = TreeOfYaml(document, first_line);
  if (!tree) {
    return Invalid(name + ":" + tree.error().message);
  }
  if (!tree->is_null()) {  // comments only, or nothing
    documents.push_back({where, *std::move(tree)});
  }
  return {};
}

/// As kubectl does: split by lines before anything is parsed.
Result<Documents> ReadYaml(const std::string& text, const std::string& name) {
  Documents documents;
  std::string document;
  size_t line_number = 0;
  size_t first_line = 1;
  for (const std::string_view line : Split(text, '\n')) {
    ++line_number;
    const bool parts = line.starts_with("---");
    if (parts) {
      if (const Status added = AddYaml(document, first_line, name, documents); !added) {
        return added.error();
      }
      document.clear();
      first_line = line_number;
    }
    document.append(line).push_back('\n');
  }
  if (const Status added = AddYaml(document, first_line, name, documents); !added) {
    return added.error();
  }
  return documents;
}

std::string WhyNotJson(const boost::system::error_code& code) {
  if (code == json::error::too_deep) {
    return "nests more than " + std::to_string(kDeepestNesting) + " deep";
  }
  return "not JSON: " + (code == json::error::incomplete ? "it ends too early" : code.message());
}

Result<Documents> ReadJson(const std::string& text, const std::string& name) {
  Documents documents;
  std::string_view rest = text;
  constexpr std::string_view kBlanks = " \t\r\n";
  const json::parse_options options{.max_depth = kDeepestNesting};
  while (rest.find_first_not_of(kBlanks) != std::string_view::npos) {
    json::stream_parser parser({}, options);
    boost::system::error_code code;
    rest.remove_prefix(parser.write_some(rest, code));
    if (!code && !parser.done()) {
      parser.finish(code);
    }
    if (code) {
      const auto begin = text.begin();
      const auto line =
          1 + std::count(begin, text.end() - static_cast<ptrdiff_t>(rest.size()), '\n');
      return Invalid(name + ":" + std::to_string(line) + ": " + WhyNotJson(code));
    }
    documents.push_back({Where(name, documents.size() + 1), parser.release()});
  }
  return documents;
}

// ---- What the API server makes of an object

std::string KindOf(const json::object& object) {
  return TextAt(&object, "kind") + " (" + TextAt(&object, "apiVersion") + ")";
}

/// What a quantity may be written as, in the one form that the API server keeps.
void MakeText(json::value& quantity) {
  if (quantity.is_number()) {
    quantity = quantity.is_double() ? Shortest(quantity.get_double()) : json::serialize(quantity);
  }
}

/// The object under `key`, or null.
json::object* ObjectIn(json::object& parent, std::string_view key) {
  json::value* found = parent.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

void MakeTexts(json::object& parent, std::string_view key) {
  if (json::object* quantities = ObjectIn(parent, key)) {
    for (auto& quantity : *quantities) {
      MakeText(quantity.value());
    }
  }
}

/// Of a container or a whole pod: what is limited is asked for, where it is not and `may_be` (of a
/// resource) says so.
template <typename MayBe>
void CompleteRequests(json::object& parent, const MayBe& may_be) {
  json::object* resources = ObjectIn(parent, "resources");
  if (resources == nullptr) {
    return;
  }
  const auto* asked = ObjectAt(resources, "requests");
  json::object requests = asked == nullptr ? json::object() : *asked;
  if (const auto* limits = ObjectAt(resources, "limits")) {
    for (const auto& limit : *limits) {
      if (may_be(limit.key())) {
        requests.insert(limit);  // only where it is not there yet
      }
    }
  }
  (*resources)["requests"] = std::move(requests);
  MakeTexts(*resources, "requests");
}

bool AnyContainerAsksFor(const json::object& spec, std::string_view resource) {
  for (const char* const list : {"containers", "initContainers"}) {
    for (const json::object* container : workloads::ObjectsAt(&spec, list)) {
      const auto* requests = ObjectAt(ObjectAt(container, "resources"), "requests");
      if (requests != nullptr && requests->contains(resource)) {
        return true;
      }
    }
  }
  return false;
}

void CompleteSpec(json::object& pod) {
  json::object* spec = ObjectIn(pod, "spec");
  if (spec == nullptr) {
    return;
  }
  for (const char* const list : {"containers", "initContainers"}) {
    json::value* containers = spec->if_contains(list);
    if (auto* all = containers == nullptr ? nullptr : containers->if_array()) {
      for (json::value& container : *all) {
        if (auto* fields = container.if_object()) {
          CompleteRequests(*fields, [](std::string_view) { return true; });
        }
      }
    }
  }
  // A pod's limits count where no container asks (KEP-2837).
  CompleteRequests(
      *spec, [spec](std::string_view resource) { return !AnyContainerAsksFor(*spec, resource); });
  MakeTexts(*spec, "overhead");
}

/// What may stand in a name (RFC 1123), or before what is generated; where there is one.
Status CheckName(std::string_view field, const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  constexpr size_t kLongest = 253;
  if (name.size() <= kLongest && name.find_first_not_of(kAllowed) == std::string::npos) {
    return {};
  }
  return Invalid("metadata." + std::string(field) + ": '" + Printable(name) +
                 "' is no name: at most 253 of a-z, 0-9, - and .");
}

Result<ManifestPod> ReadPodObject(json::object object) {
  json::object metadata;
  if (const auto* given = ObjectAt(&object, "metadata")) {
    metadata = *given;
  }
  if (TextAt(&metadata, "name").empty()) {
    metadata["name"] = TextAt(&metadata, "generateName");
  }
  if (TextAt(&metadata, "namespace").empty()) {
    metadata["namespace"] = "default";
  }
  for (const char* const field : {"name", "namespace"}) {
    if (const Status ok = CheckName(field, TextAt(&metadata, field)); !ok) {
      return ok.error();
    }
  }
  ManifestPod read;
  read.managed = TextAt(ObjectAt(&metadata, "labels"), workloads::kManagedLabel) == "true";
  object["metadata"] = std::move(metadata);
  CompleteSpec(object);
  auto pod = workloads::ReadPod(object);
  if (!pod) {
    return Invalid("it has no name");
  }
  read.pod = *std::move(pod);
  return read;
}

/// A pod of the Job's template, under the Job's name.
json::object PodOfJob(const json::object& job) {
  const auto* pod_template = ObjectAt(ObjectAt(&job, "spec"), "template");
  json::object pod = pod_template == nullptr ? json::object() : *pod_template;
  const auto* given = ObjectAt(&pod, "metadata");
  json::object metadata = given == nullptr ? json::object() : *given;
  const auto* of_job = ObjectAt(&job, "metadata");
  for (const char* const field : {"name", "generateName", "namespace"}) {
    metadata[field] = TextAt(of_job, field);
  }
  pod["metadata"] = std::move(metadata);
  return pod;
}

Status AddObject(const json::object& object, std::vector<ManifestPod>& pods) {
  const std::string kind = KindOf(object);
  if (kind != "Pod (v1)" && kind != "Job (batch/v1)") {
    return Invalid((TextAt(&object, "kind").empty()
                        ? "this is no object of Kubernetes"
                        : "a " + Printable(kind) + " cannot be planned") +
                   ": give a Pod (v1) or a Job (batch/v1)");
  }
  const bool is_pod = kind == "Pod (v1)";
  if (const Status ok = is_pod ? CheckPodShape(object) : CheckJobShape(object); !ok) {
    return ok.error();
  }
  auto pod = ReadPodObject(is_pod ? object : PodOfJob(object));
  if (!pod) {
    return pod.error();
  }
  pods.push_back(*std::move(pod));
  return {};
}

/// "items" of a List.
Status AddItems(const json::value* items, std::vector<ManifestPod>& pods) {
  if (items == nullptr || items->is_null()) {
    return {};
  }
  if (!items->is_array()) {
    return Invalid("items: must be a list");
  }
  size_t number = 0;
  for (const json::value& item : items->get_array()) {
    const auto* object = item.if_object();
    const Status added = AddObject(object == nullptr ? json::object() : *object, pods);
    if (!added) {
      return added.error().In("items[" + std::to_string(number) + "]");
    }
    ++number;
  }
  return {};
}

Status AddDocument(const json::value& tree, std::vector<ManifestPod>& pods) {
  const auto* object = tree.if_object();
  if (object == nullptr || KindOf(*object) != "List (v1)") {
    return AddObject(object == nullptr ? json::object() : *object, pods);
  }
  return AddItems(object->if_contains("items"), pods);
}

/// Whether it can be nothing else: YAML's flow maps have seldom a quoted key.
bool IsPlainlyJson(const std::string& text, size_t begin) {
  const size_t next = text.find_first_not_of(" \t\r\n", begin + 1);
  return next == std::string::npos || text[next] == '"' || text[next] == '}';
}

}  // namespace

Result<std::vector<ManifestPod>> ParseManifest(const std::string& text, const std::string& name) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  const bool is_json = begin != std::string::npos && text[begin] == '{';
  auto documents = is_json ? ReadJson(text, name) : ReadYaml(text, name);
  if (is_json && !documents) {  // YAML may begin like that too
    auto yaml = ReadYaml(text, name);
    if (yaml || !IsPlainlyJson(text, begin)) {
      documents = std::move(yaml);
    }
  }
  if (!documents) {
    return documents.error();
  }
  std::vector<ManifestPod> pods;
  for (const Document& document : *documents) {
    if (const Status added = AddDocument(document.tree, pods); !added) {
      return added.error().In(document.where);
    }
  }
  if (pods.empty()) {
    return Invalid(name + ": no Pod and no Job is in it");
  }
  return pods;
}

Result<std::vector<ManifestPod>> ReadManifest(const std::string& path) {
  const bool piped = path == "-";
  const auto text = net::ReadFile(piped ? "/dev/stdin" : path, kMostBytes);
  if (!text) {
    return text.error();
  }
  return ParseManifest(*text, piped ? "stdin" : path);
}

}  // namespace carbon::app
