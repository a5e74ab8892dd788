// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "base/time.h"

namespace carbon::workloads {

/// What a pod is a run of, from its `metadata`: pods of one template are taken to run alike. The
/// name is "NAMESPACE/KIND/NAME", of the first of these that there is:
///  * the annotation carbon-kube.io/template: KIND is "template", NAME its value as it stands;
///  * Spark's labels spark-role and spark-app-name: "spark-driver" and such, and the application;
///  * the controller that owns it: its kind and name, as Job and nightly-etl;
///  * "Pod", and the prefix that its name was generated from or, where it was not, its name.
/// From the end of NAME goes what makes each run's differ: a dash and eight or more digits, as a
/// CronJob appends to its Jobs' names and a ScheduledSparkApplication to its runs', or a dash and
/// five characters as Kubernetes generates them.
std::string TemplateOf(const boost::json::object& metadata);

/// When a pod ran, by the clocks of the cluster, in whole seconds. ended >= started.
struct RunTimes {
  Time started;
  Time ended;

  bool operator==(const RunTimes&) const = default;
};

/// Of a pod that has succeeded, from its `status`, which may be null: from the start of its first
/// container, init containers among them, to the end of its last one that is none. Where a
/// container was restarted, or does not say when it started, from the start of the pod; where none
/// says when it ended, to the moment in which the pod was no longer ready. Nothing for any other
/// pod, and where that is not told.
std::optional<RunTimes> ReadRun(const boost::json::object* status);

}  // namespace carbon::workloads
