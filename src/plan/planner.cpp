// SPDX-License-Identifier: Apache-2.0
#include "plan/planner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "plan/best_start.h"

namespace carbon::plan {
namespace {

/// A place together with what is known of its zone.
struct KnownPlace {
  const Place* place;
  const grid::Outlook* outlook;
};

/// The places whose zone is known, all of one kind of signal.
std::vector<KnownPlace> KnownPlaces(const Job& job, const grid::Board& board, grid::Rung lowest) {
  std::vector<KnownPlace> known;
  for (const Place& place : job.places) {
    const grid::Outlook* outlook = board.Find(place.zone);
    const bool trusted = outlook != nullptr && outlook->rung <= lowest;
    if (trusted && (known.empty() || outlook->kind == known.front().outlook->kind)) {
      known.push_back({&place, outlook});
    }
  }
  return known;
}

std::string NameUnknown(const Job& job, const grid::Board& board) {
  const grid::ZoneId& zone = job.places.front().zone;
  if (const grid::Outlook* outlook = board.Find(zone)) {
    return "zone " + zone.name + ": only the " + std::string(ToString(outlook->rung)) + " is known";
  }
  return board.WhyUnknown(zone);
}

Option MakeOption(const KnownPlace& at, Time start, GramsPerKwh mean, Duration length) {
  return {.region = at.place->region,
          .zone = at.place->zone.name,
          .start = start,
          .intensity = mean,
          .emissions = at.place->power * length * mean};
}

/// Starting now at a place. Where the forecast is too short for the whole run, what is known of it
/// speaks for the rest.
Option StartNow(const KnownPlace& at, Time now, Duration length) {
  const grid::Series& expected = at.outlook->expected;
  auto mean = expected.Mean(now, now + length);
  if (!mean && expected.end() > now && expected.start() <= now) {
    mean = expected.Mean(now, std::min(now + length, expected.end()));
  }
  return MakeOption(at, now, mean.value_or(at.outlook->now), length);
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
    found.now.push_back(StartNow(at, now, job.length));
    if (latest <= now) {
      continue;
    }
    const auto best = BestStart(at.outlook->expected, now, latest, job.length);
    if (best && best->start > now) {
      found.later.push_back(MakeOption(at, best->start, best->mean, job.length));
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

}  // namespace

std::vector<Decision> Planner::Decide(const Snapshot& snapshot) const {
  std::vector<Decision> decisions;
  decisions.reserve(snapshot.jobs.size());
  for (const Job& job : snapshot.jobs) {
    decisions.push_back(DecideOne(job, snapshot));
  }
  return decisions;
}

Decision Planner::DecideOne(const Job& job, const Snapshot& snapshot) const {
  const Time now = snapshot.now;
  Decision decision{
      .job = job.id, .action = Decision::Action::release, .region = {}, .start = now, .reason = {}};
  Reason& reason = decision.reason;
  reason.decided_at = now;
  reason.deadline = job.deadline;
  reason.latest_start = job.latest_start;
  if (job.places.empty()) {
    reason.cause = Cause::no_place;
    return decision;
  }
  const auto places = KnownPlaces(job, *snapshot.board, parameters_.lowest_rung);
  if (places.empty()) {
    reason.cause = Cause::no_signal;
    reason.note = NameUnknown(job, *snapshot.board);
    return decision;
  }
  const Time latest = job.latest_start - parameters_.start_margin;
  const Candidates candidates = FindCandidates(places, job, now, latest);
  const Option& best_now = *std::min_element(candidates.now.begin(), candidates.now.end(), Cleaner);
  const Option* later = candidates.later.empty() ? nullptr : &candidates.later.front();
  const bool wait =
      later != nullptr && later->emissions < best_now.emissions * (1 - parameters_.min_saving);
  reason.cause =
      wait ? Cause::cleaner_window : (latest <= now ? Cause::deadline_forces : Cause::cleanest_now);
  reason.chosen = wait ? *later : best_now;
  reason.run_now = MeanOf(candidates.now);
  reason.alternatives = Alternatives(candidates, *reason.chosen);
  const grid::Outlook& outlook = OutlookOf(places, reason.chosen->region);
  reason.source = outlook.source;
  reason.rung = grid::ToString(outlook.rung);
  reason.forecast_issued_at = outlook.issued_at;
  decision.action = wait ? Decision::Action::hold : Decision::Action::release;
  decision.start = reason.chosen->start;
  decision.region = reason.chosen->region;
  return decision;
}

}  // namespace carbon::plan
