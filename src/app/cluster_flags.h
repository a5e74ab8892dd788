// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "kube/client.h"
#include "net/clock.h"

namespace carbon::app {

/// kubectl's flags for which cluster and whose namespace.
struct ClusterFlags {
  std::string kubeconfig;
  std::string context;
  std::string name_space;
};

/// Adds --kubeconfig, --context and, if asked for, -n/--namespace.
void AddClusterFlags(CLI::App& command, ClusterFlags& flags, bool with_namespace);

/// A cluster as found by kubectl's rules.
struct Cluster {
  kube::ClientFactory make_client;
  std::string name_space;  ///< of the flag, else of the context
};

/// `real_clock` outlives the clients.
Result<Cluster> FindCluster(const ClusterFlags& flags, const net::Clock& real_clock);

/// A pod as kubectl lets it be written: "pod/NAME", "pods/NAME", "po/NAME" or "NAME".
Result<std::string> PodName(const std::string& argument);

/// Writes "carbon-kube COMMAND: error" to stderr, if there is one, and tells the exit code.
int Finish(const std::string& command, const Status& done);

}  // namespace carbon::app
