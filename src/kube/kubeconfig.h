// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace carbon::kube {

/// Where a cluster is and as whom to speak to it. Holds secrets: never print one.
struct Connection {
  std::string server;  ///< "https://10.0.0.1:6443", without a slash at its end
  net::TlsOptions tls;
  std::string token;       ///< bearer token; empty = none
  std::string token_file;  ///< read again now and then; its content goes before `token`
  std::string name_space;  ///< of the context; "default" where it names none
};

/// Gives the content of a file.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// Reads a kubeconfig (YAML or JSON, at most 1 MiB). Files that it names are read by `read_file`,
/// relative ones from `folder`. `context` overrides current-context if not empty.
///
/// Credentials are a client certificate, a token or a token file. What would have to be obeyed and
/// is not supported is refused by name: exec and auth-provider plug-ins, user name and password,
/// impersonation, proxy-url, insecure-skip-tls-verify. All errors are invalid and hold no secret.
Result<Connection> ParseKubeconfig(std::string_view text, const std::string& folder,
                                   std::string_view context, const FileReader& read_file);

/// The part of the process's surroundings that says where the cluster is.
struct Surroundings {
  std::string kubeconfig;    ///< $KUBECONFIG: paths joined by ':'
  std::string home;          ///< $HOME
  std::string service_host;  ///< $KUBERNETES_SERVICE_HOST
  std::string service_port;  ///< $KUBERNETES_SERVICE_PORT
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";

  static Surroundings OfProcess();
};

/// kubectl's order: the file `flag` if not empty; else the first file of $KUBECONFIG that exists
/// (kubectl would merge them all); else ~/.kube/config if it exists; else the pod's ServiceAccount.
/// `context` as above; a pod has none.
Result<Connection> FindCluster(const std::string& flag, std::string_view context,
                               const Surroundings& surroundings);

}  // namespace carbon::kube
