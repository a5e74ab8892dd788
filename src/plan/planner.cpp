// SPDX-License-Identifier: Apache-2.0
#include "plan/planner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "plan/best_start.h"

namespace carbon::plan {
namespace {

Option MakeOption(const KnownPlace& at, Time start, GramsPerKwh mean, Duration length) {
  return {.region = at.place->region,
          .zone = at.place->zone.name,
          .start = start,
          .intensity = mean,
          .emissions = at.place->power * length * mean};
}

Option StartNow(const KnownPlace& at, Time now, Duration length) {
  return MakeOption(at, now, MeanFromNow(at, now, length), length);
}

/// What an indifferent scheduler would cause: the mean of starting now over all places.
Option MeanOf(const std::vector<Option>& options) {
  Option mean = options.front();
  if (options.size() == 1) {
    return mean;
  }
  mean.region = "any";
  mean.zone = "any";
  double intensity = 0;
  double grams = 0;
  for (const Option& option : options) {
    intensity += option.intensity.value();
    grams += option.emissions.value();
  }
  const auto count = static_cast<double>(options.size());
  mean.intensity = GramsPerKwh(intensity / count);
  mean.emissions = Grams(grams / count);
  return mean;
}

bool Cleaner(const Option& a, const Option& b) { return a.emissions < b.emissions; }

/// Each place's start now and, where it differs, its best later start.
struct Candidates {
  std::vector<Option> now;
  std::vector<Option> later;
};

Candidates FindCandidates(const std::vector<KnownPlace>& places, const Job& job, Time now,
                          Time latest) {
  Candidates found;
  for (const KnownPlace& at : places) {
    found.now.push_back(StartNow(at, now, job.length.mean));
    if (latest <= now) {
      continue;
    }
    const auto best = BestStart(at.outlook->expected, now, latest, job.length.mean);
    if (best && best->start > now) {
      found.later.push_back(MakeOption(at, best->start, best->mean, job.length.mean));
    }
  }
  std::stable_sort(found.later.begin(), found.later.end(), Cleaner);
  return found;
}

/// The three best ways besides the chosen one.
std::vector<Option> Alternatives(const Candidates& candidates, const Option& chosen) {
  std::vector<Option> all = candidates.now;
  all.insert(all.end(), candidates.later.begin(), candidates.later.end());
  std::erase(all, chosen);
  std::stable_sort(all.begin(), all.end(), Cleaner);
  constexpr size_t kMost = 3;
  if (all.size() > kMost) {
    all.resize(kMost);
  }
  return all;
}

const grid::Outlook& OutlookOf(const std::vector<KnownPlace>& places, const std::string& region) {
  const auto found = std::find_if(places.begin(), places.end(),
                                  [&](const KnownPlace& at) { return at.place->region == region; });
  return *(found == places.end() ? places.front() : *found).outlook;
}

/// The start that was planned in shared room, where it is a later one.
std::optional<Option> LaterOption(const std::vector<KnownPlace>& places, const Job& job, Time now,
                                  const std::optional<PlannedStart>& planned) {
  if (!planned || planned->start <= now) {
    return std::nullopt;
  }
  const KnownPlace& at = places[planned->place];
  const auto mean = at.outlook->expected.Mean(planned->start, planned->start + job.length.mean);
  return mean ? std::optional(MakeOption(at, planned->start, *mean, job.length.mean))
              : std::nullopt;
}

bool IsWorthTheWait(const Option& later, const Option& now, const Parameters& parameters) {
  const Grams waiting(parameters.patience.value() * Hours(later.start - now.start));
  return later.emissions + waiting < now.emissions * (1 - parameters.min_saving);
}

/// What is decided of a job.
struct Choice {
  Option now;
  std::optional<Option> later;  ///< where it waits
};

Choice Choose(const Candidates& candidates, const std::vector<KnownPlace>& places, const Job& job,
              Time now, const std::optional<PlannedStart>& shared, const Parameters& parameters) {
  Choice choice{.now = *std::min_element(candidates.now.begin(), candidates.now.end(), Cleaner),
                .later = LaterOption(places, job, now, shared)};
  if (shared && shared->start <= now) {
    choice.now = candidates.now[shared->place];
  }
  if (!shared && !candidates.later.empty() &&
      IsWorthTheWait(candidates.later.front(), choice.now, parameters)) {
    choice.later = candidates.later.front();
  }
  return choice;
}

Cause CauseOf(const Choice& choice, const Job& job, Time now, const Parameters& parameters) {
  if (choice.later && parameters.threshold && choice.now.intensity <= *parameters.threshold) {
    return Cause::clean_enough;
  }
  if (choice.later) {
    return choice.later->emissions < choice.now.emissions ? Cause::cleaner_window : Cause::crowded;
  }
  if (job.latest_start - parameters.start_margin <= now) {
    return Cause::deadline_forces;
  }
  return LatestStartOf(job) - parameters.start_margin <= now ? Cause::deadline_at_risk
                                                             : Cause::cleanest_now;
}

}  // namespace

Decision BadRequest(std::string job, Time now, const Error& error) {
  return {.job = std::move(job),
          .action = Decision::Action::release,
          .region = {},
          .start = now,
          .reason = {.cause = Cause::bad_request, .decided_at = now, .note = error.message}};
}

std::vector<Decision> Planner::Decide(const Snapshot& snapshot) const {
  // A job alone is planned to the minute; together they are planned by the hour.
  const bool together = !snapshot.rooms.empty() || parameters_.patience > GramsPerHour(0);
  std::vector<std::optional<PlannedStart>> shared(snapshot.jobs.size());
  if (together) {
    shared = ShareRoom(WaitingJobs(snapshot), snapshot.rooms, snapshot.now, parameters_.patience,
                       parameters_.min_saving);
  }
  std::vector<Decision> decisions;
  decisions.reserve(snapshot.jobs.size());
  for (size_t i = 0; i < snapshot.jobs.size(); ++i) {
    decisions.push_back(DecideOne(snapshot.jobs[i], snapshot, shared[i]));
  }
  return decisions;
}

std::vector<WaitingJob> Planner::WaitingJobs(const Snapshot& snapshot) const {
  std::vector<WaitingJob> waiting;
  waiting.reserve(snapshot.jobs.size());
  for (const Job& job : snapshot.jobs) {
    waiting.push_back({.job = &job,
                       .places = KnownPlacesOf(job, *snapshot.board, parameters_.lowest_rung),
                       .latest_start = LatestStartOf(job) - parameters_.start_margin});
  }
  return waiting;
}

Decision Planner::DecideOne(const Job& job, const Snapshot& snapshot,
                            const std::optional<PlannedStart>& shared) const {
  const Time now = snapshot.now;
  Decision decision{
      .job = job.id, .action = Decision::Action::release, .region = {}, .start = now, .reason = {}};
  Reason& reason = decision.reason;
  reason.decided_at = now;
  reason.deadline = job.deadline;
  // Where the bound leaves no room any more, now is as late as may be.
  reason.latest_start = std::max(LatestStartOf(job), std::min(job.latest_start, now));
  reason.length = job.length;
  if (job.places.empty()) {
    reason.cause = Cause::no_place;
    return decision;
  }
  const auto places = KnownPlacesOf(job, *snapshot.board, parameters_.lowest_rung);
  if (places.empty()) {
    reason.cause = Cause::no_signal;
    reason.note = WhyUnknown(job.places.front(), *snapshot.board);
    return decision;
  }
  const Time latest = *reason.latest_start - parameters_.start_margin;
  const Candidates candidates = FindCandidates(places, job, now, latest);
  Choice choice = Choose(candidates, places, job, now, shared, parameters_);
  reason.cause = CauseOf(choice, job, now, parameters_);
  if (reason.cause == Cause::clean_enough) {
    choice.later.reset();
    reason.note = "at most " + Fixed(parameters_.threshold->value(), 0) + " g/kWh";
  }
  reason.chosen = choice.later.value_or(choice.now);
  reason.run_now = MeanOf(candidates.now);
  reason.alternatives = Alternatives(candidates, *reason.chosen);
  const grid::Outlook& outlook = OutlookOf(places, reason.chosen->region);
  reason.source = outlook.source;
  reason.rung = grid::ToString(outlook.rung);
  reason.forecast_issued_at = outlook.issued_at;
  decision.action = choice.later ? Decision::Action::hold : Decision::Action::release;
  decision.start = reason.chosen->start;
  decision.region = reason.chosen->region;
  return decision;
}

}  // namespace carbon::plan
