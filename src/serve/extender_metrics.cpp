// SPDX-License-Identifier: Apache-2.0
#include "serve/extender_metrics.h"

#include <prometheus/text_serializer.h>

namespace carbon::serve {
namespace {

constexpr std::array kVerbNames = {"prioritize", "filter"};
constexpr std::array kOutcomeNames = {"answered", "no-signal", "invalid"};

/// 25 us to 0.2 s, the usual httpTimeout.
prometheus::Histogram::BucketBoundaries Buckets() {
  prometheus::Histogram::BucketBoundaries buckets;
  for (double bound = 25e-6; bound < 0.3; bound *= 2) {
    buckets.push_back(bound);
  }
  return buckets;
}

prometheus::Counter& AddCounter(prometheus::Registry& registry, const char* name,
                                const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

ExtenderMetrics::ExtenderMetrics()
    : unknown_nodes_(AddCounter(
          registry_, "carbonkube_extender_unknown_nodes_total",
          "Nodes that were ranked as the mean of the others, as their emissions are unknown.")),
      refused_nodes_(AddCounter(registry_, "carbonkube_extender_refused_nodes_total",
                                "Nodes that were refused to a pod as they are over the limit.")),
      waived_pods_(AddCounter(
          registry_, "carbonkube_extender_limit_waived_total",
          "Questions in which no node was refused, as the pod has to start soon or does not say "
          "readably when.")),
      unreadable_intensities_(AddCounter(
          registry_, "carbonkube_extender_unreadable_intensities_total",
          "Published intensities that could not be read; what was read before stays in use.")),
      unusable_certificates_(AddCounter(
          registry_, "carbonkube_extender_unusable_certificates_total",
          "Replaced certificates that could not be used; what was read before stays in use.")),
      last_asked_(prometheus::BuildGauge()
                      .Name("carbonkube_extender_last_request_timestamp_seconds")
                      .Help("When a scheduler asked last, since 1970; 0 where none ever has.")
                      .Register(registry_)
                      .Add({})) {
  auto& requests = prometheus::BuildCounter()
                       .Name("carbonkube_extender_requests_total")
                       .Help("Questions of schedulers, by verb and by what came of them.")
                       .Register(registry_);
  auto& duration = prometheus::BuildHistogram()
                       .Name("carbonkube_extender_request_duration_seconds")
                       .Help("Time from a question's last byte to its answer's first.")
                       .Register(registry_);
  for (size_t verb = 0; verb < kVerbs; ++verb) {
    duration_[verb] = &duration.Add({{"verb", kVerbNames[verb]}}, Buckets());
    for (size_t outcome = 0; outcome < kOutcomes; ++outcome) {
      requests_[verb][outcome] =
          &requests.Add({{"verb", kVerbNames[verb]}, {"outcome", kOutcomeNames[outcome]}});
    }
  }
}

void ExtenderMetrics::Asked(Time now) {
  last_asked_ms_ = now.time_since_epoch().count();
  last_asked_.Set(std::chrono::duration<double>(now.time_since_epoch()).count());
}

void ExtenderMetrics::Answered(ExtenderVerb verb, ExtenderOutcome outcome,
                               std::chrono::nanoseconds took) {
  requests_[static_cast<size_t>(verb)][static_cast<size_t>(outcome)]->Increment();
  duration_[static_cast<size_t>(verb)]->Observe(std::chrono::duration<double>(took).count());
}

double ExtenderMetrics::Count(ExtenderVerb verb, ExtenderOutcome outcome) const {
  return requests_[static_cast<size_t>(verb)][static_cast<size_t>(outcome)]->Value();
}

std::string ExtenderMetrics::Text() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace carbon::serve
