// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "workloads/pod.h"

namespace carbon::workloads {

/// Object literals with ' for ".
inline boost::json::object Json(std::string text) {
  for (char& c : text) {
    c = c == '\'' ? '"' : c;
  }
  return boost::json::parse(text).as_object();
}

/// A pod "default/job" of the given spec.
inline boost::json::object PodOf(const std::string& spec) {
  boost::json::object pod = Json(
      "{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'namespace': 'default', 'name': 'job',"
      " 'uid': 'u-1', 'resourceVersion': '7', 'creationTimestamp': '2021-07-01T00:00:00Z'}}");
  pod["spec"] = Json(spec);
  return pod;
}

/// What Spark asked for and Kubernetes stored.
inline boost::json::object SparkPod(const std::string& name) {
  std::ifstream in(std::string(CARBON_SOURCE_DIR) + "/tests/workloads/fixtures/spark-k8s/" + name);
  return boost::json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
}

}  // namespace carbon::workloads
