// SPDX-License-Identifier: Apache-2.0
#include "plan/elastic.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/text.h"
#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

/// Of the work, what sums over its parts may lose.
constexpr double kRounding = 1e-12;

/// One more worker during one piece of the signal.
struct ExtraWorker {
  size_t piece;
  double work;
  Grams grams;
};

/// What can be done, the most work per gram first.
std::vector<ExtraWorker> ExtraWorkers(const std::vector<Piece>& pieces, const ElasticWork& work) {
  std::vector<ExtraWorker> extra;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Grams grams = work.per_worker * pieces[i].length * pieces[i].intensity;
    double before = 0;
    for (const double per_hour : work.per_hour) {
      const double adds = (per_hour - before) * Hours(pieces[i].length);
      before = per_hour;
      if (adds > 0) {
        extra.push_back({i, adds, grams});
      }
    }
  }
  std::stable_sort(extra.begin(), extra.end(), [](const ExtraWorker& a, const ExtraWorker& b) {
    return a.work * b.grams.value() > b.work * a.grams.value();
  });
  return extra;
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

/// Whether the part of a piece lies at its end: there it needs no pause.
bool IsAtTheEnd(const std::vector<Piece>& pieces, const Widths& widths) {
  const size_t piece = widths.piece;
  const auto runs = [&](size_t other) {
    const bool touches = other < piece ? pieces[other].end() == pieces[piece].start
                                       : pieces[piece].end() == pieces[other].start;
    return widths.whole[other] > 0 && touches;
  };
  return (piece == 0 || !runs(piece - 1)) && piece + 1 < pieces.size() && runs(piece + 1);
}

ElasticPlan MakePlan(const std::vector<Piece>& pieces, const Widths& widths, Watts per_worker) {
  ElasticPlan plan;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    const Duration part = i == widths.piece ? widths.part : Duration::zero();
    if (part > Duration::zero() && IsAtTheEnd(pieces, widths)) {
      Append(plan.runs, {piece.start, piece.length - part, widths.whole[i]});
      Append(plan.runs, {piece.end() - part, part, widths.whole[i] + 1});
    } else {
      Append(plan.runs, {piece.start, part, widths.whole[i] + 1});
      Append(plan.runs, {piece.start + part, piece.length - part, widths.whole[i]});
    }
    const auto workers = static_cast<double>(widths.whole[i]);
    plan.emitted += (per_worker * piece.length * workers + per_worker * part) * piece.intensity;
  }
  return plan;
}

Status Check(const ElasticWork& work) {
  if (const Status ok = CheckConcave(work.per_hour); !ok) {
    return ok.error();
  }
  if (work.per_hour.empty() || !std::isfinite(work.work) || !(work.work > 0) ||
      !std::isfinite(work.per_worker.value()) || !(work.per_worker > Watts(0))) {
    return Invalid("an elastic job needs work, a width and a power, each more than 0");
  }
  return {};
}

}  // namespace

Status CheckConcave(const std::vector<double>& per_hour) {
  double before = 0;
  double added = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < per_hour.size(); ++i) {
    const double adds = per_hour[i] - before;
    if (!std::isfinite(per_hour[i]) || adds < 0 || (i == 0 && adds == 0) ||
        IsClearlyLess(added, adds)) {
      return Invalid("the work per hour is not concave at " + std::to_string(i + 1) +
                     " workers: each may add no less than nothing and no more than the one before");
    }
    before = per_hour[i];
    added = adds;
  }
  return {};
}

Result<ElasticPlan> CheapestWidths(const grid::Series& signal, const ElasticWork& work) {
  if (const Status ok = Check(work); !ok) {
    return ok.error();
  }
  const auto pieces = PiecesBetween(signal, work.arrival, work.end);
  Widths widths{.whole = std::vector<size_t>(pieces.size())};
  double left = work.work;
  const double rounding = kRounding * work.work;
  for (const ExtraWorker& each : ExtraWorkers(pieces, work)) {
    if (left <= rounding) {
      break;
    }
    if (each.work >= left) {
      const auto length = static_cast<double>(pieces[each.piece].length.count());
      widths.piece = each.piece;
      widths.part = Duration(std::llround(std::ceil(length * (left / each.work))));
      left = 0;
      break;
    }
    left -= each.work;
    ++widths.whole[each.piece];
  }
  if (left > rounding) {
    return Invalid("of " + Shortest(work.work) + " units of work " + Shortest(left) +
                   " cannot be done between " + FormatTime(work.arrival) + " and " +
                   FormatTime(work.end) + " while the signal is known");
  }
  return MakePlan(pieces, widths, work.per_worker);
}

}  // namespace carbon::plan
