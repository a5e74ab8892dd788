// SPDX-License-Identifier: Apache-2.0
#include "plan/arrangement.h"

#include <algorithm>

namespace carbon::plan {
namespace {

ArrangedRun Priced(const ElasticRun& run, Watts per_worker, GramsPerKwh intensity) {
  const Watts power = per_worker * static_cast<double>(run.workers);
  return {.start = run.start,
          .length = run.length,
          .delay = {},
          .workers = run.workers,
          .intensity = intensity,
          .emissions = power * run.length * intensity};
}

Time EndOf(const ElasticRun& run) { return run.start + run.length; }

/// Adds a pause before `run`, which then starts earlier; false where that is impossible or what it
/// emits is not known.
bool AddPause(const KnownPlace& at, const PauseCost& pause, Time paused, ElasticRun& run,
              Arrangement& plan) {
  const grid::Series& expected = at.outlook->expected;
  const Time resumed = run.start - pause.delay;
  const auto before = expected.At(paused - Duration(1));
  const auto redo = expected.Mean(resumed, run.start);
  if (resumed < paused || !before || (pause.delay > Duration::zero() && !redo)) {
    return false;
  }
  const Grams checkpoint = pause.energy * *before;
  plan.emissions += checkpoint;
  plan.of_pauses += checkpoint;
  if (pause.delay > Duration::zero()) {
    plan.of_pauses += Priced({resumed, pause.delay, run.workers}, at.place->power, *redo).emissions;
  }
  ++plan.pauses;
  run.start = resumed;
  run.length += pause.delay;
  return true;
}

Arrangement EmptyAt(const KnownPlace& at) {
  Arrangement plan;
  plan.region = at.place->region;
  plan.zone = at.place->zone.name;
  return plan;
}

}  // namespace

size_t Arrangement::MostWorkers() const {
  return std::max_element(
             runs.begin(), runs.end(),
             [](const ArrangedRun& a, const ArrangedRun& b) { return a.workers < b.workers; })
      ->workers;
}

std::optional<Arrangement> Arrange(const KnownPlace& at, const std::vector<ElasticRun>& runs,
                                   const PauseCost& pause) {
  Arrangement plan = EmptyAt(at);
  for (size_t i = 0; i < runs.size(); ++i) {
    ElasticRun run = runs[i];
    const bool paused = i > 0 && EndOf(runs[i - 1]) < run.start;
    if (paused && !AddPause(at, pause, EndOf(runs[i - 1]), run, plan)) {
      return std::nullopt;
    }
    const auto mean = at.outlook->expected.Mean(run.start, EndOf(run));
    if (!mean) {
      return std::nullopt;
    }
    plan.runs.push_back(Priced(run, at.place->power, *mean));
    plan.runs.back().delay = paused ? pause.delay : Duration::zero();
    plan.emissions += plan.runs.back().emissions;
  }
  return plan;
}

Arrangement ArrangeAt(const KnownPlace& at, const ElasticRun& run, GramsPerKwh intensity) {
  Arrangement plan = EmptyAt(at);
  plan.runs.push_back(Priced(run, at.place->power, intensity));
  plan.emissions = plan.runs.back().emissions;
  return plan;
}

}  // namespace carbon::plan
