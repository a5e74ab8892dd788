// SPDX-License-Identifier: Apache-2.0
#include "setup.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <thread>

#include "base/text.h"
#include "kube/object.h"
#include "net/files.h"
#include "workloads/pod.h"

namespace carbon::demo {
namespace {

namespace json = boost::json;

constexpr std::string_view kFieldManager = "carbon-kube-demo";
constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kAdmission = "admissionregistration.k8s.io";
constexpr std::string_view kDemoLabel = "lab.carbon-kube.io/demo";
constexpr std::array<const char*, 2> kFiles = {"rbac.yaml", "gate.yaml"};

json::value ToJson(const YAML::Node& node) {
  if (node.IsMap()) {
    json::object object;
    for (const auto& entry : node) {
      object[entry.first.as<std::string>()] = ToJson(entry.second);
    }
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    for (const auto& item : node) {
      array.push_back(ToJson(item));
    }
    return array;
  }
  const auto text = node.IsNull() ? std::string() : node.as<std::string>();
  const bool plain = node.Tag() == "?";
  if (plain && (text == "true" || text == "false")) {
    return text == "true";
  }
  if (const auto number = plain ? ParseInt(text) : std::nullopt) {
    return *number;
  }
  return json::string(text);
}

struct Kind {
  std::string_view name;
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  bool namespaced;
};
constexpr std::array<Kind, 8> kKinds = {{
    {"Namespace", "", "v1", "namespaces", false},
    {"ServiceAccount", "", "v1", "serviceaccounts", true},
    {"ClusterRole", kRbac, "v1", "clusterroles", false},
    {"ClusterRoleBinding", kRbac, "v1", "clusterrolebindings", false},
    {"Role", kRbac, "v1", "roles", true},
    {"RoleBinding", kRbac, "v1", "rolebindings", true},
    {"MutatingAdmissionPolicy", kAdmission, "v1", "mutatingadmissionpolicies", false},
    {"MutatingAdmissionPolicyBinding", kAdmission, "v1", "mutatingadmissionpolicybindings", false},
}};

/// The demonstration's controller lives on another calendar, so nothing outside its namespace may
/// be held for it; and what it brought is marked, so that it is told from a real installation.
void KeepToDemo(json::object& object) {
  object["metadata"].as_object()["labels"] = json::object{{kDemoLabel, "true"}};
  if (object["kind"] != "MutatingAdmissionPolicy") {
    return;
  }
  const json::object expression{{"key", "kubernetes.io/metadata.name"},
                                {"operator", "In"},
                                {"values", json::array{kNamespace}}};
  object["spec"].as_object()["matchConstraints"].as_object()["namespaceSelector"] =
      json::object{{"matchExpressions", json::array{expression}}};
}

/// Fails where the cluster has a Carbon-Kube that is not an earlier demonstration's.
Status RefuseRealInstallation(kube::Client& client) {
  for (const std::string& path :
       {kube::ApiPath({"api", "v1", "namespaces", "carbon-kube"}),
        kube::ApiPath(
            {"apis", kAdmission, "v1", "mutatingadmissionpolicies", "carbon-kube-window"})}) {
    const auto found = client.Get(path);
    if (!found && found.error().kind != Error::Kind::not_found) {
      return found.error();
    }
    const auto* labels = found ? kube::ObjectAt(*found, {"metadata", "labels"}) : nullptr;
    if (found && kube::StringAt(labels, kDemoLabel) != "true") {
      return Invalid("the cluster has a Carbon-Kube already (" + path +
                     "), which the demonstration would disturb: give it another cluster");
    }
  }
  return {};
}

Result<std::vector<json::object>> AllManifests(const std::string& folder) {
  constexpr size_t kMost = size_t{1} << 20;
  std::vector<json::object> all;
  for (const char* file : kFiles) {
    const std::string path = folder + "/" + file;
    const auto text = net::ReadFile(path, kMost);
    if (!text) {
      return text.error();
    }
    auto objects = ReadManifests(*text, path);
    if (!objects) {
      return objects.error();
    }
    all.insert(all.end(), objects->begin(), objects->end());
  }
  for (json::object& object : all) {
    KeepToDemo(object);
  }
  return all;
}

/// Calls `probe` until it is true, for at most `patience`.
Status Await(const std::string& what, Duration patience, const std::stop_token& stop,
             const std::function<bool()>& probe) {
  constexpr Duration kPause{100};
  for (Duration waited{}; waited < patience; waited += kPause) {
    if (stop.stop_requested()) {
      return Unavailable("interrupted");
    }
    if (probe()) {
      return {};
    }
    std::this_thread::sleep_for(kPause);
  }
  return Unavailable(what + " within " + FormatDuration(patience));
}

std::string NamespacePath(std::string_view name) {
  return kube::ApiPath({"api", "v1", "namespaces", name});
}

std::string PodsPath() { return kube::ApiPath({"api", "v1", "namespaces", kNamespace, "pods"}); }

/// Whether a managed pod would get the gate now.
bool GateWorks(kube::Client& client) {
  DemoJob probe{.name = "probe", .cpus = 1};
  probe.length = std::chrono::hours(1);
  const auto pod =
      client.Create(PodsPath(), PodOf(probe, std::chrono::seconds(1)), {{"dryRun", "All"}});
  if (!pod) {
    return false;
  }
  const auto view = workloads::ReadPod(*pod);
  return view && view->held();
}

Status RemoveNamespace(kube::Client& client, std::string_view name, const std::stop_token& stop) {
  const Status done = client.Delete(NamespacePath(name));
  if (!done && done.error().kind != Error::Kind::not_found) {
    return done;
  }
  return Await("namespace " + std::string(name) + " is not gone", std::chrono::seconds(60), stop,
               [&] {
                 const auto found = client.Get(NamespacePath(name));
                 return !found && found.error().kind == Error::Kind::not_found;
               });
}

json::object NamespaceObject() {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata", json::object{{"name", kNamespace}}}};
}

}  // namespace

Result<std::vector<json::object>> ReadManifests(std::string_view yaml, const std::string& name) {
  std::vector<json::object> objects;
  try {
    for (const YAML::Node& document : YAML::LoadAll(std::string(yaml))) {
      if (document.IsMap()) {
        objects.push_back(ToJson(document).as_object());
      }
    }
  } catch (const YAML::Exception& error) {
    return Invalid(name + ": " + error.what());
  }
  return objects;
}

Result<std::string> PathOf(const json::object& object) {
  const std::string_view kind = kube::StringAt(&object, "kind");
  const auto known = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Kind& candidate) { return candidate.name == kind; });
  if (known == kKinds.end()) {
    return Invalid("kind '" + Printable(kind) + "' is not one of deploy/manifests");
  }
  const auto* metadata = kube::ObjectAt(object, {"metadata"});
  std::string path = known->group.empty() ? kube::ApiPath({"api", known->version})
                                          : kube::ApiPath({"apis", known->group, known->version});
  if (known->namespaced) {
    path += kube::ApiPath({"namespaces", kube::StringAt(metadata, "namespace")});
  }
  return path + kube::ApiPath({known->plural, kube::StringAt(metadata, "name")});
}

Status PrepareCluster(kube::Client& client, const std::string& folder, std::stop_token stop) {
  if (const Status free = RefuseRealInstallation(client); !free) {
    return free;
  }
  if (const Status removed = RemoveNamespace(client, kNamespace, stop); !removed) {
    return removed;
  }
  auto objects = AllManifests(folder);
  if (!objects) {
    return objects.error();
  }
  objects->push_back(NamespaceObject());
  for (const json::object& object : *objects) {
    const auto path = PathOf(object);
    if (!path) {
      return path.error();
    }
    if (const auto applied = client.Apply(*path, object, kFieldManager, true); !applied) {
      return applied.error();
    }
  }
  const Status account = Await(
      "namespace " + std::string(kNamespace) + " has no default ServiceAccount",
      std::chrono::seconds(30), stop,
      [&] { return bool(client.Get(NamespacePath(kNamespace) + "/serviceaccounts/default")); });
  if (!account) {
    return account;
  }
  return Await("the admission policy puts no gate on managed pods (Kubernetes 1.36 is needed)",
               std::chrono::seconds(60), stop, [&] { return GateWorks(client); });
}

Status CleanCluster(kube::Client& client, const std::string& folder) {
  if (const Status removed = RemoveNamespace(client, kNamespace, {}); !removed) {
    return removed;
  }
  const auto objects = AllManifests(folder);
  if (!objects) {
    return objects.error();
  }
  for (auto object = objects->rbegin(); object != objects->rend(); ++object) {
    const auto path = PathOf(*object);
    if (!path) {
      return path.error();
    }
    const bool is_namespace = kube::StringAt(&*object, "kind") == "Namespace";
    const auto name = kube::StringAt(kube::ObjectAt(*object, {"metadata"}), "name");
    const Status done = is_namespace ? RemoveNamespace(client, name, {}) : client.Delete(*path);
    if (!done && done.error().kind != Error::Kind::not_found) {
      return done;
    }
  }
  return {};
}

Result<std::string> ControllerKubeconfig(kube::Client& client, const std::string& server,
                                         const std::string& ca_file) {
  constexpr int kTwoHours = 7200;
  const auto answer =
      client.Create("/api/v1/namespaces/carbon-kube/serviceaccounts/carbon-kube/token",
                    {{"apiVersion", "authentication.k8s.io/v1"},
                     {"kind", "TokenRequest"},
                     {"spec", json::object{{"expirationSeconds", kTwoHours}}}});
  if (!answer) {
    return answer.error();
  }
  const auto token = kube::StringAt(kube::ObjectAt(*answer, {"status"}), "token");
  json::object cluster{{"server", server}};
  if (!ca_file.empty()) {
    cluster["certificate-authority"] = ca_file;
  }
  const json::object config{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"current-context", "demo"},
      {"clusters", json::array{json::object{{"name", "demo"}, {"cluster", cluster}}}},
      {"users",
       json::array{json::object{{"name", "demo"}, {"user", json::object{{"token", token}}}}}},
      {"contexts",
       json::array{json::object{
           {"name", "demo"}, {"context", json::object{{"cluster", "demo"}, {"user", "demo"}}}}}}};
  return json::serialize(config);
}

json::object PodOf(const DemoJob& job, Duration real_length) {
  json::object selector{{"type", "kwok"}};
  if (job.bound()) {
    selector["topology.kubernetes.io/region"] = job.region;
  }
  const json::object requests{{"cpu", Fixed(job.cpus, 3)}, {"memory", "2Gi"}};
  const json::object container{{"name", "job"},
                               {"image", "carbon-demo-job"},
                               {"resources", json::object{{"requests", requests}}}};
  const json::object annotations{{workloads::kDeadlineAnnotation, FormatTime(job.deadline)},
                                 {workloads::kDurationAnnotation, FormatDuration(job.length)},
                                 {"lab.carbon-kube.io/run-for",
                                  Fixed(static_cast<double>(real_length.count()) / 1000, 3) + "s"}};
  return {
      {"apiVersion", "v1"},
      {"kind", "Pod"},
      {"metadata", json::object{{"name", job.name},
                                {"namespace", kNamespace},
                                {"labels", json::object{{workloads::kManagedLabel, "true"}}},
                                {"annotations", annotations}}},
      {"spec", json::object{{"restartPolicy", "Never"},
                            {"automountServiceAccountToken", false},
                            {"nodeSelector", selector},
                            {"tolerations", json::array{json::object{{"key", "kwok.x-k8s.io/node"},
                                                                     {"operator", "Exists"}}}},
                            {"containers", json::array{container}}}}};
}

}  // namespace carbon::demo
