// SPDX-License-Identifier: Apache-2.0
#include "app/plan_preview.h"

#include <algorithm>
#include <utility>

namespace carbon::app {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
/// No forecast reaches further.
constexpr Duration kFarthest = std::chrono::hours(128);

plan::Decision Decide(const plan::Job& job, const std::shared_ptr<const grid::Board>& board,
                      const plan::Parameters& parameters) {
  const plan::Snapshot snapshot{.now = board->as_of(), .board = board, .jobs = {job}};
  return plan::Planner(parameters).Decide(snapshot).front();
}

/// 0, 1, 2, 4, … hours, and then `longest`.
std::vector<Duration> Waits(Duration longest) {
  std::vector<Duration> waits = {Duration::zero()};
  for (Duration wait = kHour; wait < std::min(longest, kFarthest); wait *= 2) {
    waits.push_back(wait);
  }
  if (longest > Duration::zero()) {
    waits.push_back(longest);
  }
  return waits;
}

std::vector<Patience> PatienceOf(const plan::Job& job,
                                 const std::shared_ptr<const grid::Board>& board,
                                 const plan::Parameters& parameters) {
  const Time now = board->as_of();
  std::vector<Patience> rows;
  for (const Duration wait : Waits(job.latest_start - parameters.start_margin - now)) {
    plan::Job patient = job;
    patient.latest_start = now + wait + parameters.start_margin;
    auto decision = Decide(patient, board, parameters);
    if (!decision.reason.chosen) {
      return {};
    }
    Patience row{.wait = wait, .best = *std::move(decision.reason.chosen), .saved_per_hour = {}};
    if (!rows.empty()) {
      const Patience& before = rows.back();
      row.saved_per_hour = (before.best.emissions - row.best.emissions) / Hours(wait - before.wait);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> Unknown(const plan::Job& job, const grid::Board& board,
                                 grid::Rung lowest) {
  std::vector<std::string> unknown;
  for (const plan::Place& place : job.places) {
    const grid::Outlook* outlook = board.Find(place.zone);
    if (outlook == nullptr || outlook->rung > lowest) {
      unknown.push_back(place.region + ": " + plan::WhyUnknown(place, board));
    }
  }
  return unknown;
}

}  // namespace

PlanPreview PreviewPlan(const PlanRequest& request, std::shared_ptr<const grid::Board> board,
                        const plan::Parameters& parameters) {
  const Time now = board->as_of();
  PlanPreview preview{.job = request.job,
                      .managed = request.managed,
                      .length = {},
                      .decision = {},
                      .patience = {},
                      .board = std::move(board),
                      .flexible = {},
                      .unknown = {},
                      .late = {}};
  const auto wish = workloads::ReadWish(request.pod, request.arrival, {});
  if (!wish) {
    preview.decision = plan::BadRequest(preview.job, now, wish.error());
    return preview;
  }
  const plan::Job job{.id = preview.job,
                      .places = request.places,
                      .length = wish->length,
                      .latest_start = wish->latest_start,
                      .deadline = wish->deadline};
  preview.length = job.length.mean;
  preview.decision = Decide(job, preview.board, parameters);
  preview.patience = PatienceOf(job, preview.board, parameters);
  if (request.flexibility) {
    preview.flexible =
        plan::PlanFlexible(job, *request.flexibility, *preview.board, now, parameters);
  }
  preview.unknown = Unknown(job, *preview.board, parameters.lowest_rung);
  if (job.deadline && now + job.length.mean > *job.deadline) {
    preview.late = now + job.length.mean - *job.deadline;
  }
  return preview;
}

}  // namespace carbon::app
