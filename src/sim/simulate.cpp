// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "ledger/footprint.h"
#include "plan/run_lengths.h"
#include "sim/event_queue.h"
#include "sim/seen_range.h"

namespace carbon::sim {
namespace {

constexpr size_t kProgressEvery = 4096;  ///< jobs
constexpr Duration kSeenBefore = std::chrono::days(14);

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
      : scenario_(scenario),
        policy_(policy),
        per_cpu_(per_cpu),
        jobs_(scenario.jobs.size()),
        short_(scenario.short_mean),
        long_(scenario.long_mean) {
    if (policy.sight == plan::Sight::present) {
      seen_.emplace(scenario.signal, kSeenBefore);
    }
    outcome_.policy = policy.name;
    waits_.reserve(jobs_.size());
    delays_.reserve(jobs_.size());
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
    enum class Kind { arrival, plan, start, finish } kind;
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
      case Happening::Kind::plan:
        return Plan(event.what.job, event.time);
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
    jobs_[index].unplanned = jobs_[index].left = scenario_.jobs[index].length;
    PushArrival(index + 1);
    return Plan(index, scenario_.jobs[index].arrival);
  }

  /// Plans what is not planned yet of a job, and begins what of it is to be carried out.
  Status Plan(size_t index, Time now) {
    const bool again = policy_.sight == plan::Sight::every_step;
    const grid::Series& seen =
        plan::PlansByForecast(policy_.sight) ? scenario_.foresight->At(now) : scenario_.signal;
    // Never at `now` itself: that step has begun.
    const Time until = again ? scenario_.signal.StepAfter(now) : Time::max();
    plan::PolicyInput input = InputOf(index, now, seen);
    plan::RunLengths::Left left;
    if (policy_.knows == plan::KnownLength::learnt) {
      const SimJob& job = scenario_.jobs[index];
      left = LengthsOf(job).ExpectedLeft(job.length - jobs_[index].unplanned);
      input.length = left.mean;
      input.lengths = left.quantiles;
    }
    const plan::Schedule schedule = policy_.plan(input);
    if (const Status ok = Check(index, input, schedule); !ok) {
      return ok;
    }
    for (const plan::Segment& segment : schedule) {
      if (segment.start < until) {
        Begin(index, segment.start, std::min(segment.end(), until) - segment.start);
      }
    }
    if (jobs_[index].unplanned > Duration::zero()) {
      // A job that takes longer than was believed goes on at once.
      queue_.Push(std::min(until, schedule.back().end()), {Happening::Kind::plan, index});
    }
    return {};
  }

  Status Check(size_t index, const plan::PolicyInput& input, const plan::Schedule& schedule) const {
    Time free = input.arrival;
    Duration total{};
    for (const plan::Segment& segment : schedule) {
      if (segment.start < free || segment.length <= Duration::zero()) {
        return Unbalanced(Name(index) + " has overlapping runs or one before its arrival");
      }
      free = segment.end();
      total += segment.length;
    }
    if (total != input.length) {
      return Unbalanced(Name(index) + " was planned to run " + FormatDuration(total) +
                        " instead of " + FormatDuration(input.length));
    }
    return {};
  }

  plan::PolicyInput InputOf(size_t index, Time now, const grid::Series& seen) const {
    const SimJob& job = scenario_.jobs[index];
    const Duration ran = job.length - jobs_[index].unplanned;
    return {.signal = seen,
            .arrival = now,
            .length = jobs_[index].unplanned,
            .believed = std::max(job.believed - ran, Duration(1)),
            .longest_wait = job.longest_wait - (now - job.arrival - ran),
            .end = job.end,
            .slot = scenario_.slot,
            .seen = seen_ ? seen_->Before(now) : std::nullopt};
  }

  plan::RunLengths& LengthsOf(const SimJob& job) { return job.is_short ? short_ : long_; }

  /// A job may end sooner than it was planned to.
  void Begin(size_t index, Time start, Duration planned) {
    const Duration length = std::min(planned, jobs_[index].unplanned);
    if (length == Duration::zero()) {
      return;
    }
    jobs_[index].unplanned -= length;
    queue_.Push(start, {Happening::Kind::start, index, length});
  }

  void Start(const Event& event) {
    const SimJob& job = scenario_.jobs[event.what.job];
    Progressing& progressing = jobs_[event.what.job];
    // A run that goes on where the last plan ended has not been paused.
    if (progressing.ran_until != event.time) {
      ++outcome_.segments;
      waits_.push_back(Hours(event.time - job.arrival));
    }
    progressing.ran_until = event.time + event.what.length;
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
    jobs_[index].left -= event.what.length;
    if (jobs_[index].left == Duration::zero()) {
      ++outcome_.done;
      LengthsOf(job).Learn(job.length);
      const Duration delay = event.time - job.arrival - job.length;
      outcome_.late += delay > job.longest_wait ? 1 : 0;
      delays_.push_back(Hours(delay));
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
  /// A job that has arrived.
  struct Progressing {
    Duration unplanned{};  ///< what is neither done nor in the queue
    Duration left{};       ///< what is still to run
    Time ran_until = Time::min();
  };
  std::vector<Progressing> jobs_;
  plan::RunLengths short_;
  plan::RunLengths long_;
  std::optional<SeenRange> seen_;
  std::vector<double> waits_;
  std::vector<double> delays_;
  double cpus_ = 0;
  Outcome outcome_;
};

}  // namespace

Result<Outcome> Simulate(const Scenario& scenario, const plan::Policy& policy, Watts per_cpu,
                         const Progress& progress) {
  if (plan::PlansByForecast(policy.sight) && scenario.foresight == nullptr) {
    return Unbalanced("policy " + std::string(policy.name) + " plans by what is expected");
  }
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
