// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/units.h"
#include "net/clock.h"
#include "net/http.h"
#include "net/http_server.h"
#include "serve/extender_metrics.h"
#include "serve/extender_wire.h"
#include "workloads/node_ranker.h"

namespace carbon::serve {

/// What kube-scheduler sends at most: 5000 whole nodes with the images that they hold.
inline constexpr size_t kLargestQuestion = size_t{32} << 20;

/// Whether a scheduler that has asked does so no more: it goes on without us and tells nobody.
class SilenceWatch {
 public:
  static constexpr Duration kSilence = std::chrono::minutes(10);

  /// A line for the log.
  struct Notice {
    bool warning;
    std::string text;
  };
  /// At a change only: nobody has asked for kSilence, or somebody asks again. `last`: when somebody
  /// did last, the epoch where nobody ever has.
  std::optional<Notice> Look(Time last, Time now);

 private:
  bool silent_ = false;
};

struct ExtenderOptions {
  /// Managed pods are refused nodes on a grid over this; nothing: no node is ever refused.
  std::optional<GramsPerKwh> limit;
  /// What is assumed of a pod that does not say when it has to start, as the controller does.
  workloads::PodDefaults defaults;
};

/// The scheduler extender's webhook of Kubernetes (k8s.io/kube-scheduler/extender/v1,
/// docs/reference/scheduler.md), asked by POST with an ExtenderArgs:
///  - /prioritize answers a HostPriorityList with scores from 0 to 10, the cleanest node has 10;
///  - /filter refuses nodes over the limit to a managed pod, unless it has to start within
///    kLeastPatience or cannot be read. A node whose intensity is unknown is never refused.
/// GET /healthz answers 200, GET /metrics in Prometheus' text format.
///
/// Called by one thread at a time, but for Observe().
class Extender {
 public:
  /// A scheduler tries again a pod that it could not place every five minutes.
  static constexpr Duration kLeastPatience = std::chrono::minutes(10);

  /// `clock` tells the time that intensities are published for. All references outlive it.
  Extender(workloads::NodeRanker& ranker, const net::Clock& clock, ExtenderMetrics& metrics,
           ExtenderOptions options = {})
      : ranker_(ranker), clock_(clock), metrics_(metrics), options_(options) {}

  net::HttpResponse Answer(const net::ServerRequest& request);
  /// Only /healthz and /metrics, for who may not ask the rest. Any thread.
  net::HttpResponse Observe(const net::ServerRequest& request) const;

 private:
  struct Answered {
    ExtenderOutcome outcome;
    net::HttpResponse response;
  };
  net::HttpResponse Ask(ExtenderVerb verb, const std::string& body);
  Answered Reply(ExtenderVerb verb, const std::string& body, Time now);
  Answered Prioritize(const ExtenderArgs& args, Time now);
  Answered Filter(const ExtenderArgs& args, Time now);
  bool MayBeRefused(const ExtenderArgs& args, Time now);

  workloads::NodeRanker& ranker_;
  const net::Clock& clock_;
  ExtenderMetrics& metrics_;
  const ExtenderOptions options_;
};

}  // namespace carbon::serve
