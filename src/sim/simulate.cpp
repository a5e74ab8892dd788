// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "ledger/footprint.h"
#include "sim/event_queue.h"

namespace carbon::sim {
namespace {

constexpr size_t kProgressEvery = 4096;  ///< jobs

Error Unbalanced(std::string what) { return {Error::Kind::internal, std::move(what)}; }

/// Nearest rank; reorders `values`.
double Percentile95(std::vector<double>& values) {
  if (values.empty()) {
    return 0;
  }
  const size_t rank = (values.size() * 95 + 99) / 100 - 1;
  const auto nth = values.begin() + static_cast<ptrdiff_t>(rank);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

double Mean(const std::vector<double>& values) {
  if (values.empty()) {
    return 0;
  }
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// One replay. Arrivals enter the queue one at a time, so that it stays as small as the number of
/// jobs that wait or run.
class Replay {
 public:
  Replay(const Scenario& scenario, const plan::Policy& policy, Watts per_cpu)
      : scenario_(scenario), policy_(policy), per_cpu_(per_cpu), left_(scenario.jobs.size()) {
    outcome_.policy = policy.name;
    waits_.reserve(left_.size());
    delays_.reserve(left_.size());
  }

  Result<Outcome> Run(const Progress& progress) {
    PushArrival(0);
    while (!queue_.empty()) {
      const Time now = queue_.NextTime();
      while (!queue_.empty() && queue_.NextTime() == now) {
        if (const Status ok = Handle(queue_.Pop(), progress); !ok) {
          return ok.error();
        }
      }
      // Only now: at one instant, CPUs that come free and CPUs that are taken cancel out.
      outcome_.peak_cpus = std::max(outcome_.peak_cpus, cpus_);
    }
    outcome_.mean_wait_hours = Mean(waits_);
    outcome_.p95_wait_hours = Percentile95(waits_);
    outcome_.mean_delay_hours = Mean(delays_);
    outcome_.p95_delay_hours = Percentile95(delays_);
    return outcome_;
  }

 private:
  struct Happening {
    enum class Kind { arrival, start, finish } kind;
    size_t job;
    Duration length{};
  };
  using Event = EventQueue<Happening>::Event;

  void PushArrival(size_t job) {
    if (job < scenario_.jobs.size()) {
      queue_.Push(scenario_.jobs[job].arrival, {Happening::Kind::arrival, job});
    }
  }

  Status Handle(const Event& event, const Progress& progress) {
    switch (event.what.kind) {
      case Happening::Kind::arrival:
        return Arrive(event.what.job, progress);
      case Happening::Kind::start:
        Start(event);
        return {};
      case Happening::Kind::finish:
        return Finish(event);
    }
    return {};
  }

  Status Arrive(size_t index, const Progress& progress) {
    if (progress && index % kProgressEvery == 0) {
      progress(static_cast<double>(index) / static_cast<double>(scenario_.jobs.size()));
    }
    const SimJob& job = scenario_.jobs[index];
    const plan::Schedule schedule = policy_.plan({.signal = scenario_.signal,
                                                  .arrival = job.arrival,
                                                  .length = job.length,
                                                  .believed = job.believed,
                                                  .longest_wait = job.longest_wait,
                                                  .end = job.end,
                                                  .slot = scenario_.slot});
    Time free = job.arrival;
    for (const plan::Segment& segment : schedule) {
      if (segment.start < free || segment.length <= Duration::zero()) {
        return Unbalanced(Name(index) + " has overlapping runs or one before its arrival");
      }
      free = segment.end();
      left_[index] += segment.length;
      queue_.Push(segment.start, {Happening::Kind::start, index, segment.length});
    }
    if (left_[index] != job.length) {
      return Unbalanced(Name(index) + " was planned to run " + FormatDuration(left_[index]) +
                        " instead of " + FormatDuration(job.length));
    }
    PushArrival(index + 1);
    return {};
  }

  void Start(const Event& event) {
    const SimJob& job = scenario_.jobs[event.what.job];
    ++outcome_.segments;
    waits_.push_back(Hours(event.time - job.arrival));
    cpus_ += job.cpus;
    queue_.Push(event.time + event.what.length,
                {Happening::Kind::finish, event.what.job, event.what.length});
  }

  Status Finish(const Event& event) {
    const size_t index = event.what.job;
    const SimJob& job = scenario_.jobs[index];
    cpus_ -= job.cpus;
    const auto grams = ledger::Footprint(
        scenario_.signal, {event.time - event.what.length, event.time}, job.cpus * per_cpu_);
    if (!grams) {
      return Unbalanced(Name(index) + " ran while the signal was unknown");
    }
    outcome_.emitted += *grams;
    left_[index] -= event.what.length;
    if (left_[index] == Duration::zero()) {
      ++outcome_.done;
      delays_.push_back(Hours(event.time - job.arrival - job.length));
    }
    return {};
  }

  std::string Name(size_t job) const {
    return "policy " + std::string(policy_.name) + ": job " + std::to_string(job + 1) +
           " by arrival";
  }

  const Scenario& scenario_;
  const plan::Policy& policy_;
  const Watts per_cpu_;
  EventQueue<Happening> queue_;
  std::vector<Duration> left_;  ///< of each job that has arrived: what is still to run
  std::vector<double> waits_;
  std::vector<double> delays_;
  double cpus_ = 0;
  Outcome outcome_;
};

}  // namespace

Result<Outcome> Simulate(const Scenario& scenario, const plan::Policy& policy, Watts per_cpu,
                         const Progress& progress) {
  auto outcome = Replay(scenario, policy, per_cpu).Run(progress);
  if (outcome) {
    if (const Status ok = Audit(scenario, *outcome); !ok) {
      return ok.error();
    }
  }
  return outcome;
}

Status Audit(const Scenario& scenario, const Outcome& outcome) {
  const size_t accounted = outcome.done + scenario.unknown + scenario.rejected;
  if (accounted != scenario.submitted) {
    return Unbalanced("policy " + std::string(outcome.policy) + ": of " +
                      std::to_string(scenario.submitted) + " jobs submitted, " +
                      std::to_string(outcome.done) + " were done, " +
                      std::to_string(scenario.unknown) + " unknown and " +
                      std::to_string(scenario.rejected) + " rejected");
  }
  return {};
}

}  // namespace carbon::sim
