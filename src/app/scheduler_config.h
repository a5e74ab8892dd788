// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "controller/scores.h"

namespace carbon::app {

/// Files that the scheduler reads to know an extender by and to be known by it: absolute paths on
/// its own machine.
struct ExtenderCertificates {
  std::string server_name;  ///< in the extender's certificate; empty: the URL's host
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
};

/// How a scheduler asks `carbon-kube extender`.
struct ExtenderCall {
  std::string url = "http://127.0.0.1:9410";
  Duration timeout = std::chrono::milliseconds(200);
  bool filters = false;
  ExtenderCertificates certificates;
};

/// The args of the plug-in CarbonScore.
struct PluginArgs {
  controller::ScoresPlace place;
  boost::json::object ranking;  ///< the options of src/capi/carbon_kube.h
};

/// Whose scheduler is configured: Kubernetes 1.25 and newer, or Katalyst's, which is that of 1.24.
enum class SchedulerFamily { kubernetes, katalyst };

struct SchedulerConfig {
  SchedulerFamily family = SchedulerFamily::kubernetes;
  std::string scheduler_name;  ///< empty: none is printed where the scheduler has one already
  int weight = 12;             ///< 1 to 1000
  std::variant<ExtenderCall, PluginArgs> scores;
};

/// The KubeSchedulerConfiguration as a tree, in the order in which people read it. Invalid, with
/// the flag that said so, where kube-scheduler would refuse it, and where somebody between it and
/// the extender could answer.
Result<boost::json::object> SchedulerConfigTree(const SchedulerConfig& config);

/// The same tree in YAML, which says of a few fields why they are so.
std::string SchedulerConfigYaml(const boost::json::object& tree);

}  // namespace carbon::app
