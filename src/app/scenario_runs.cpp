// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_runs.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace carbon::app {
namespace {

std::string EndOf(const sim::FleetRun& run) {
  if (run.moved) {
    return "moved";
  }
  return run.lost ? "lost" : "done";
}

std::string RunFields(const sim::FleetScenario& scenario, const sim::FleetRun& run) {
  const auto delay =
      std::chrono::duration<double>(std::min(run.downtime + run.recomputed, run.end - run.start));
  return scenario.zones[run.zone].name + "," + FormatTime(run.start) + "," + FormatTime(run.end) +
         "," + Shortest(delay.count()) + "," + EndOf(run) + "," + (run.lost ? "true" : "false") +
         "," + (run.emitted ? Shortest(run.emitted->value()) : "");
}

/// What is the same in all rows of a job.
std::string JobPart(const LoadedScenario& loaded, const sim::FleetJob& job) {
  const uint32_t template_id = loaded.scenario.jobs[job.trace_index].template_id;
  return JobFields(loaded.job_ids, loaded.templates, job.trace_index, template_id) + "," +
         FormatTime(job.arrival) + "," + FormatTime(job.latest_start) + "," + Shortest(job.cpus);
}

}  // namespace

void AddFleetRuns(const LoadedScenario& loaded, const WayReport& way, RunsCsv& runs) {
  const auto jobs = sim::JobsOf(loaded.scenario).jobs;
  const std::string key = loaded.folder + "," + std::string(ToString(way.way)) + ",";
  std::vector<bool> ran(jobs.size());
  for (const sim::FleetRun& run : way.outcome.runs) {
    ran[run.job] = true;
    runs.Add(key + JobPart(loaded, jobs[run.job]) + "," + RunFields(loaded.scenario, run));
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!ran[i]) {
      runs.Add(key + JobPart(loaded, jobs[i]) + ",,,,,unfinished,,");
    }
  }
}

}  // namespace carbon::app
