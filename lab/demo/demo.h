// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace carbon::demo {

struct DemoOptions {
  std::string kubeconfig;  ///< an administrator's
  std::string binary;      ///< path of carbon-kube
  std::string data = "data";
  std::string manifests = "deploy/manifests";
  std::string out = "out/demo";
  std::string start = "2021-08-02T00:00:00Z";
  double hours = 48;
  double speed = 720;
  size_t jobs = 300;
  uint64_t seed = 1;
  std::string start_margin = "20m";
};

/// Runs the demonstration and writes OUT/summary.json, OUT/jobs.csv and the logs of its processes;
/// OUT/controller.pid names the controller, which is started again when it dies, as a kubelet
/// would. Fails where a job did not finish. Whatever happens, its processes are ended and its
/// namespace is removed, as is what it applied of deploy/manifests.
Status RunDemo(const DemoOptions& options, std::stop_token stop);

}  // namespace carbon::demo
