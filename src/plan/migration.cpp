// SPDX-License-Identifier: Apache-2.0
#include "plan/migration.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace carbon::plan {
namespace {

constexpr Duration kBudgetOf = std::chrono::hours(1);
/// Standard errors between the 10th and the 90th percentile of a normal law.
constexpr double kBetweenBounds = 2.5631;

/// Emissions and their standard error.
struct Expected {
  Grams grams;
  Grams error;
};

/// Running for `length` > 0 at the mean of what is expected in [from, to).
std::optional<Expected> Run(const PlaceOutlook& at, Duration length, Time from, Time to) {
  const auto mean = at.outlook->expected.Mean(from, to);
  const auto low = at.outlook->p10.Mean(from, to);
  const auto high = at.outlook->p90.Mean(from, to);
  if (!mean || !low || !high) {
    return std::nullopt;
  }
  const KilowattHours energy = at.place.power * length;
  return Expected{energy * *mean, energy * ((*high - *low) / kBetweenBounds)};
}

bool IsKnown(const PlaceOutlook& at, const MigrationRules& rules) {
  return at.outlook != nullptr && at.outlook->rung <= rules.lowest_rung;
}

Time ResumedAt(const MoveCost& cost, Time now) { return now + cost.downtime + cost.recomputed; }

/// Of running on there instead of here, over what may be left.
std::optional<Expected> SavingOf(const RunningJob& job, const MoveTarget& target, Time now) {
  const PlaceOutlook& here = job.here;
  const PlaceOutlook& there = target.to;
  const Time known = std::min(here.outlook->expected.end(), there.outlook->expected.end());
  const Time resumed = ResumedAt(target.cost, now);
  if (resumed >= known) {
    return std::nullopt;
  }
  Expected stays;
  Expected moves;
  std::optional<Expected> stay;
  std::optional<Expected> move;
  Duration last{};  // quantiles are often equal, at least in what of them is counted
  for (const Duration left : job.left.quantiles) {
    const Duration counted = std::min(left, known - now);
    if (counted != last) {
      stay = Run(here, counted, now, now + counted);
      move = Run(there, counted, resumed, std::min(resumed + counted, known));
      last = counted;
    }
    if (!stay || !move) {
      return std::nullopt;
    }
    stays.grams += stay->grams;
    stays.error += stay->error;
    moves.grams += move->grams;
    moves.error += move->error;
  }
  const auto count = static_cast<double>(job.left.quantiles.size());
  return Expected{(stays.grams - moves.grams) / count,
                  Grams(std::hypot(stays.error.value(), moves.error.value()) / count)};
}

std::optional<Grams> CostOf(const PlaceOutlook& here, const MoveTarget& target, Time now) {
  const MoveCost& cost = target.cost;
  const GramsPerKwh dirtier = std::max(here.outlook->now, target.to.outlook->now);
  const Grams at_once = cost.checkpoint * here.outlook->now + cost.transfer * dirtier;
  if (cost.recomputed == Duration::zero()) {
    return at_once;
  }
  const auto again = Run(target.to, cost.recomputed, now + cost.downtime, ResumedAt(cost, now));
  return again ? std::optional(at_once + again->grams) : std::nullopt;
}

double ChanceOfBeingLate(const RunningJob& job, const MoveCost& cost, Time now) {
  if (!job.deadline) {
    return 0;
  }
  const Time resumed = ResumedAt(cost, now);
  const auto late = std::count_if(job.left.quantiles.begin(), job.left.quantiles.end(),
                                  [&](Duration left) { return resumed + left > *job.deadline; });
  return static_cast<double>(late) / static_cast<double>(job.left.quantiles.size());
}

/// Judges one job; the budget is not its matter.
class Judge {
 public:
  Judge(const RunningJob& job, Time now, const MigrationRules& rules)
      : job_(job), now_(now), rules_(rules) {}

  MoveDecision Decide() const {
    if (const auto stays = StaysWhateverTheTarget()) {
      return {job_.id, *stays, {}};
    }
    MoveDecision best{job_.id, MoveCause::no_signal, {}};
    for (const MoveTarget& target : job_.targets) {
      const auto figures = FiguresOf(job_, target, now_, rules_);
      if (figures && IsBetter(CauseOf(*figures), *figures, best)) {
        best = {job_.id, CauseOf(*figures), figures};
      }
    }
    return best;
  }

 private:
  std::optional<MoveCause> StaysWhateverTheTarget() const {
    if (job_.targets.empty()) {
      return MoveCause::no_target;
    }
    if (now_ - job_.here_since < rules_.least_stay) {
      return MoveCause::just_moved;
    }
    if (!IsKnown(job_.here, rules_)) {
      return MoveCause::no_signal;
    }
    if (rules_.least_intensity && job_.here.outlook->now <= *rules_.least_intensity) {
      return MoveCause::clean_enough;
    }
    return std::nullopt;
  }

  MoveCause CauseOf(const MoveFigures& figures) const {
    if (figures.late >= rules_.most_late) {
      return MoveCause::may_be_late;
    }
    if (!(figures.Net() > rules_.least_saving)) {
      return MoveCause::saves_too_little;
    }
    if (!(figures.Net() > figures.standard_error * rules_.standard_errors)) {
      return MoveCause::too_uncertain;
    }
    const bool returns = job_.came_from == figures.region;
    if (returns &&
        !(figures.saving > (figures.cost + rules_.least_saving) * rules_.return_factor)) {
      return MoveCause::only_just_left;
    }
    return MoveCause::cleaner_place;
  }

  /// To move is better than to stay; else what saves more.
  static bool IsBetter(MoveCause cause, const MoveFigures& figures, const MoveDecision& best) {
    const bool moves = cause == MoveCause::cleaner_place;
    if (!best.figures || moves != best.Moves()) {
      return !best.figures || moves;
    }
    return figures.Net() > best.figures->Net();
  }

  const RunningJob& job_;
  Time now_;
  const MigrationRules& rules_;
};

}  // namespace

std::string_view ToString(MoveCause cause) {
  switch (cause) {
    case MoveCause::cleaner_place:
      return "CleanerPlace";
    case MoveCause::no_target:
      return "NoTarget";
    case MoveCause::just_moved:
      return "JustMoved";
    case MoveCause::no_signal:
      return "NoSignal";
    case MoveCause::clean_enough:
      return "CleanEnough";
    case MoveCause::may_be_late:
      return "MayBeLate";
    case MoveCause::saves_too_little:
      return "SavesTooLittle";
    case MoveCause::too_uncertain:
      return "TooUncertain";
    case MoveCause::only_just_left:
      return "OnlyJustLeft";
    case MoveCause::budget_spent:
      return "BudgetSpent";
  }
  return "";
}

bool MoveBudget::Allows(Time now) const {
  const auto within = std::count_if(begun_.begin(), begun_.end(),
                                    [&](Time begun) { return now - begun < kBudgetOf; });
  return static_cast<size_t>(within) < per_hour_;
}

void MoveBudget::Spend(Time now) {
  assert(begun_.empty() || begun_.back() <= now);
  begun_.push_back(now);
  if (begun_.size() > per_hour_) {
    begun_.pop_front();
  }
}

std::optional<MoveFigures> FiguresOf(const RunningJob& job, const MoveTarget& target, Time now,
                                     const MigrationRules& rules) {
  const PlaceOutlook& there = target.to;
  if (!IsKnown(job.here, rules) || !IsKnown(there, rules) ||
      job.here.outlook->kind != there.outlook->kind) {
    return std::nullopt;
  }
  const auto saving = SavingOf(job, target, now);
  const auto cost = CostOf(job.here, target, now);
  if (!saving || !cost) {
    return std::nullopt;
  }
  return MoveFigures{.region = there.place.region,
                     .saving = saving->grams,
                     .cost = *cost,
                     .standard_error = saving->error,
                     .late = ChanceOfBeingLate(job, target.cost, now)};
}

std::vector<MoveDecision> DecideMoves(std::span<const RunningJob> jobs, Time now,
                                      const MigrationRules& rules, MoveBudget& budget) {
  std::vector<MoveDecision> decisions;
  decisions.reserve(jobs.size());
  std::vector<size_t> moves;
  for (const RunningJob& job : jobs) {
    decisions.push_back(Judge(job, now, rules).Decide());
    if (decisions.back().Moves()) {
      moves.push_back(decisions.size() - 1);
    }
  }
  std::stable_sort(moves.begin(), moves.end(), [&](size_t a, size_t b) {
    return decisions[a].figures->Net() > decisions[b].figures->Net();
  });
  for (const size_t index : moves) {
    if (budget.Allows(now)) {
      budget.Spend(now);
    } else {
      decisions[index].cause = MoveCause::budget_spent;
    }
  }
  return decisions;
}

}  // namespace carbon::plan
