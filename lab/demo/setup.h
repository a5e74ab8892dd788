// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <functional>
#include <stop_token>
#include "base/result.h"
#include "kube/client.h"
#include "workload.h"

namespace carbon::demo {

inline constexpr std::string_view kNamespace = "carbon-demo";

/// The objects of a YAML file of manifests.
Result<std::vector<boost::json::object>> ReadManifests(std::string_view yaml,
                                                       const std::string& name);

/// Where an object of the kinds that deploy/manifests holds lives in the API.
Result<std::string> PathOf(const boost::json::object& object);

/// Applies the files of `folder` that a cluster needs, with the gate kept to the demonstration's
/// namespace, makes that and waits until the gate is put on managed pods there. Jobs of an earlier,
/// broken demonstration are removed first. Refuses a cluster that has a Carbon-Kube.
Status PrepareCluster(kube::Client& client, const std::string& folder, std::stop_token stop);

/// Removes the demonstration's namespace, and so all that it made there, and what was applied of
/// `folder`.
Status CleanCluster(kube::Client& client, const std::string& folder);

/// A kubeconfig by which the controller speaks as its own ServiceAccount, so that it has no more
/// rights than the manifests give. `ca_file` holds the server's CA; empty = the system's. The text
/// holds a token: write it for the owner's eyes only.
Result<std::string> ControllerKubeconfig(kube::Client& client, const std::string& server,
                                         const std::string& ca_file);

/// The pod of a job. Its deadline is of the recording's time; how long it runs is of real time.
boost::json::object PodOf(const DemoJob& job, Duration real_length);

}  // namespace carbon::demo
