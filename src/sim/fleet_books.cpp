// SPDX-License-Identifier: Apache-2.0
#include "sim/fleet_books.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "ledger/footprint.h"

namespace carbon::sim {
namespace {

/// Nearest rank.
double Percentile95(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto rank = static_cast<ptrdiff_t>((values.size() * 95 + 99) / 100 - 1);
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<size_t>(rank)];
}

/// Of runs that were not lost, what is done for the first time adds up to the job's length.
bool IsAllWorkDone(const std::vector<FleetJob>& jobs, const FleetOutcome& outcome) {
  std::vector<Duration> worked(jobs.size());
  std::vector<bool> done(jobs.size());
  for (const FleetRun& run : outcome.runs) {
    if (!run.lost) {
      worked[run.job] += run.end - run.start - run.downtime - run.recomputed;
      done[run.job] = done[run.job] || !run.moved;
    }
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (done[i] && worked[i] != jobs[i].length) {
      return false;
    }
  }
  return true;
}

/// From when it works, if it ever did.
ledger::Interval WorkOf(const FleetRun& run) {
  return {std::min(run.start + run.downtime, run.end), run.end};
}

}  // namespace

void BookRun(const FleetScenario& scenario, const FleetJob& job, FleetRun& run,
             FleetOutcome& outcome) {
  const FleetZone& zone = scenario.zones[run.zone];
  const Watts power = zone.per_cpu * job.cpus;
  const ledger::Interval work = WorkOf(run);
  ZoneUse& use = outcome.zones[run.zone];
  use.cpu_hours += job.cpus * Hours(run.end - run.start);
  if (work.start == work.end) {
    run.emitted = run.overhead;
  } else if (const auto emitted = ledger::Footprint(zone.signal, work, power);
             emitted && run.overhead) {
    run.emitted = *emitted + *run.overhead;
  }
  auto& of_job = outcome.job_emitted[run.job];
  if (!run.emitted) {
    ++outcome.unknown_runs;
    of_job.reset();
    return;
  }
  const Time again_until = std::min(work.start + run.recomputed, work.end);
  const auto again = ledger::Footprint(zone.signal, {work.start, again_until}, power);
  use.emitted += *run.emitted;
  outcome.emitted += *run.emitted;
  outcome.move_emitted += *run.overhead + again.value_or(Grams());
  of_job = of_job ? std::optional(*of_job + *run.emitted) : std::nullopt;
}

void BookWaits(std::vector<double> waits, FleetOutcome& outcome) {
  outcome.mean_wait_hours = waits.empty() ? 0
                                          : std::accumulate(waits.begin(), waits.end(), 0.0) /
                                                static_cast<double>(waits.size());
  outcome.p95_wait_hours = Percentile95(std::move(waits));
}

Status AuditFleet(const FleetScenario& scenario, const std::vector<FleetJob>& jobs, Way way,
                  const FleetOutcome& outcome) {
  const auto unbalanced = [&](const std::string& what) {
    return Error{Error::Kind::internal, std::string(ToString(way)) + ": " + what};
  };
  if (outcome.submitted != outcome.done + outcome.rejected + outcome.unfinished) {
    return unbalanced("of " + std::to_string(outcome.submitted) + " jobs submitted, " +
                      std::to_string(outcome.done) + " were done, " +
                      std::to_string(outcome.rejected) + " rejected and " +
                      std::to_string(outcome.unfinished) + " unfinished");
  }
  if (outcome.runs.size() != outcome.done + outcome.lost_runs + outcome.moves) {
    return unbalanced("runs were neither done, moved nor lost");
  }
  if (!IsAllWorkDone(jobs, outcome)) {
    return unbalanced("a job that is done has not done its work, or more than that");
  }
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    if (outcome.zones[i].peak_cpus > scenario.zones[i].cpus * (1 + 1e-9)) {
      return unbalanced("zone " + scenario.zones[i].name + " ran more than it has room for");
    }
  }
  return {};
}

}  // namespace carbon::sim
