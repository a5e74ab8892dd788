// SPDX-License-Identifier: Apache-2.0
#include "plan/oracles/elastic.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/text.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

/// One more worker during one piece of the signal.
struct Offer {
  size_t piece;
  size_t worker;  ///< from 0
  double work;
  Grams grams;
};

/// What can be done, the most work per gram first.
std::vector<Offer> Offers(const std::vector<Piece>& pieces, const ElasticWork& work) {
  std::vector<Offer> offers;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Grams grams = work.per_worker * pieces[i].length * pieces[i].intensity;
    double before = 0;
    for (size_t worker = 0; worker < work.per_hour.size(); ++worker) {
      const double adds = (work.per_hour[worker] - before) * Hours(pieces[i].length);
      before = work.per_hour[worker];
      if (adds > 0) {
        offers.push_back({i, worker, adds, grams});
      }
    }
  }
  std::stable_sort(offers.begin(), offers.end(), [](const Offer& a, const Offer& b) {
    return a.work * b.grams.value() > b.work * a.grams.value();
  });
  return offers;
}

/// Workers that run through each piece, and one that runs for a part of one.
struct Widths {
  std::vector<size_t> whole;
  size_t piece = 0;
  Duration part{};
};

/// Adds a stretch, joined to the last one where they touch and are as wide.
void Append(std::vector<ElasticRun>& runs, const ElasticRun& run) {
  if (run.length == Duration::zero() || run.workers == 0) {
    return;
  }
  if (!runs.empty() && runs.back().start + runs.back().length == run.start &&
      runs.back().workers == run.workers) {
    runs.back().length += run.length;
  } else {
    runs.push_back(run);
  }
}

ElasticPlan MakePlan(const std::vector<Piece>& pieces, const Widths& widths, Watts per_worker) {
  ElasticPlan plan;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    const Duration part = i == widths.piece ? widths.part : Duration::zero();
    Append(plan.runs, {piece.start, part, widths.whole[i] + 1});
    Append(plan.runs, {piece.start + part, piece.length - part, widths.whole[i]});
    const auto workers = static_cast<double>(widths.whole[i]);
    plan.emitted += (per_worker * piece.length * workers + per_worker * part) * piece.intensity;
  }
  return plan;
}

Status Check(const ElasticWork& work) {
  double before = 0;
  double added = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < work.per_hour.size(); ++i) {
    const double adds = work.per_hour[i] - before;
    if (!std::isfinite(work.per_hour[i]) || adds < 0 || (i == 0 && adds == 0) ||
        IsClearlyLess(added, adds)) {
      return Invalid("the work per hour is not concave at " + std::to_string(i + 1) +
                     " workers: each may add no less than nothing and no more than the one before");
    }
    before = work.per_hour[i];
    added = adds;
  }
  if (work.per_hour.empty() || !std::isfinite(work.work) || !(work.work > 0) ||
      !std::isfinite(work.per_worker.value()) || !(work.per_worker > Watts(0))) {
    return Invalid("an elastic job needs work, a width and a power, each more than 0");
  }
  return {};
}

}  // namespace

Result<ElasticPlan> CheapestWidths(const grid::Series& signal, const ElasticWork& work) {
  if (const Status ok = Check(work); !ok) {
    return ok.error();
  }
  const auto pieces = PiecesBetween(signal, work.arrival, work.end);
  Widths widths{.whole = std::vector<size_t>(pieces.size())};
  double left = work.work;
  for (const Offer& offer : Offers(pieces, work)) {
    if (offer.work >= left) {
      const auto length = static_cast<double>(pieces[offer.piece].length.count());
      widths.piece = offer.piece;
      widths.part = Duration(std::llround(std::ceil(length * (left / offer.work))));
      return MakePlan(pieces, widths, work.per_worker);
    }
    left -= offer.work;
    ++widths.whole[offer.piece];
  }
  return Invalid("of " + Shortest(work.work) + " units of work " + Shortest(left) +
                 " cannot be done between " + FormatTime(work.arrival) + " and " +
                 FormatTime(work.end) + " while the signal is known");
}

}  // namespace carbon::plan
