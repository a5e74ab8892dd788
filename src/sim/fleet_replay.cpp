// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_replay.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "plan/planner.h"
#include "sim/event_queue.h"
#include "sim/fleet_books.h"
#include "sim/fleet_cluster.h"
#include "sim/fleet_grid.h"
#include "sim/fleet_moves.h"

namespace carbon::sim {
namespace {

constexpr size_t kProgressEvery = 64;  ///< jobs
/// How much longer than it should a job that was let go and does not run is taken to need room.
constexpr Duration kOverdue = std::chrono::hours(1);
constexpr double kMillicores = 1000;

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
        cluster_(scenario, jobs_, outcome_) {
    if (way == Way::carbon_kube_moves) {
      moves_.emplace(scenario);
    }
    FleetJobs jobs = JobsOf(scenario);
    outcome_.submitted = jobs.submitted;
    outcome_.rejected = jobs.rejected;
    jobs_ = std::move(jobs.jobs);
    states_.resize(jobs_.size());
    outcome_.job_emitted.assign(jobs_.size(), Grams());
    outcome_.zones.resize(scenario.zones.size());
    for (const FleetZone& zone : scenario.zones) {
      snapshot_.rooms.push_back({.region = zone.name,
                                 .cpus = static_cast<double>(RoomOf(zone)) / kMillicores,
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
        LookAtMoves();
        StartQueued();
      }
      cluster_.NotePeaks();
    }
    outcome_.unfinished = queue_.size() + waiting_.size();
    BookWaits(std::move(waits_), outcome_);
    return std::move(outcome_);
  }

  bool IsEmpty() const { return cluster_.IsEmpty(); }
  const std::vector<FleetJob>& jobs() const { return jobs_; }

 private:
  struct Happening {
    enum class Kind { arrival, let_go, finish, move, fault, zone_up, look } kind;
    size_t index;  ///< of a job, a run or a fault
  };
  /// A job that has arrived.
  struct State {
    Time since;     ///< of its arrival, or of the loss of its last run
    Time decided;   ///< when it was decided to let it go
    Time let_go;    ///< when it was
    size_t region;  ///< of the decision; kAnywhere: no preference
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
      case Happening::Kind::move:
        CarryOut(what.index);
        break;
      case Happening::Kind::fault:
        Strike(scenario_.faults[what.index]);
        break;
      case Happening::Kind::zone_up:
        cluster_.BringUp(scenario_.faults[what.index].zone);
        PlacesChanged();
        break;
      case Happening::Kind::look:
        look_due_ = look_due_ || now_ == next_look_;
        break;
    }
  }

  void Strike(const Fault& fault) {
    const auto& running = cluster_.zones()[fault.zone].running;
    std::vector<size_t> runs(running.begin(), running.end());
    // A run that ends now has been done, whatever is handled first.
    std::erase_if(runs, [&](size_t run) { return !cluster_.GoesOn(run, now_); });
    if (fault.kind == Fault::Kind::zone_down) {
      cluster_.TakeDown(fault.zone);
      PlacesChanged();
    } else {
      Draw(runs, static_cast<size_t>(std::lround(fault.share * static_cast<double>(runs.size()))));
    }
    for (const size_t run : runs) {
      cluster_.Lose(run, now_);
      Submit(outcome_.runs[run].job);
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
    for (size_t i = 0; i < scenario_.zones.size(); ++i) {
      const FleetZone& zone = scenario_.zones[i];
      if (cluster_.zones()[i].down == 0 && jobs_[job].millicores <= RoomOf(zone)) {
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
    if (waiting_.empty() && !MayMove()) {
      return;
    }
    snapshot_.now = now_;
    snapshot_.board = grid_.BoardAt(now_);
    next_look_ = FloorTo(now_, scenario_.tick) + scenario_.tick;
    if (const auto news = grid_.NextNews()) {
      next_look_ = std::min(next_look_, *news);
    }
    DecideStarts();
    if (!waiting_.empty() || MayMove()) {
      events_.Push(next_look_, {Happening::Kind::look, 0});
    }
  }

  void DecideStarts() {
    if (waiting_.empty()) {
      return;
    }
    CountRooms();
    const auto decisions = planner_.Decide(snapshot_);
    size_t kept = 0;
    for (size_t i = 0; i < decisions.size(); ++i) {
      if (decisions[i].action == plan::Decision::Action::release) {
        Release(waiting_[i], decisions[i].region);
        continue;
      }
      next_look_ = std::min(next_look_, std::max(decisions[i].start, now_ + Duration(1)));
      snapshot_.jobs[i].told = plan::ToldStart{decisions[i].region, decisions[i].start};
      if (kept != i) {
        waiting_[kept] = waiting_[i];
        snapshot_.jobs[kept] = std::move(snapshot_.jobs[i]);
      }
      ++kept;
    }
    waiting_.resize(kept);
    snapshot_.jobs.resize(kept);
  }

  /// As controller::RoomsOf(): a job that was let go counts where it was let go to.
  void CountRooms() {
    for (size_t i = 0; i < snapshot_.rooms.size(); ++i) {
      auto& taken = snapshot_.rooms[i].taken;
      taken.clear();
      for (const size_t run : cluster_.zones()[i].running) {
        taken.push_back({jobs_[outcome_.runs[run].job].cpus, outcome_.runs[run].end});
      }
    }
    for (const auto& [run, move] : under_way_) {
      const FleetRun& from = outcome_.runs[run];
      const Duration delay = scenario_.migration->downtime + move.recomputed;
      snapshot_.rooms[move.to].taken.push_back({jobs_[from.job].cpus, from.end + delay});
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
    for (size_t i = 0; i < scenario_.zones.size(); ++i) {
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
    if (const size_t region = states_[job].region;
        region != kAnywhere && cluster_.HasRoom(region, job)) {
      return region;
    }
    for (size_t i = 0; i < scenario_.zones.size(); ++i) {
      if (cluster_.HasRoom(i, job)) {
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
    PushFinish(cluster_.Start(job, zone, now_));
  }

  void PushFinish(size_t run) {
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

  void Finish(size_t index) {
    const FleetRun& run = outcome_.runs[index];
    if (!run.lost && !run.moved) {
      const Time started = cluster_.Finish(index);
      waits_.push_back(Hours(started - jobs_[run.job].arrival));
    }
  }

  // ---- Moves

  bool MayMove() const { return moves_ && (!on_way_.empty() || cluster_.IsRunning()); }

  void LookAtMoves() {
    if (!MayMove() || !queue_.empty()) {
      return;
    }
    auto runs = cluster_.MovableRuns(now_);
    std::erase_if(runs, [&](const MovableRun& run) { return under_way_.contains(run.run); });
    for (const FleetMove& move : moves_->Decide(runs, RoomToMoveInto(), *snapshot_.board, now_)) {
      cluster_.Hold(move.to, outcome_.runs[move.run].job);
      under_way_.emplace(move.run, move);
      if (scenario_.latency == Duration::zero()) {
        CarryOut(move.run);
      } else {
        events_.Push(now_ + scenario_.latency, {Happening::Kind::move, move.run});
      }
    }
  }

  /// What nobody has been let go to.
  std::vector<int64_t> RoomToMoveInto() const {
    std::vector<int64_t> room;
    for (const FleetCluster::Zone& zone : cluster_.zones()) {
      room.push_back(zone.down == 0 ? zone.free : 0);
    }
    for (const size_t job : on_way_) {
      if (const size_t region = states_[job].region; region != kAnywhere) {
        room[region] -= jobs_[job].millicores;
      }
    }
    return room;
  }

  void CarryOut(size_t run) {
    const FleetMove move = under_way_.extract(run).mapped();
    cluster_.GiveBack(move.to, outcome_.runs[run].job);
    if (cluster_.GoesOn(run, now_) && cluster_.zones()[move.to].down == 0) {
      PushFinish(cluster_.Move(move, now_));
    }
  }

  const FleetScenario& scenario_;
  const Way way_;
  const Progress& progress_;
  const plan::Planner planner_;
  std::optional<FleetMoves> moves_;  ///< where runs may be moved
  FleetGrid grid_;
  std::mt19937_64 random_;
  std::vector<FleetJob> jobs_;
  std::vector<State> states_;
  FleetOutcome outcome_;
  FleetCluster cluster_;
  EventQueue<Happening> events_;
  Time now_;
  Time next_look_;
  bool look_due_ = false;
  plan::Snapshot snapshot_;                ///< its jobs are those of `waiting_`, in that order
  std::vector<size_t> waiting_;            ///< to be let go
  std::set<size_t> on_way_;                ///< decided to let go, not started
  std::deque<size_t> queue_;               ///< let go, not started
  std::map<size_t, FleetMove> under_way_;  ///< by run: decided, not carried out
  std::vector<double> waits_;              ///< hours, of jobs that are done
};

}  // namespace

std::vector<Way> WaysOf(const FleetScenario& scenario) {
  std::vector<Way> ways(kWays.begin(), kWays.end());
  if (scenario.migration) {
    ways.push_back(Way::carbon_kube_moves);
  }
  return ways;
}

std::string_view ToString(Way way) {
  switch (way) {
    case Way::run_now:
      return "run-now";
    case Way::carbon_kube:
      return "carbon-kube";
    case Way::carbon_kube_moves:
      return "carbon-kube-moves";
  }
  return "";
}

Result<FleetOutcome> ReplayFleet(const FleetScenario& scenario, Way way, const Progress& progress) {
  if (const Status ok = CheckFleet(scenario); !ok) {
    return ok.error();
  }
  if (way == Way::carbon_kube_moves && !scenario.migration) {
    return Invalid("it is not said what moving a job takes");
  }
  Replay replay(scenario, way, progress);
  FleetOutcome outcome = replay.Run();
  if (!replay.IsEmpty()) {
    return Error{Error::Kind::internal, "room was not given back"};
  }
  if (const Status ok = AuditFleet(scenario, replay.jobs(), way, outcome); !ok) {
    return ok.error();
  }
  return outcome;
}

}  // namespace carbon::sim
