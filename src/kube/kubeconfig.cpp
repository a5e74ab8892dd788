// SPDX-License-Identifier: Apache-2.0
#include "kube/kubeconfig.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/text.h"
#include "kube/base64.h"
#include "net/files.h"

namespace carbon::kube {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;

/// The scalar `key` of a map; "" where the map or the key is missing or null.
std::string Text(const YAML::Node& map, const char* key) {
  if (!map.IsDefined() || !map.IsMap()) {
    return "";
  }
  const YAML::Node value = map[key];
  return value.IsDefined() && value.IsScalar() ? value.Scalar() : "";
}

bool Has(const YAML::Node& map, const char* key) {
  return map.IsDefined() && map.IsMap() && map[key].IsDefined() && !map[key].IsNull();
}

/// The body of the entry called `name` in one of the kubeconfig's three lists.
Result<YAML::Node> Entry(const YAML::Node& root, const char* list, const char* body,
                         const std::string& name) {
  const YAML::Node entries = root[list];
  if (entries.IsDefined() && entries.IsSequence()) {
    for (const YAML::Node& entry : entries) {
      if (Text(entry, "name") == name && Has(entry, body)) {
        return YAML::Node(entry[body]);
      }
    }
  }
  return Invalid(std::string("no ") + body + " '" + Printable(name) + "'");
}

class Reader {
 public:
  Reader(std::string folder, const FileReader& read_file)
      : folder_(std::move(folder)), read_file_(read_file) {}

  Status Cluster(const YAML::Node& cluster, Connection& out) const;
  Status User(const YAML::Node& user, Connection& out) const;

 private:
  std::string Place(const std::string& path) const {
    return path.starts_with('/') || folder_.empty() ? path : folder_ + "/" + path;
  }
  /// `KEY-data` (base64) goes before the file `KEY`, as with kubectl. "" where there is neither.
  Result<std::string> Pem(const YAML::Node& map, const std::string& key) const;

  std::string folder_;
  const FileReader& read_file_;
};

Result<std::string> Reader::Pem(const YAML::Node& map, const std::string& key) const {
  const std::string data = Text(map, (key + "-data").c_str());
  const std::string path = Text(map, key.c_str());
  std::string pem;
  if (!data.empty()) {
    auto decoded = DecodeBase64(data);
    if (!decoded) {
      return Invalid(key + "-data is not base64");
    }
    pem = std::move(*decoded);
  } else if (!path.empty()) {
    auto content = read_file_(Place(path));
    if (!content) {
      return content.error().In(key);
    }
    pem = std::move(*content);
  } else {
    return pem;
  }
  if (pem.size() > kMostBytes || pem.find("-----BEGIN ") == std::string::npos) {
    return Invalid(key + " is not in PEM form");
  }
  return pem;
}

Result<std::string> ServerOf(const std::string& text) {
  const size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  const bool plain = text.find_first_of("?#@ \t\r\n") == std::string::npos;
  if (scheme == 0 || text.size() == scheme || text[scheme] == '/' || !plain) {
    return Invalid("server '" + Printable(text) + "' is not a URL such as https://10.0.0.1:6443");
  }
  return text.substr(0, text.find_last_not_of('/') + 1);
}

Status Reader::Cluster(const YAML::Node& cluster, Connection& out) const {
  auto server = ServerOf(Text(cluster, "server"));
  if (!server) {
    return server.error();
  }
  const std::string skip = Text(cluster, "insecure-skip-tls-verify");
  if (!skip.empty() && skip != "false") {
    return Invalid("insecure-skip-tls-verify is not supported: name the certificate-authority");
  }
  if (Has(cluster, "proxy-url")) {
    return Invalid("proxy-url is not supported: set HTTPS_PROXY instead");
  }
  auto authority = Pem(cluster, "certificate-authority");
  if (!authority) {
    return authority.error();
  }
  out.server = std::move(*server);
  out.tls.ca_pem = std::move(*authority);
  out.tls.server_name = Text(cluster, "tls-server-name");
  return {};
}

Status Reader::User(const YAML::Node& user, Connection& out) const {
  for (const char* key : {"exec", "auth-provider", "username", "password", "as", "as-uid",
                          "as-groups", "as-user-extra"}) {
    if (Has(user, key)) {
      return Invalid(std::string(key) +
                     " is not supported yet: use a client certificate, a token or a token file");
    }
  }
  auto certificate = Pem(user, "client-certificate");
  if (!certificate) {
    return certificate.error();
  }
  auto key = Pem(user, "client-key");
  if (!key) {
    return key.error();
  }
  if (certificate->empty() != key->empty()) {
    return Invalid("client-certificate and client-key go together: one of them is missing");
  }
  out.tls.certificate_pem = std::move(*certificate);
  out.tls.key_pem = std::move(*key);
  out.token = Text(user, "token");
  const std::string token_file = Text(user, "tokenFile");
  out.token_file = token_file.empty() ? "" : Place(token_file);
  return {};
}

Result<Connection> ReadConfig(const YAML::Node& root, std::string_view context,
                              const Reader& reader) {
  if (!root.IsMap()) {
    return Invalid("not a kubeconfig");
  }
  const std::string name = context.empty() ? Text(root, "current-context") : std::string(context);
  if (name.empty()) {
    return Invalid("current-context is not set: choose one with --context");
  }
  const auto body = Entry(root, "contexts", "context", name);
  if (!body) {
    return body.error();
  }
  const std::string where = "context '" + Printable(name) + "'";
  const auto cluster = Entry(root, "clusters", "cluster", Text(*body, "cluster"));
  if (!cluster) {
    return cluster.error().In(where);
  }
  Connection out;
  const Status reached = reader.Cluster(*cluster, out);
  if (!reached) {
    return reached.error().In("cluster '" + Printable(Text(*body, "cluster")) + "'");
  }
  const std::string user_name = Text(*body, "user");
  if (!user_name.empty()) {
    const auto user = Entry(root, "users", "user", user_name);
    if (!user) {
      return user.error().In(where);
    }
    const Status known = reader.User(*user, out);
    if (!known) {
      return known.error().In("user '" + Printable(user_name) + "'");
    }
  }
  out.name_space = Text(*body, "namespace");
  if (out.name_space.empty()) {
    out.name_space = "default";
  }
  return out;
}

Result<Connection> FromFile(const std::string& path, std::string_view context) {
  const FileReader read = [](const std::string& file) { return net::ReadFile(file, kMostBytes); };
  const auto text = read(path);
  if (!text) {
    return text.error();
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  auto found = ParseKubeconfig(*text, folder, context, read);
  return found ? std::move(found) : found.error().In(path);
}

bool Exists(const std::string& path) {
  std::error_code ignored;
  return !path.empty() && std::filesystem::exists(path, ignored);
}

Result<Connection> FromPod(const Surroundings& pod) {
  const auto authority = net::ReadFile(pod.service_account + "/ca.crt", kMostBytes);
  if (!authority) {
    return authority.error().In("ServiceAccount");
  }
  const auto name_space = net::ReadFile(pod.service_account + "/namespace", kMostBytes);
  const bool is_v6 = pod.service_host.find(':') != std::string::npos;
  const std::string port = pod.service_port.empty() ? "443" : pod.service_port;
  auto server =
      ServerOf("https://" + (is_v6 ? "[" + pod.service_host + "]" : pod.service_host) + ":" + port);
  if (!server) {
    return server.error();
  }
  Connection out;
  out.server = std::move(*server);
  out.tls.ca_pem = *authority;
  out.token_file = pod.service_account + "/token";
  out.name_space = name_space ? std::string(Trim(*name_space)) : "default";
  return out;
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<Connection> ParseKubeconfig(std::string_view text, const std::string& folder,
                                   std::string_view context, const FileReader& read_file) {
  if (text.size() > kMostBytes) {
    return Invalid("kubeconfig larger than 1 MiB");
  }
  // yaml-cpp reports by exceptions; its words may quote the file, so only the place is passed on.
  try {
    return ReadConfig(YAML::Load(std::string(text)), context, Reader(folder, read_file));
  } catch (const YAML::Exception& e) {
    return Invalid(e.mark.is_null() ? "malformed YAML"
                                    : "malformed YAML in line " + std::to_string(e.mark.line + 1));
  } catch (const std::exception&) {
    return Invalid("malformed YAML");
  }
}

Surroundings Surroundings::OfProcess() {
  Surroundings out;
  out.kubeconfig = Variable("KUBECONFIG");
  out.home = Variable("HOME");
  out.service_host = Variable("KUBERNETES_SERVICE_HOST");
  out.service_port = Variable("KUBERNETES_SERVICE_PORT");
  return out;
}

Result<Connection> FindCluster(const std::string& flag, std::string_view context,
                               const Surroundings& surroundings) {
  if (!flag.empty()) {
    return FromFile(flag, context);
  }
  if (!surroundings.kubeconfig.empty()) {
    for (const std::string_view path : Split(surroundings.kubeconfig, ':')) {
      if (Exists(std::string(path))) {
        return FromFile(std::string(path), context);
      }
    }
    return Invalid("KUBECONFIG names no file that exists: " + Printable(surroundings.kubeconfig));
  }
  const std::string own = surroundings.home + "/.kube/config";
  if (!surroundings.home.empty() && Exists(own)) {
    return FromFile(own, context);
  }
  if (!surroundings.service_host.empty()) {
    return FromPod(surroundings);
  }
  return Invalid("no cluster found: pass --kubeconfig, set KUBECONFIG or create ~/.kube/config");
}

}  // namespace carbon::kube
