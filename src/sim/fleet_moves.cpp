// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_moves.h"

#include <algorithm>
#include <string>

namespace carbon::sim {
namespace {

/// A rest that is known.
plan::RunLengths::Left Certainly(Duration left) {
  plan::RunLengths::Left all{.mean = left, .quantiles = {}};
  all.quantiles.fill(left);
  return all;
}

/// Those that move, by what they save.
std::vector<size_t> BySaving(const std::vector<plan::MoveDecision>& decisions) {
  std::vector<size_t> order;
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].Moves()) {
      order.push_back(i);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return decisions[a].figures->Net() > decisions[b].figures->Net();
  });
  return order;
}

Duration Recomputed(const FleetMigration& migration, const MovableRun& run) {
  return std::min(migration.recomputed, run.done);
}

std::optional<Grams> SpentAt(const grid::Series& signal, Time time, KilowattHours energy) {
  if (energy == KilowattHours(0)) {
    return Grams(0);
  }
  const auto intensity = signal.At(time);
  return intensity ? std::optional(energy * *intensity) : std::nullopt;
}

}  // namespace

FleetMoves::FleetMoves(const FleetScenario& scenario)
    : scenario_(scenario), budget_(scenario.migration->moves_per_hour) {}

std::vector<FleetMove> FleetMoves::Decide(std::span<const MovableRun> runs,
                                          std::vector<int64_t> room, const grid::Board& board,
                                          Time now) {
  std::vector<MovableRun> asked(runs.begin(), runs.end());
  std::vector<FleetMove> moves;
  for (bool crowded = true; crowded;) {
    std::vector<plan::RunningJob> jobs;
    jobs.reserve(asked.size());
    for (const MovableRun& run : asked) {
      jobs.push_back(JobOf(run, room, board));
    }
    // What is spent is what is carried out, so the decisions are made on a copy.
    plan::MoveBudget trial = budget_;
    const auto decisions = plan::DecideMoves(jobs, now, scenario_.migration->rules, trial);
    crowded = false;
    std::vector<MovableRun> again;
    for (const size_t i : BySaving(decisions)) {
      const MovableRun& run = asked[i];
      const size_t to = ZoneNamed(decisions[i].figures->region);
      if (run.job->millicores > room[to]) {
        crowded = true;
        again.push_back(run);
        continue;
      }
      room[to] -= run.job->millicores;
      budget_.Spend(now);
      moves.push_back({.run = run.run,
                       .to = to,
                       .recomputed = Recomputed(*scenario_.migration, run),
                       .expected = decisions[i].figures->Net()});
    }
    for (size_t i = 0; crowded && i < asked.size(); ++i) {
      if (decisions[i].cause == plan::MoveCause::budget_spent) {
        again.push_back(asked[i]);
      }
    }
    asked = std::move(again);
  }
  return moves;
}

plan::RunningJob FleetMoves::JobOf(const MovableRun& run, const std::vector<int64_t>& room,
                                   const grid::Board& board) const {
  const FleetMigration& migration = *scenario_.migration;
  const double cpus = run.job->cpus;
  plan::RunningJob job{.id = std::to_string(run.run),
                       .here = At(run.zone, run, board),
                       .here_since = run.since,
                       .came_from = {},
                       .left = Certainly(run.left),
                       .deadline = run.job->latest_start + run.job->length,
                       .targets = {}};
  if (run.came_from) {
    job.came_from = scenario_.zones[*run.came_from].name;
  }
  const plan::MoveCost cost{.downtime = migration.downtime,
                            .recomputed = Recomputed(migration, run),
                            .checkpoint = cpus * migration.checkpoint_per_cpu,
                            .transfer = cpus * migration.transfer_per_cpu};
  for (size_t zone = 0; zone < room.size(); ++zone) {
    if (zone != run.zone && run.job->millicores <= room[zone]) {
      job.targets.push_back({.to = At(zone, run, board), .cost = cost});
    }
  }
  return job;
}

plan::PlaceOutlook FleetMoves::At(size_t zone, const MovableRun& run,
                                  const grid::Board& board) const {
  const FleetZone& at = scenario_.zones[zone];
  return {.place = {.region = at.name, .zone = {at.name}, .power = run.job->cpus * at.per_cpu},
          .outlook = board.Find({at.name})};
}

size_t FleetMoves::ZoneNamed(const std::string& name) const {
  const auto found = std::find_if(scenario_.zones.begin(), scenario_.zones.end(),
                                  [&](const FleetZone& zone) { return zone.name == name; });
  return static_cast<size_t>(found - scenario_.zones.begin());
}

MoveOverhead OverheadOf(const FleetScenario& scenario, const FleetJob& job, size_t from, size_t to,
                        Time now) {
  const FleetMigration& migration = *scenario.migration;
  const grid::Series& left = scenario.zones[from].signal;
  const grid::Series& reached = scenario.zones[to].signal;
  const KilowattHours transfer = job.cpus * migration.transfer_per_cpu;
  MoveOverhead overhead{.left = SpentAt(left, now, job.cpus * migration.checkpoint_per_cpu),
                        .reached = Grams(0)};
  const auto by_left = SpentAt(left, now, transfer);
  const auto by_reached = SpentAt(reached, now, transfer);
  if (!by_left || !by_reached) {
    return {.left = overhead.left, .reached = std::nullopt};
  }
  if (*by_reached > *by_left) {
    overhead.reached = by_reached;
  } else if (overhead.left) {
    *overhead.left += *by_left;
  }
  return overhead;
}

}  // namespace carbon::sim
