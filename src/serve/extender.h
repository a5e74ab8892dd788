// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "net/clock.h"
#include "net/http.h"
#include "net/http_server.h"
#include "workloads/node_ranker.h"

namespace carbon::serve {

/// What kube-scheduler sends at most: 5000 whole nodes with the images that they hold.
inline constexpr size_t kLargestQuestion = size_t{32} << 20;

/// Since the start. Any thread may read them.
struct ExtenderCounters {
  std::atomic<uint64_t> answered{0};  ///< with scores
  std::atomic<uint64_t> unranked{0};  ///< with none, as nothing is known of any of the nodes
  std::atomic<uint64_t> refused{0};   ///< questions that cannot be read
  std::atomic<int64_t> last_ms{0};    ///< when it was asked last, since 1970; 0: never
};

/// Whether a scheduler that has asked does so no more: it goes on without us and tells nobody.
class SilenceWatch {
 public:
  static constexpr Duration kSilence = std::chrono::minutes(10);

  /// A line for the log.
  struct Notice {
    bool warning;
    std::string text;
  };
  /// At a change only: nobody has asked for kSilence, or somebody asks again.
  std::optional<Notice> Look(const ExtenderCounters& counters, Time now);

 private:
  bool silent_ = false;
};

/// The scheduler extender's webhook of Kubernetes (k8s.io/kube-scheduler/extender/v1,
/// docs/reference/scheduler.md): POST /prioritize with an ExtenderArgs, of which NodeNames is read,
/// or where that is absent the names of Nodes. Answers a HostPriorityList with scores from 0 to 10,
/// the cleanest node has 10; nodes with 0 are left out, which the scheduler takes for 0. GET
/// /healthz answers 200.
///
/// Called by the server's one thread.
class Extender {
 public:
  /// `clock` tells the time that intensities are published for. Both outlive it.
  Extender(workloads::NodeRanker& ranker, const net::Clock& clock)
      : ranker_(ranker), clock_(clock) {}

  net::HttpResponse Answer(const net::ServerRequest& request);
  const ExtenderCounters& counters() const { return counters_; }

 private:
  net::HttpResponse Prioritize(const std::string& body);

  workloads::NodeRanker& ranker_;
  const net::Clock& clock_;
  ExtenderCounters counters_;
};

}  // namespace carbon::serve
