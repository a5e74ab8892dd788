// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "workloads/pod.h"

namespace carbon::app {

/// A pod that a manifest describes, as the API server would make it: without a namespace it is in
/// "default", numbers are quantities, and what is limited but not asked for is asked for.
struct ManifestPod {
  workloads::PodView pod;
  bool managed = false;  ///< it carries the label by which Carbon-Kube takes it on
};

/// The Pods (v1) and Jobs (batch/v1, one pod of the template, under the Job's name) in `text`, in
/// its order: YAML documents between lines "---", JSON objects one after another, Lists (v1) of
/// either, as kubectl takes them. `name` (a file's) starts every error. Invalid where there is no
/// pod, anything of another kind, or what no API server would take for one; a YAML document has at
/// most 2 MiB.
///
/// Annotations are not judged: workloads::ReadWish does, as it does for the controller.
Result<std::vector<ManifestPod>> ParseManifest(const std::string& text, const std::string& name);

/// The same of a file, which may be gzipped, or of stdin for "-": 16 MiB at most, unpacked.
Result<std::vector<ManifestPod>> ReadManifest(const std::string& path);

}  // namespace carbon::app
