// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>

#include "base/time.h"

namespace carbon::serve {

/// What a scheduler asks of an extender.
enum class ExtenderVerb { prioritize, filter };

/// What comes of it.
enum class ExtenderOutcome {
  answered,   ///< by what is known of the grid
  no_signal,  ///< nothing is known of any of the nodes: none is preferred, none refused
  invalid,    ///< the question cannot be read
};

/// What an extender did since its start, for Prometheus: docs/reference/scheduler.md. Thread-safe.
class ExtenderMetrics {
 public:
  ExtenderMetrics();

  /// A question came.
  void Asked(Time now);
  /// It was dealt with, after so long.
  void Answered(ExtenderVerb verb, ExtenderOutcome outcome, std::chrono::nanoseconds took);
  /// So many of its nodes were ranked as the mean of the others.
  void Unknown(size_t nodes) { unknown_nodes_.Increment(static_cast<double>(nodes)); }
  /// So many of its nodes were over the limit.
  void Refused(size_t nodes) { refused_nodes_.Increment(static_cast<double>(nodes)); }
  /// A pod was let go anywhere, as it has to start.
  void Waived() { waived_pods_.Increment(); }
  void UnreadableIntensities() { unreadable_intensities_.Increment(); }
  void UnusableCertificates() { unusable_certificates_.Increment(); }

  /// The epoch where nobody has asked.
  Time LastAsked() const { return Time(Duration(last_asked_ms_.load())); }
  double Count(ExtenderVerb verb, ExtenderOutcome outcome) const;

  /// All of it in Prometheus' text format.
  std::string Text() const;

 private:
  static constexpr size_t kVerbs = 2;
  static constexpr size_t kOutcomes = 3;

  prometheus::Registry registry_;
  std::array<std::array<prometheus::Counter*, kOutcomes>, kVerbs> requests_;
  std::array<prometheus::Histogram*, kVerbs> duration_;
  prometheus::Counter& unknown_nodes_;
  prometheus::Counter& refused_nodes_;
  prometheus::Counter& waived_pods_;
  prometheus::Counter& unreadable_intensities_;
  prometheus::Counter& unusable_certificates_;
  prometheus::Gauge& last_asked_;
  std::atomic<Duration::rep> last_asked_ms_{0};
};

}  // namespace carbon::serve
