// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

#include <algorithm>
#include <random>

namespace carbon::demo {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration kShort = hours(2);
constexpr Duration kShortWait = hours(6);
constexpr Duration kLongWait = hours(24);

std::string JobName(size_t index) {
  const std::string number = std::to_string(index);
  return "job-" + std::string(4 - std::min<size_t>(4, number.size()), '0') + number;
}

}  // namespace

std::vector<DemoJob> DrawJobs(const std::vector<sim::TraceJob>& trace, const DrawOptions& options) {
  std::vector<sim::TraceJob> pool;
  std::copy_if(trace.begin(), trace.end(), std::back_inserter(pool), [&](const sim::TraceJob& job) {
    return job.length > Duration::zero() && job.length <= options.span / 4;
  });
  std::vector<DemoJob> jobs;
  if (pool.empty()) {
    return jobs;
  }
  std::mt19937_64 random(options.seed);
  const auto arrival_minutes =
      static_cast<uint64_t>(std::chrono::duration_cast<minutes>(options.span / 2).count());
  for (size_t i = 0; i < options.count; ++i) {
    const sim::TraceJob& drawn = pool[random() % pool.size()];
    DemoJob job;
    job.arrival = options.start + minutes(random() % arrival_minutes);
    job.length = drawn.length;
    job.cpus = drawn.cpus;
    const Duration wait = drawn.length < kShort ? kShortWait : kLongWait;
    job.deadline = std::min(job.arrival + job.length + wait, options.start + options.span);
    jobs.push_back(job);
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const DemoJob& a, const DemoJob& b) { return a.arrival < b.arrival; });
  for (size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].name = JobName(i);
    if (i % 2 == 0 && !options.regions.empty()) {
      jobs[i].region = options.regions[i / 2 % options.regions.size()];
    }
  }
  return jobs;
}

}  // namespace carbon::demo
