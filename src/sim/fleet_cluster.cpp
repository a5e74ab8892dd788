// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_cluster.h"

#include <algorithm>

#include "sim/fleet_books.h"

namespace carbon::sim {
namespace {

constexpr double kMillicores = 1000;

std::optional<Grams> Sum(std::optional<Grams> a, std::optional<Grams> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

}  // namespace

FleetCluster::FleetCluster(const FleetScenario& scenario, const std::vector<FleetJob>& jobs,
                           FleetOutcome& outcome)
    : scenario_(scenario), jobs_(jobs), outcome_(outcome) {
  for (const FleetZone& zone : scenario.zones) {
    zones_.push_back({.free = RoomOf(zone)});
  }
}

bool FleetCluster::IsRunning() const {
  return std::any_of(zones_.begin(), zones_.end(),
                     [](const Zone& zone) { return !zone.running.empty(); });
}

bool FleetCluster::IsEmpty() const {
  for (size_t i = 0; i < zones_.size(); ++i) {
    if (!zones_[i].running.empty() || zones_[i].free != RoomOf(scenario_.zones[i])) {
      return false;
    }
  }
  return true;
}

size_t FleetCluster::Start(size_t job, size_t zone, Time now) {
  return Place({.job = job, .zone = zone, .start = now, .end = now + jobs_[job].length});
}

size_t FleetCluster::Place(const FleetRun& run) {
  const size_t index = outcome_.runs.size();
  outcome_.runs.push_back(run);
  Hold(run.zone, run.job);
  zones_[run.zone].running.insert(index);
  return index;
}

size_t FleetCluster::Move(const FleetMove& move, Time now) {
  FleetRun& from = outcome_.runs[move.run];
  const MoveOverhead overhead = OverheadOf(scenario_, jobs_[from.job], from.zone, move.to, now);
  const Duration downtime = scenario_.migration->downtime;
  const FleetRun next{.job = from.job,
                      .zone = move.to,
                      .start = now,
                      .end = from.end + downtime + move.recomputed,
                      .downtime = downtime,
                      .recomputed = move.recomputed,
                      .overhead = overhead.reached};
  ++outcome_.moves;
  outcome_.move_expected += move.expected;
  from.end = now;
  from.moved = true;
  from.overhead = Sum(from.overhead, overhead.left);
  earlier_[from.job].push_back(move.run);
  End(move.run);
  return Place(next);
}

Time FleetCluster::Finish(size_t index) {
  End(index);
  ++outcome_.done;
  const FleetRun& run = outcome_.runs[index];
  const auto earlier = earlier_.find(run.job);
  if (earlier == earlier_.end()) {
    return run.start;
  }
  const Time started = outcome_.runs[earlier->second.front()].start;
  earlier_.erase(earlier);
  return started;
}

void FleetCluster::Lose(size_t index, Time now) {
  FleetRun& run = outcome_.runs[index];
  run.end = now;
  ++outcome_.lost_runs;
  End(index);
  MarkLost(index);
  if (const auto earlier = earlier_.find(run.job); earlier != earlier_.end()) {
    for (const size_t before : earlier->second) {
      MarkLost(before);
    }
    earlier_.erase(earlier);
  }
}

void FleetCluster::MarkLost(size_t index) {
  FleetRun& run = outcome_.runs[index];
  run.lost = true;
  outcome_.lost_emitted += run.emitted.value_or(Grams());
}

bool FleetCluster::GoesOn(size_t index, Time now) const {
  const FleetRun& run = outcome_.runs[index];
  return !run.lost && !run.moved && run.end > now;
}

void FleetCluster::End(size_t index) {
  FleetRun& run = outcome_.runs[index];
  GiveBack(run.zone, run.job);
  zones_[run.zone].running.erase(index);
  BookRun(scenario_, jobs_[run.job], run, outcome_);
}

std::vector<MovableRun> FleetCluster::MovableRuns(Time now) const {
  std::vector<MovableRun> runs;
  for (const Zone& zone : zones_) {
    for (const size_t index : zone.running) {
      const FleetRun& run = outcome_.runs[index];
      const Time works = run.start + run.downtime;
      if (works > now || run.end <= now) {
        continue;
      }
      const FleetJob& job = jobs_[run.job];
      const Duration left = run.end - now;
      MovableRun movable{.run = index,
                         .zone = run.zone,
                         .job = &job,
                         .since = works,
                         .came_from = {},
                         .left = left,
                         .done = std::max(job.length - left, Duration::zero())};
      if (const auto earlier = earlier_.find(run.job); earlier != earlier_.end()) {
        movable.came_from = outcome_.runs[earlier->second.back()].zone;
      }
      runs.push_back(movable);
    }
  }
  return runs;
}

void FleetCluster::NotePeaks() {
  for (size_t i = 0; i < zones_.size(); ++i) {
    const auto used = static_cast<double>(RoomOf(scenario_.zones[i]) - zones_[i].free);
    outcome_.zones[i].peak_cpus = std::max(outcome_.zones[i].peak_cpus, used / kMillicores);
  }
}

}  // namespace carbon::sim
