// SPDX-License-Identifier: Apache-2.0
#include "plan/lp_bound.h"

#include <coin/ClpSimplex.hpp>
#include <set>

namespace carbon::plan {
namespace {

std::set<Time> StartsOf(const FleetCase& fleet, const Demand& job) {
  std::set<Time> starts = {job.earliest, job.latest_start};
  for (size_t slot = 0; slot <= fleet.slots.count; ++slot) {
    const Time edge = fleet.slots.TimeOf(slot);
    for (const Time start : {edge, edge - job.length}) {
      if (start > job.earliest && start < job.latest_start) {
        starts.insert(start);
      }
    }
  }
  return starts;
}

/// A linear program, column by column.
struct Program {
  std::vector<double> cost;
  std::vector<int> begins = {0};  ///< of each column in `rows`, and the end
  std::vector<int> rows;
  std::vector<double> values;
  std::vector<double> row_least;
  std::vector<double> row_most;

  void AddColumn(double column_cost) {
    cost.push_back(column_cost);
    begins.push_back(static_cast<int>(rows.size()));
  }
};

void AddColumnsOf(const FleetCase& fleet, const Demand& job, int job_row, Program& program) {
  for (size_t place = 0; place < job.places.size(); ++place) {
    for (const Time start : StartsOf(fleet, job)) {
      const Segment run{start, job.length};
      const double grams =
          run.end() > fleet.slots.end() ? std::nan("") : GramsByMinute(fleet, job, place, {run});
      if (std::isnan(grams)) {
        continue;
      }
      program.rows.push_back(job_row);
      program.values.push_back(1);
      const Slots::Range touched = fleet.slots.TouchedBy(run);
      for (size_t slot = touched.first; slot < touched.last; ++slot) {
        program.rows.push_back(
            static_cast<int>(job.places[place].supply * fleet.slots.count + slot));
        program.values.push_back(job.cpus);
      }
      program.AddColumn(grams);
    }
  }
}

}  // namespace

std::optional<double> LpBound(const FleetCase& fleet) {
  Program program;
  for (const Supply& supply : fleet.supplies) {
    program.row_most.insert(program.row_most.end(), supply.cpus.begin(), supply.cpus.end());
  }
  program.row_least.assign(program.row_most.size(), -COIN_DBL_MAX);
  for (const Demand& job : fleet.demands) {
    AddColumnsOf(fleet, job, static_cast<int>(program.row_most.size()), program);
    program.row_least.push_back(1);
    program.row_most.push_back(1);
  }
  ClpSimplex model;
  model.setLogLevel(0);
  model.loadProblem(static_cast<int>(program.cost.size()),
                    static_cast<int>(program.row_most.size()), program.begins.data(),
                    program.rows.data(), program.values.data(), nullptr, nullptr,
                    program.cost.data(), program.row_least.data(), program.row_most.data());
  model.dual();  // initialSolve() would presolve, which leaks in CLP 1.17
  return model.isProvenOptimal() ? std::optional(model.objectiveValue()) : std::nullopt;
}

}  // namespace carbon::plan
