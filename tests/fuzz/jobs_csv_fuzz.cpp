// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "sim/simulate.h"

using carbon::Duration;
using carbon::Time;
using carbon::sim::JobUnit;
using carbon::sim::TraceJob;

namespace {

/// Whatever was read can be replayed under every policy and rule, and the books balance.
void Replay(const std::vector<TraceJob>& trace) {
  std::vector<double> values(96);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i * 7 % 24);
  }
  const carbon::grid::Series signal(Time{}, std::chrono::hours(1), values);
  static const auto foresight = std::make_shared<const carbon::sim::Foresight>(
      carbon::sim::Foresight::Of(signal, {}, Time{}, signal.end()));
  for (const auto& rules : carbon::sim::kRules) {
    auto scenario = rules.prepare(trace, signal, {Time{}, std::chrono::hours(90), {}});
    if (!scenario) {
      std::abort();
    }
    scenario->foresight = foresight;
    for (const auto& policy : carbon::plan::kPolicies) {
      if (!carbon::sim::Simulate(*scenario, policy, carbon::Watts(1))) {
        std::abort();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const JobUnit unit : {JobUnit::seconds, JobUnit::hours}) {
    const auto jobs = carbon::sim::ParseJobs(text, "fuzz.csv", unit);
    if (!jobs) {
      continue;
    }
    for (const TraceJob& job : jobs->jobs) {
      if (job.arrival < Duration::zero() || job.length < Duration::zero() || !(job.cpus > 0)) {
        std::abort();
      }
    }
    if (jobs->ids.size() != 0 && jobs->ids.size() != jobs->jobs.size()) {
      std::abort();
    }
    if (jobs->jobs.size() <= 100) {
      Replay(jobs->jobs);
    }
  }
  return 0;
}
