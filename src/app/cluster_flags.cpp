// SPDX-License-Identifier: Apache-2.0
#include "app/cluster_flags.h"

#include <array>
#include <iostream>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "kube/kubeconfig.h"

namespace carbon::app {

void AddClusterFlags(CLI::App& command, ClusterFlags& flags, bool with_namespace) {
  command
      .add_option("--kubeconfig", flags.kubeconfig,
                  "path of the kubeconfig; else $KUBECONFIG, ~/.kube/config, or the pod's own "
                  "ServiceAccount")
      ->type_name("FILE");
  command.add_option("--context", flags.context, "context of the kubeconfig to use")
      ->type_name("NAME");
  if (with_namespace) {
    command.add_option("-n,--namespace", flags.name_space, "namespace; else that of the context")
        ->type_name("NAME");
  }
}

Result<Cluster> FindCluster(const ClusterFlags& flags, const net::Clock& real_clock) {
  auto connection =
      kube::FindCluster(flags.kubeconfig, flags.context, kube::Surroundings::OfProcess());
  if (!connection) {
    return connection.error();
  }
  Cluster cluster;
  cluster.name_space = flags.name_space.empty() ? connection->name_space : flags.name_space;
  cluster.make_client = kube::MakeClientFactory(*std::move(connection), real_clock);
  return cluster;
}

Result<std::string> PodName(const std::string& argument) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"pod/", "pods/", "po/"};
  std::string_view name = argument;
  for (const std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  if (name.empty() || name.find('/') != std::string_view::npos) {
    return Invalid("'" + Printable(argument) + "' is not a pod such as pod/NAME");
  }
  return std::string(name);
}

int Finish(const std::string& command, const Status& done) {
  if (done) {
    return 0;
  }
  std::cerr << "carbon-kube " << command << ": " << done.error().message << "\n";
  return ExitCode(done.error().kind);
}

}  // namespace carbon::app
