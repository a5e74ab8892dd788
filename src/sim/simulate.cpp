// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include <algorithm>
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

/// Durations of which the mean and a percentile are asked for: 4 bytes for each that is less than
/// seven weeks, and nothing rounded.
class Durations {
 public:
  void Add(Duration value) {
    sum_hours_ += Hours(value);
    ++count_;
    if (value.count() <= UINT32_MAX) {
      most_.push_back(static_cast<uint32_t>(value.count()));
    } else {
      longest_.push_back(value);
    }
  }

  /// Of none, 0.
  double MeanHours() const { return count_ == 0 ? 0 : sum_hours_ / static_cast<double>(count_); }

  /// Nearest rank; of none, 0.
  double Percentile95Hours() {
    if (count_ == 0) {
      return 0;
    }
    const size_t rank = (count_ * 95 + 99) / 100 - 1;
    return rank < most_.size() ? Hours(Duration(Nth(most_, rank)))
                               : Hours(Nth(longest_, rank - most_.size()));
  }

 private:
  template <typename T>
  static T Nth(std::vector<T>& values, size_t rank) {
    const auto nth = values.begin() + static_cast<ptrdiff_t>(rank);
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
  }

  double sum_hours_ = 0;
  size_t count_ = 0;
  std::vector<uint32_t> most_;     ///< milliseconds
  std::vector<Duration> longest_;  ///< the others
};

/// What has been learnt of the lengths of a class.
struct ClassLengths {
  plan::RunLengths all;
  plan::TemplateLengths of_templates;
};

/// One replay. Arrivals enter the queue one at a time, so that it stays as small as the number of
/// jobs that wait or run.
class Replay {
 public:
  Replay(const Scenario& scenario, const plan::Policy& policy, Watts per_cpu, const OnDone& on_done)
      : scenario_(scenario),
        policy_(policy),
        per_cpu_(per_cpu),
        on_done_(on_done),
        short_{plan::RunLengths(scenario.short_mean), {}},
        long_{plan::RunLengths(scenario.long_mean), {}} {
    if (policy.sight == plan::Sight::present) {
      seen_.emplace(scenario.signal, kSeenBefore);
    }
    outcome_.policy = policy.name;
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
    outcome_.mean_wait_hours = waits_.MeanHours();
    outcome_.p95_wait_hours = waits_.Percentile95Hours();
    outcome_.mean_delay_hours = delays_.MeanHours();
    outcome_.p95_delay_hours = delays_.Percentile95Hours();
    return outcome_;
  }

 private:
  struct Happening {
    enum class Kind { arrival, plan, start, finish } kind;
    size_t job;  ///< of the scenario's where it arrives, then of `jobs_`
    Duration length{};
  };
  using Event = EventQueue<Happening>::Event;

  /// A job that has arrived and is not done; its place serves another one afterwards.
  struct Progressing {
    size_t index = 0;      ///< of the scenario's jobs
    Duration unplanned{};  ///< what is neither done nor in the queue
    Duration left{};       ///< what is still to run
    Time ran_until = Time::min();
    Time started;  ///< its first run
    size_t segments = 0;
    Grams emitted;
  };

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
    const SimJob& job = scenario_.jobs[index];
    if (free_.empty()) {
      free_.push_back(jobs_.size());
      jobs_.emplace_back();
    }
    const size_t place = free_.back();
    free_.pop_back();
    jobs_[place] = {.index = index, .unplanned = job.length, .left = job.length};
    if (Learns()) {
      LengthsOf(job).all.Watch(Duration::zero());
    }
    PushArrival(index + 1);
    return Plan(place, job.arrival);
  }

  /// Plans what is not planned yet of a job, and begins what of it is to be carried out.
  Status Plan(size_t place, Time now) {
    const bool again = policy_.sight == plan::Sight::every_step;
    const grid::Series& seen =
        plan::PlansByForecast(policy_.sight) ? scenario_.foresight->At(now) : scenario_.signal;
    // Never at `now` itself: that step has begun.
    const Time until = again ? scenario_.signal.StepAfter(now) : Time::max();
    plan::PolicyInput input = InputOf(place, now, seen);
    plan::RunLengths::Left left;
    if (Learns()) {
      const SimJob& job = JobAt(place);
      const ClassLengths& learnt = LengthsOf(job);
      left = learnt.all.ExpectedLeft(job.length - jobs_[place].unplanned,
                                     learnt.of_templates.Of(job.template_id));
      input.length = left.mean;
      input.lengths = left.quantiles;
    }
    const plan::Schedule schedule = policy_.plan(input);
    if (const Status ok = Check(place, input, schedule); !ok) {
      return ok;
    }
    for (const plan::Segment& segment : schedule) {
      if (segment.start < until) {
        Begin(place, segment.start, std::min(segment.end(), until) - segment.start);
      }
    }
    if (jobs_[place].unplanned > Duration::zero()) {
      // A job that takes longer than was believed goes on at once.
      queue_.Push(std::min(until, schedule.back().end()), {Happening::Kind::plan, place});
    }
    return {};
  }

  Status Check(size_t place, const plan::PolicyInput& input, const plan::Schedule& schedule) const {
    Time free = input.arrival;
    Duration total{};
    for (const plan::Segment& segment : schedule) {
      if (segment.start < free || segment.length <= Duration::zero()) {
        return Unbalanced(Name(place) + " has overlapping runs or one before its arrival");
      }
      free = segment.end();
      total += segment.length;
    }
    if (total != input.length) {
      return Unbalanced(Name(place) + " was planned to run " + FormatDuration(total) +
                        " instead of " + FormatDuration(input.length));
    }
    return {};
  }

  plan::PolicyInput InputOf(size_t place, Time now, const grid::Series& seen) const {
    const SimJob& job = JobAt(place);
    const Duration ran = job.length - jobs_[place].unplanned;
    return {.signal = seen,
            .arrival = now,
            .length = jobs_[place].unplanned,
            .believed = std::max(job.believed - ran, Duration(1)),
            .longest_wait = job.longest_wait - (now - job.arrival - ran),
            .end = job.end,
            .slot = scenario_.slot,
            .seen = seen_ ? seen_->Before(now) : std::nullopt};
  }

  ClassLengths& LengthsOf(const SimJob& job) { return job.is_short ? short_ : long_; }

  bool Learns() const { return policy_.knows == plan::KnownLength::learnt; }

  /// A job has run, from `before` of its length to `ran`.
  void Learn(const SimJob& job, Duration before, Duration ran) {
    ClassLengths& lengths = LengthsOf(job);
    lengths.all.Unwatch(before);
    if (ran < job.length) {
      lengths.all.Watch(ran);
      return;
    }
    lengths.all.Learn(job.length);
    if (job.template_id != kNoTemplate) {
      lengths.of_templates.Learn(job.template_id, job.length);
    }
  }

  /// A job may end sooner than it was planned to.
  void Begin(size_t place, Time start, Duration planned) {
    const Duration length = std::min(planned, jobs_[place].unplanned);
    if (length == Duration::zero()) {
      return;
    }
    jobs_[place].unplanned -= length;
    queue_.Push(start, {Happening::Kind::start, place, length});
  }

  void Start(const Event& event) {
    const SimJob& job = JobAt(event.what.job);
    Progressing& progressing = jobs_[event.what.job];
    // A run that goes on where the last plan ended has not been paused.
    if (progressing.ran_until != event.time) {
      ++outcome_.segments;
      progressing.started = progressing.segments++ == 0 ? event.time : progressing.started;
      waits_.Add(event.time - job.arrival);
    }
    progressing.ran_until = event.time + event.what.length;
    cpus_ += job.cpus;
    queue_.Push(event.time + event.what.length,
                {Happening::Kind::finish, event.what.job, event.what.length});
  }

  Status Finish(const Event& event) {
    const size_t place = event.what.job;
    const SimJob& job = JobAt(place);
    cpus_ -= job.cpus;
    const auto grams = ledger::Footprint(
        scenario_.signal, {event.time - event.what.length, event.time}, job.cpus * per_cpu_);
    if (!grams) {
      return Unbalanced(Name(place) + " ran while the signal was unknown");
    }
    outcome_.emitted += *grams;
    jobs_[place].emitted += *grams;
    const Duration before = job.length - jobs_[place].left;
    jobs_[place].left -= event.what.length;
    if (Learns()) {
      Learn(job, before, before + event.what.length);
    }
    if (jobs_[place].left == Duration::zero()) {
      ++outcome_.done;
      Tell(jobs_[place], event.time);
      free_.push_back(place);
      const Duration delay = event.time - job.arrival - job.length;
      outcome_.late += delay > job.longest_wait ? 1 : 0;
      delays_.Add(delay);
    }
    return {};
  }

  void Tell(const Progressing& done, Time end) const {
    if (!on_done_) {
      return;
    }
    const SimJob& job = scenario_.jobs[done.index];
    const auto run_now =
        ledger::RunNowFootprint(scenario_.signal, job.arrival, job.length, job.cpus * per_cpu_);
    on_done_({.job = job,
              .start = done.started,
              .end = end,
              .segments = done.segments,
              .emitted = done.emitted,
              .run_now = run_now.value_or(Grams())});
  }

  const SimJob& JobAt(size_t place) const { return scenario_.jobs[jobs_[place].index]; }

  std::string Name(size_t place) const {
    return "policy " + std::string(policy_.name) + ": job " +
           std::to_string(jobs_[place].index + 1) + " by arrival";
  }

  const Scenario& scenario_;
  const plan::Policy& policy_;
  const Watts per_cpu_;
  const OnDone& on_done_;
  EventQueue<Happening> queue_;
  std::vector<Progressing> jobs_;
  std::vector<size_t> free_;  ///< places in `jobs_`
  ClassLengths short_;
  ClassLengths long_;
  std::optional<SeenRange> seen_;
  Durations waits_;
  Durations delays_;
  double cpus_ = 0;
  Outcome outcome_;
};

}  // namespace

Result<Outcome> Simulate(const Scenario& scenario, const plan::Policy& policy, Watts per_cpu,
                         const Progress& progress, const OnDone& on_done) {
  if (plan::PlansByForecast(policy.sight) && scenario.foresight == nullptr) {
    return Unbalanced("policy " + std::string(policy.name) + " plans by what is expected");
  }
  auto outcome = Replay(scenario, policy, per_cpu, on_done).Run(progress);
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
