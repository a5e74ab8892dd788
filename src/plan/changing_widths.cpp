// SPDX-License-Identifier: Apache-2.0
#include "plan/changing_widths.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

constexpr double kRounding = 1e-12;

/// So many that trying every two of them costs a bounded number of looks at a worker in a piece.
size_t MostMoments(size_t workers_in_pieces) {
  constexpr double kMostLooks = 2e7;
  constexpr double kMost = 48;
  constexpr double kLeast = 8;
  const double pairs = kMostLooks / static_cast<double>(std::max<size_t>(1, workers_in_pieces));
  return static_cast<size_t>(std::clamp(std::sqrt(2 * pairs), kLeast, kMost));
}

/// Where a run may begin or end.
std::vector<Time> Moments(const grid::Series& signal, const ElasticWork& work) {
  const auto pieces = PiecesBetween(signal, work.arrival, work.end);
  std::vector<Time> moments;
  const size_t most = MostMoments(pieces.size() * work.per_hour.size());
  const size_t every = (pieces.size() + most - 1) / most;
  for (size_t i = 0; i < pieces.size(); i += std::max<size_t>(1, every)) {
    moments.push_back(pieces[i].start);
  }
  if (!pieces.empty()) {
    moments.push_back(pieces.back().end());
  }
  return moments;
}

/// The work of the second worker and further ones.
std::vector<double> BesideTheFirst(const std::vector<double>& per_hour) {
  std::vector<double> beside;
  for (size_t i = 1; i < per_hour.size(); ++i) {
    beside.push_back(per_hour[i] - per_hour.front());
  }
  return beside;
}

/// One worker from `from` to `to` beside those of `others`.
std::vector<ElasticRun> WithOneMore(const std::vector<ElasticRun>& others, Time from, Time to) {
  std::vector<ElasticRun> runs;
  Time at = from;
  for (const ElasticRun& run : others) {
    if (at < run.start) {
      runs.push_back({at, run.start - at, 1});
    }
    runs.push_back({run.start, run.length, run.workers + 1});
    at = run.start + run.length;
  }
  if (at < to) {
    runs.push_back({at, to - at, 1});
  }
  return runs;
}

/// The cheapest way that lasts from `from` to `to`, of those that do the work; the intensity is
/// known throughout.
std::optional<ElasticPlan> Lasting(const grid::Series& signal, const ElasticWork& work, Time from,
                                   Time to) {
  const auto mean = signal.Mean(from, to);
  const double rest = work.work - work.per_hour.front() * Hours(to - from);
  if (!mean) {
    return std::nullopt;
  }
  const Grams first = work.per_worker * (to - from) * *mean;
  if (rest <= kRounding * work.work) {
    return ElasticPlan{.runs = {{from, to - from, 1}}, .emitted = first};
  }
  const auto others = CheapestWidths(signal, {.arrival = from,
                                              .end = to,
                                              .work = rest,
                                              .per_hour = BesideTheFirst(work.per_hour),
                                              .per_worker = work.per_worker});
  if (!others) {
    return std::nullopt;
  }
  return ElasticPlan{.runs = WithOneMore(others->runs, from, to),
                     .emitted = others->emitted + first};
}

}  // namespace

std::optional<ElasticPlan> CheapestWithoutPause(const grid::Series& signal,
                                                const ElasticWork& work) {
  std::optional<ElasticPlan> best;
  if (work.per_hour.size() < 2 || !(work.per_hour[1] > work.per_hour[0])) {
    return best;
  }
  const auto moments = Moments(signal, work);
  for (size_t i = 0; i < moments.size(); ++i) {
    for (size_t j = i + 1; j < moments.size(); ++j) {
      const double hours = Hours(moments[j] - moments[i]);
      if (work.per_hour.front() * hours > work.work * (1 + kRounding)) {
        break;
      }
      if (work.per_hour.back() * hours < work.work * (1 - kRounding)) {
        continue;
      }
      auto plan = Lasting(signal, work, moments[i], moments[j]);
      if (plan && (!best || IsClearlyLess(plan->emitted.value(), best->emitted.value()))) {
        best = std::move(plan);
      }
    }
  }
  return best;
}

}  // namespace carbon::plan
