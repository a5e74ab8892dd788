// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_replay.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "ledger/footprint.h"
#include "plan/planner.h"
#include "sim/event_queue.h"
#include "sim/fleet_grid.h"

namespace carbon::sim {
namespace {

constexpr size_t kProgressEvery = 64;  ///< jobs
/// How much longer than it should a job that was let go and does not run is taken to need room.
constexpr Duration kOverdue = std::chrono::hours(1);
constexpr double kMillicores = 1000;

/// Nearest rank.
double Percentile95(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto rank = static_cast<ptrdiff_t>((values.size() * 95 + 99) / 100 - 1);
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<size_t>(rank)];
}

/// One replay. Arrivals enter the queue one at a time, so that it stays as small as the number of
/// jobs that run.
class Replay {
 public:
  Replay(const FleetScenario& scenario, Way way, const Progress& progress)
      : scenario_(scenario),
        way_(way),
        progress_(progress),
        planner_(scenario.planner),
        grid_(scenario),
        random_(scenario.seed),
        zones_(scenario.zones.size()) {
    FleetJobs jobs = JobsOf(scenario);
    outcome_.submitted = jobs.submitted;
    outcome_.rejected = jobs.rejected;
    jobs_ = std::move(jobs.jobs);
    states_.resize(jobs_.size());
    outcome_.job_emitted.assign(jobs_.size(), Grams());
    outcome_.zones.resize(zones_.size());
    for (size_t i = 0; i < zones_.size(); ++i) {
      zones_[i].free = RoomOf(scenario.zones[i]);
      snapshot_.rooms.push_back({.region = scenario.zones[i].name,
                                 .cpus = static_cast<double>(zones_[i].free) / kMillicores,
                                 .taken = {}});
    }
  }

  FleetOutcome Run() {
    PushArrival(0);
    PushFaults();
    while (!events_.empty()) {
      now_ = events_.NextTime();
      while (!events_.empty() && events_.NextTime() == now_) {
        Handle(events_.Pop().what);
      }
      StartQueued();
      if (look_due_) {
        Look();
        StartQueued();
      }
      NotePeaks();
    }
    outcome_.unfinished = queue_.size() + waiting_.size();
    outcome_.mean_wait_hours = waits_.empty() ? 0
                                              : std::accumulate(waits_.begin(), waits_.end(), 0.0) /
                                                    static_cast<double>(waits_.size());
    outcome_.p95_wait_hours = Percentile95(std::move(waits_));
    return std::move(outcome_);
  }

  /// That all room came back.
  bool IsEmpty() const {
    for (size_t i = 0; i < zones_.size(); ++i) {
      if (!zones_[i].running.empty() || zones_[i].free != RoomOf(scenario_.zones[i])) {
        return false;
      }
    }
    return true;
  }

 private:
  struct Happening {
    enum class Kind { arrival, let_go, finish, fault, zone_up, look } kind;
    size_t index;  ///< of a job, a run or a fault
  };
  /// A job that has arrived.
  struct State {
    Time since;     ///< of its arrival, or of the loss of its last run
    Time decided;   ///< when it was decided to let it go
    Time let_go;    ///< when it was
    size_t region;  ///< of the decision; kAnywhere: no preference
  };
  struct Zone {
    int64_t free = 0;          ///< thousandths of a CPU
    size_t down = 0;           ///< faults that keep it down
    std::set<size_t> running;  ///< runs
  };
  static constexpr size_t kAnywhere = SIZE_MAX;

  // ---- What happens

  void PushArrival(size_t job) {
    if (job < jobs_.size()) {
      events_.Push(jobs_[job].arrival, {Happening::Kind::arrival, job});
    }
  }

  void PushFaults() {
    for (size_t i = 0; i < scenario_.faults.size(); ++i) {
      const Fault& fault = scenario_.faults[i];
      if (fault.kind == Fault::Kind::eviction || fault.kind == Fault::Kind::zone_down) {
        events_.Push(fault.from, {Happening::Kind::fault, i});
      }
      if (fault.kind == Fault::Kind::zone_down) {
        events_.Push(fault.to, {Happening::Kind::zone_up, i});
      }
    }
  }

  void Handle(const Happening& what) {
    switch (what.kind) {
      case Happening::Kind::arrival:
        if (progress_ && what.index % kProgressEvery == 0) {
          progress_(static_cast<double>(what.index) / static_cast<double>(jobs_.size()));
        }
        PushArrival(what.index + 1);
        Submit(what.index);
        break;
      case Happening::Kind::let_go:
        LetGo(what.index);
        break;
      case Happening::Kind::finish:
        Finish(what.index);
        break;
      case Happening::Kind::fault:
        Strike(scenario_.faults[what.index]);
        break;
      case Happening::Kind::zone_up:
        --zones_[scenario_.faults[what.index].zone].down;
        PlacesChanged();
        break;
      case Happening::Kind::look:
        look_due_ = look_due_ || now_ == next_look_;
        break;
    }
  }

  void Strike(const Fault& fault) {
    Zone& zone = zones_[fault.zone];
    std::vector<size_t> runs(zone.running.begin(), zone.running.end());
    // A run that ends now has been done, whatever is handled first.
    std::erase_if(runs, [&](size_t run) { return outcome_.runs[run].end <= now_; });
    if (fault.kind == Fault::Kind::zone_down) {
      ++zone.down;
      PlacesChanged();
    } else {
      Draw(runs, static_cast<size_t>(std::lround(fault.share * static_cast<double>(runs.size()))));
    }
    for (const size_t run : runs) {
      Lose(run);
    }
  }

  /// Leaves as many by chance, in the order in which they are drawn.
  void Draw(std::vector<size_t>& runs, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      // The library's shuffle is not the same everywhere.
      std::swap(runs[i], runs[i + random_() % (runs.size() - i)]);
    }
    runs.resize(count);
  }

  // ---- From arrival to start

  void Submit(size_t job) {
    states_[job] = {.since = now_, .decided = now_, .let_go = now_, .region = kAnywhere};
    if (way_ == Way::run_now) {
      queue_.push_back(job);
      return;
    }
    waiting_.push_back(job);
    snapshot_.jobs.push_back({.id = std::to_string(job),
                              .places = PlacesOf(job),
                              .length = plan::AtItsWord(jobs_[job].length),
                              .latest_start = jobs_[job].latest_start,
                              .deadline = jobs_[job].latest_start + jobs_[job].length,
                              .cpus = jobs_[job].cpus,
                              .owner = {},
                              .since = now_});
    look_due_ = true;
  }

  std::vector<plan::Place> PlacesOf(size_t job) const {
    std::vector<plan::Place> places;
    for (size_t i = 0; i < zones_.size(); ++i) {
      const FleetZone& zone = scenario_.zones[i];
      if (zones_[i].down == 0 && jobs_[job].millicores <= RoomOf(zone)) {
        places.push_back(
            {.region = zone.name, .zone = {zone.name}, .power = zone.per_cpu * jobs_[job].cpus});
      }
    }
    return places;
  }

  void PlacesChanged() {
    for (size_t i = 0; i < waiting_.size(); ++i) {
      snapshot_.jobs[i].places = PlacesOf(waiting_[i]);
    }
    look_due_ = true;
  }

  /// Decides on all jobs that wait, and lets go those that are due.
  void Look() {
    look_due_ = false;
    if (waiting_.empty()) {
      return;
    }
    snapshot_.now = now_;
    snapshot_.board = grid_.BoardAt(now_);
    CountRooms();
    const auto decisions = planner_.Decide(snapshot_);
    next_look_ = FloorTo(now_, scenario_.tick) + scenario_.tick;
    if (const auto news = grid_.NextNews()) {
      next_look_ = std::min(next_look_, *news);
    }
    size_t kept = 0;
    for (size_t i = 0; i < decisions.size(); ++i) {
      if (decisions[i].action == plan::Decision::Action::release) {
        Release(waiting_[i], decisions[i].region);
        continue;
      }
      next_look_ = std::min(next_look_, std::max(decisions[i].start, now_ + Duration(1)));
      if (kept != i) {
        waiting_[kept] = waiting_[i];
        snapshot_.jobs[kept] = std::move(snapshot_.jobs[i]);
      }
      ++kept;
    }
    waiting_.resize(kept);
    snapshot_.jobs.resize(kept);
    if (kept > 0) {
      events_.Push(next_look_, {Happening::Kind::look, 0});
    }
  }

  /// As controller::RoomsOf(): a job that was let go counts where it was let go to.
  void CountRooms() {
    for (size_t i = 0; i < zones_.size(); ++i) {
      auto& taken = snapshot_.rooms[i].taken;
      taken.clear();
      for (const size_t run : zones_[i].running) {
        taken.push_back({jobs_[outcome_.runs[run].job].cpus, outcome_.runs[run].end});
      }
    }
    for (const size_t job : on_way_) {
      if (const State& state = states_[job]; state.region != kAnywhere) {
        const Time end = state.decided + jobs_[job].length;
        snapshot_.rooms[state.region].taken.push_back(
            {jobs_[job].cpus, end > now_ ? end : now_ + kOverdue});
      }
    }
  }

  void Release(size_t job, const std::string& region) {
    State& state = states_[job];
    state.decided = now_;
    for (size_t i = 0; i < zones_.size(); ++i) {
      if (scenario_.zones[i].name == region) {
        state.region = i;
      }
    }
    on_way_.insert(job);
    if (scenario_.latency == Duration::zero()) {
      LetGo(job);
    } else {
      events_.Push(now_ + scenario_.latency, {Happening::Kind::let_go, job});
    }
  }

  void LetGo(size_t job) {
    states_[job].let_go = now_;
    queue_.push_back(job);
  }

  /// Where a job may start now.
  std::optional<size_t> RoomFor(size_t job) const {
    const auto has_room = [&](size_t zone) {
      return zones_[zone].down == 0 && jobs_[job].millicores <= zones_[zone].free;
    };
    if (const size_t region = states_[job].region; region != kAnywhere && has_room(region)) {
      return region;
    }
    for (size_t i = 0; i < zones_.size(); ++i) {
      if (has_room(i)) {
        return i;
      }
    }
    return std::nullopt;
  }

  void StartQueued() {
    while (!queue_.empty()) {
      const auto zone = RoomFor(queue_.front());
      if (!zone) {
        return;
      }
      Start(queue_.front(), *zone);
      queue_.pop_front();
    }
  }

  // ---- From start to end

  void Start(size_t job, size_t zone) {
    on_way_.erase(job);
    CountIfLate(job);
    const size_t run = outcome_.runs.size();
    outcome_.runs.push_back({.job = job,
                             .zone = zone,
                             .start = now_,
                             .end = now_ + jobs_[job].length,
                             .lost = false,
                             .emitted = {}});
    zones_[zone].free -= jobs_[job].millicores;
    zones_[zone].running.insert(run);
    events_.Push(outcome_.runs[run].end, {Happening::Kind::finish, run});
  }

  void CountIfLate(size_t job) {
    const State& state = states_[job];
    const Time latest = jobs_[job].latest_start;
    if (now_ <= latest) {
      return;
    }
    if (state.let_go <= latest) {
      ++outcome_.queued_late;
    } else if (state.since > jobs_[job].arrival && state.since + scenario_.latency > latest) {
      ++outcome_.lost_late;
    } else {
      ++outcome_.held_late;
    }
  }

  /// Gives the room back and writes the run into the books.
  void End(size_t index) {
    FleetRun& run = outcome_.runs[index];
    const FleetZone& zone = scenario_.zones[run.zone];
    const FleetJob& job = jobs_[run.job];
    zones_[run.zone].free += job.millicores;
    zones_[run.zone].running.erase(index);
    ZoneUse& use = outcome_.zones[run.zone];
    use.cpu_hours += job.cpus * Hours(run.end - run.start);
    run.emitted = ledger::Footprint(zone.signal, {run.start, run.end}, zone.per_cpu * job.cpus);
    auto& of_job = outcome_.job_emitted[run.job];
    if (!run.emitted) {
      ++outcome_.unknown_runs;
      of_job.reset();
      return;
    }
    use.emitted += *run.emitted;
    outcome_.emitted += *run.emitted;
    outcome_.lost_emitted += run.lost ? *run.emitted : Grams();
    of_job = of_job ? std::optional(*of_job + *run.emitted) : std::nullopt;
  }

  void Finish(size_t index) {
    const FleetRun& run = outcome_.runs[index];
    if (run.lost) {
      return;
    }
    End(index);
    ++outcome_.done;
    waits_.push_back(Hours(run.start - jobs_[run.job].arrival));
  }

  void Lose(size_t index) {
    FleetRun& run = outcome_.runs[index];
    run.lost = true;
    run.end = now_;
    ++outcome_.lost_runs;
    End(index);
    Submit(run.job);
  }

  /// Only when all of an instant is done: CPUs that come free and that are taken cancel out.
  void NotePeaks() {
    for (size_t i = 0; i < zones_.size(); ++i) {
      const auto used = static_cast<double>(RoomOf(scenario_.zones[i]) - zones_[i].free);
      outcome_.zones[i].peak_cpus = std::max(outcome_.zones[i].peak_cpus, used / kMillicores);
    }
  }

  const FleetScenario& scenario_;
  const Way way_;
  const Progress& progress_;
  const plan::Planner planner_;
  FleetGrid grid_;
  std::mt19937_64 random_;
  std::vector<FleetJob> jobs_;
  std::vector<State> states_;
  std::vector<Zone> zones_;
  EventQueue<Happening> events_;
  Time now_;
  Time next_look_;
  bool look_due_ = false;
  plan::Snapshot snapshot_;      ///< its jobs are those of `waiting_`, in that order
  std::vector<size_t> waiting_;  ///< to be let go
  std::set<size_t> on_way_;      ///< decided to let go, not started
  std::deque<size_t> queue_;     ///< let go, not started
  std::vector<double> waits_;    ///< hours, of jobs that are done
  FleetOutcome outcome_;
};

Status Audit(const FleetScenario& scenario, const FleetOutcome& outcome, Way way) {
  const auto unbalanced = [&](const std::string& what) {
    return Error{Error::Kind::internal, std::string(ToString(way)) + ": " + what};
  };
  if (outcome.submitted != outcome.done + outcome.rejected + outcome.unfinished) {
    return unbalanced("of " + std::to_string(outcome.submitted) + " jobs submitted, " +
                      std::to_string(outcome.done) + " were done, " +
                      std::to_string(outcome.rejected) + " rejected and " +
                      std::to_string(outcome.unfinished) + " unfinished");
  }
  if (outcome.runs.size() != outcome.done + outcome.lost_runs) {
    return unbalanced("runs were neither done nor lost");
  }
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    if (outcome.zones[i].peak_cpus > scenario.zones[i].cpus * (1 + 1e-9)) {
      return unbalanced("zone " + scenario.zones[i].name + " ran more than it has room for");
    }
  }
  return {};
}

}  // namespace

std::string_view ToString(Way way) { return way == Way::run_now ? "run-now" : "carbon-kube"; }

Result<FleetOutcome> ReplayFleet(const FleetScenario& scenario, Way way, const Progress& progress) {
  if (const Status ok = CheckFleet(scenario); !ok) {
    return ok.error();
  }
  Replay replay(scenario, way, progress);
  FleetOutcome outcome = replay.Run();
  if (!replay.IsEmpty()) {
    return Error{Error::Kind::internal, "room was not given back"};
  }
  if (const Status ok = Audit(scenario, outcome, way); !ok) {
    return ok.error();
  }
  return outcome;
}

}  // namespace carbon::sim
