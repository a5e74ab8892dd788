// SPDX-License-Identifier: Apache-2.0
#include "plan/offer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "plan/policies/pieces.h"

namespace carbon::plan {
namespace {

double PriceOf(const Offer& offer, Slots::Range range) {
  return offer.price_sums.empty()
             ? 0
             : offer.cpus * (offer.price_sums[range.last] - offer.price_sums[range.first]);
}

bool IsClear(const Offer& offer, Slots::Range range) {
  return range.first < range.last && range.last <= offer.slots.count &&
         offer.clear[range.first] >= range.last - range.first;
}

/// Keeps the cheapest of the runs that are tried in the order of their starts.
class Best {
 public:
  explicit Best(const Offer& offer) : offer_(offer) {}

  void Try(const std::optional<Starts::Run>& run) {
    if (run && IsClear(offer_, run->touched)) {
      Offered({run->start, CostOf(*run)});
    }
  }

  void Offered(const CheapestRun& run) {
    if (!best_ || IsCheaper(run.cost, best_->cost) ||
        (!IsCheaper(best_->cost, run.cost) && run.start < best_->start)) {
      best_ = run;
    }
  }

  static constexpr double kNever = std::numeric_limits<double>::infinity();
  /// kNever while there is none.
  double cost() const { return best_ ? best_->cost : kNever; }
  const std::optional<CheapestRun>& best() const { return best_; }

 private:
  double CostOf(const Starts::Run& run) const {
    const auto before = [this](size_t slot, double share) {
      // The end of the last slot begins none.
      return offer_.intensity_sums[slot] + (share > 0 ? offer_.intensity[slot] * share : 0);
    };
    const double intensity = before(run.end, run.ended) - before(run.touched.first, run.skipped);
    return offer_.kwh_per_slot * intensity + PriceOf(offer_, run.touched) +
           offer_.wait_per_slot * offer_.slots.Share(run.start - offer_.earliest);
  }

  const Offer& offer_;
  std::optional<CheapestRun> best_;
};

/// Slots, one stretch after the other and while `use` wants more, in each of which the run may
/// begin: from there on it has room.
template <typename Use>
void ForEachStretch(const Offer& offer, const Starts& starts, Slots::Range within, const Use& use) {
  for (size_t i = within.first; i < within.last;) {
    const size_t clear = offer.clear[i];
    if (clear < starts.touched) {
      i += clear + 1;
      continue;
    }
    const Slots::Range stretch{i, std::min(i + clear - starts.touched + 1, within.last)};
    if (!use(stretch)) {
      return;
    }
    i = stretch.last;
  }
}

Slots::Range Both(Slots::Range a, Slots::Range b) {
  return {std::max(a.first, b.first), std::min(a.last, b.last)};
}

/// Runs that begin `shift` before a slot begins, for each of some slots: in one with the slot, or
/// `shift` before it so as to end with a slot. They touch equally many slots, and what one costs is
/// a few looks into tables, so that a compiler can take several at once.
class Row {
 public:
  Row(const Offer& offer, const Starts& starts, Duration shift)
      : offer_(offer), starts_(starts), shift_(shift), aligned_(shift == Duration::zero()) {}

  /// Where the run has room, for all slots of the range.
  void Try(Slots::Range range, Best& best) const {
    for (size_t i = range.first; i < range.last; i += kChunk) {
      TryChunk(i, std::min(kChunk, range.last - i), best);
    }
  }

 private:
  static constexpr size_t kChunk = 64;
  static constexpr size_t kLanes = 4;

  void TryChunk(size_t first, size_t count, Best& best) const {
    std::array<double, kChunk> costs;
    CostEach(first, count, costs.data());
    const double least = LeastOf(costs.data(), count);
    if (least < best.cost()) {
      size_t index = 0;
      while (index + 1 < count && IsCheaper(least, costs[index])) {
        ++index;
      }
      best.Offered({offer_.slots.TimeOf(first + index) - shift_, costs[index]});
    }
  }

  void CostEach(size_t first, size_t count, double* costs) const {
    // A run that begins with slot i ends in slot i + whole; one that ends with a slot begins in the
    // slot before i, and runs through [i, i + whole).
    const size_t begin = aligned_ ? first : first - 1;
    const double* const sums = offer_.intensity_sums.data() + first;
    const double* const ends = sums + starts_.whole;
    const double* const partial =
        starts_.part > 0 ? offer_.intensity.data() + (aligned_ ? first + starts_.whole : begin)
                         : sums;
    const double kwh = offer_.kwh_per_slot;
    const double part = starts_.part;
    for (size_t i = 0; i < count; ++i) {
      costs[i] = kwh * (ends[i] - sums[i] + part * partial[i]);
    }
    if (offer_.wait_per_slot > 0) {
      const double wait = offer_.wait_per_slot *
                          offer_.slots.Share(offer_.slots.TimeOf(first) - shift_ - offer_.earliest);
      for (size_t i = 0; i < count; ++i) {
        costs[i] = costs[i] + wait + offer_.wait_per_slot * static_cast<double>(i);
      }
    }
    if (!offer_.price_sums.empty()) {
      const double* const prices = offer_.price_sums.data() + begin;
      const double* const after = prices + starts_.touched;
      const double cpus = offer_.cpus;
      for (size_t i = 0; i < count; ++i) {
        costs[i] += cpus * (after[i] - prices[i]);
      }
    }
  }

  /// Several minima side by side, so that none waits for the one before it.
  static double LeastOf(const double* costs, size_t count) {
    std::array<double, kLanes> least;
    least.fill(Best::kNever);
    size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        least[lane] = costs[i + lane] < least[lane] ? costs[i + lane] : least[lane];
      }
    }
    for (; i < count; ++i) {
      least[0] = std::min(least[0], costs[i]);
    }
    return *std::min_element(least.begin(), least.end());
  }

  const Offer& offer_;
  const Starts& starts_;
  const Duration shift_;
  const bool aligned_;
};

/// What of a slot the job may use.
Segment UsableOf(const Offer& offer, size_t slot) {
  const Time from = std::max(offer.slots.TimeOf(slot), offer.earliest);
  const Time to = std::min(offer.slots.TimeOf(slot + 1), offer.LatestEnd());
  return {from, to - from};
}

/// Per slot of running: emissions, room and waiting.
double CostOfSlot(const Offer& offer, size_t slot) {
  const double late =
      offer.slots.Share(std::max(offer.slots.TimeOf(slot), offer.earliest) - offer.earliest);
  return offer.kwh_per_slot * offer.intensity[slot] + PriceOf(offer, {slot, slot + 1}) +
         offer.wait_per_slot * late / offer.slots.Share(offer.length);
}

double At(std::span<const double> by_slot, size_t slot) {
  return by_slot.empty() ? 0 : by_slot[slot];
}

/// Of the pauses between runs, which begin and end with slots.
double CostOfPauses(const Offer& offer, const Schedule& runs) {
  const auto slot_of = [&](Time at) {
    return static_cast<size_t>((at - offer.slots.start) / offer.slots.length);
  };
  double cost = offer.per_pause.value() * static_cast<double>(runs.size() - 1);
  for (size_t i = 1; i < runs.size(); ++i) {
    cost += At(offer.pause.stop, slot_of(runs[i - 1].end())) +
            At(offer.pause.resume, slot_of(runs[i].start));
  }
  return cost;
}

/// Waiting is counted from a run in one piece at the earliest moment, whose work is late by half of
/// its length on average, to begin with.
double CostOf(const Offer& offer, const Schedule& runs) {
  double cost = CostOfPauses(offer, runs);
  Duration ran{};
  for (const Segment& run : runs) {
    cost += offer.kwh_per_slot * offer.IntensityOver(run);
    cost += PriceOf(offer, offer.slots.TouchedBy(run));
    cost += offer.wait_per_slot * offer.slots.Share(run.start - offer.earliest - ran) *
            offer.slots.Share(run.length) / offer.slots.Share(offer.length);
    ran += run.length;
  }
  return cost;
}

template <typename Use>
void ForEachUsable(const Offer& offer, const Use& use) {
  const Slots::Range reachable = offer.Reachable();
  for (size_t slot = reachable.first; slot < reachable.last; ++slot) {
    if (offer.clear[slot] > 0) {
      use(slot, UsableOf(offer, slot));
    }
  }
}

/// What the job costs if neither pauses nor waiting cost anything, and of a slot's room only what
/// it takes: less than any way. The job can be done.
double LeastOfPieces(const Offer& offer) {
  std::vector<std::pair<double, double>> slots;  // cost of a whole one, usable share
  ForEachUsable(offer, [&](size_t slot, const Segment& usable) {
    slots.emplace_back(
        offer.kwh_per_slot * offer.intensity[slot] + PriceOf(offer, {slot, slot + 1}),
        offer.slots.Share(usable.length));
  });
  std::sort(slots.begin(), slots.end());
  double left = offer.slots.Share(offer.length);
  double cost = 0;
  for (size_t i = 0; i < slots.size() && left > 0; ++i) {
    const double share = std::min(left, slots[i].second);
    cost += slots[i].first * share;
    left -= share;
  }
  return cost;
}

std::optional<CheapestPieces> WithFreePauses(const Offer& offer) {
  std::vector<Piece> pieces;
  ForEachUsable(offer, [&](size_t slot, const Segment& usable) {
    pieces.push_back({usable.start, usable.length, GramsPerKwh(CostOfSlot(offer, slot))});
  });
  CheapestPieces found{.runs = CleanestOf(std::move(pieces), offer.length)};
  Duration total{};
  for (const Segment& run : found.runs) {
    total += run.length;
  }
  if (total < offer.length) {
    return std::nullopt;
  }
  found.cost = CostOf(offer, found.runs);
  return found;
}

/// Backward over whole slots: rest[j][gap]: the least cost from a slot on with j slots of work
/// left, if the job last ran so many slots ago; the shortest pause stands for all longer ones.
class SlotsWithPauses {
 public:
  explicit SlotsWithPauses(const Offer& offer)
      : offer_(offer),
        reachable_({offer.slots.From(offer.earliest), offer.Reachable().last}),
        needed_(static_cast<size_t>((offer.length + offer.slots.length - Duration(1)) /
                                    offer.slots.length)),
        shortest_(offer.pause.shortest),
        states_((needed_ + 1) * (shortest_ + 1)) {}

  std::optional<Schedule> Solve() {
    if (reachable_.first + needed_ > reachable_.last) {
      return std::nullopt;
    }
    const size_t steps = reachable_.last - reachable_.first;
    runs_.assign(steps * states_, 0);
    std::vector<double> rest = NothingLeft();
    for (size_t step = steps; step-- > 0;) {
      rest = Before(step, rest);
    }
    return rest[Index(needed_, shortest_)] < kNever ? std::optional(Read()) : std::nullopt;
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();
  size_t Index(size_t left, size_t gap) const { return left * (shortest_ + 1) + gap; }
  size_t Longer(size_t gap) const { return std::min(gap + 1, shortest_); }

  std::vector<double> NothingLeft() const {
    std::vector<double> rest(states_, kNever);
    std::fill_n(rest.begin(), shortest_ + 1, 0);
    return rest;
  }

  /// What of a slot is run: the last one may be needed in part only.
  Duration Length(size_t left) const {
    return left > 1 ? offer_.slots.length
                    : offer_.length - offer_.slots.length * static_cast<int64_t>(needed_ - 1);
  }

  std::vector<double> Before(size_t step, const std::vector<double>& after) {
    const size_t slot = reachable_.first + step;
    const double resume = offer_.per_pause.value() + At(offer_.pause.resume, slot);
    std::vector<double> rest = NothingLeft();
    for (size_t left = 1; left <= needed_; ++left) {
      const Segment run{offer_.slots.TimeOf(slot), Length(left)};
      const bool may = offer_.clear[slot] > 0 && run.end() <= offer_.LatestEnd();
      const double cost = may ? CostOfSlot(offer_, slot) * offer_.slots.Share(run.length) +
                                    after[Index(left - 1, 0)]
                              : kNever;
      const bool begun = left < needed_;
      for (size_t gap = 0; gap <= shortest_; ++gap) {
        const double start = !begun || gap == 0 ? 0 : gap == shortest_ ? resume : kNever;
        const double stop = begun && gap == 0 ? At(offer_.pause.stop, slot) : 0;
        const double wait = after[Index(left, Longer(gap))] + stop;
        const bool run_now = cost + start < wait;
        rest[Index(left, gap)] = run_now ? cost + start : wait;
        runs_[step * states_ + Index(left, gap)] = run_now ? 1 : 0;
      }
    }
    return rest;
  }

  Schedule Read() const {
    Schedule runs;
    size_t gap = shortest_;
    size_t left = needed_;
    for (size_t step = 0; left > 0; ++step) {
      if (runs_[step * states_ + Index(left, gap)] != 0) {
        Append(runs, offer_.slots.TimeOf(reachable_.first + step), Length(left));
        --left;
        gap = 0;
      } else {
        gap = Longer(gap);
      }
    }
    return runs;
  }

  const Offer& offer_;
  const Slots::Range reachable_;
  const size_t needed_;
  const size_t shortest_;
  const size_t states_;
  std::vector<char> runs_;
};

}  // namespace

double Offer::IntensityOver(const Segment& run) const {
  const auto before = [this](Time at) {
    const Duration since = at - slots.start;
    const auto slot = static_cast<size_t>(since / slots.length);
    const Duration part = since % slots.length;
    // The end of the last slot begins none.
    return intensity_sums[slot] +
           (part == Duration::zero() ? 0 : intensity[slot] * slots.Share(part));
  };
  return before(run.end()) - before(run.start);
}

std::optional<CheapestRun> FindCheapestRun(const Offer& offer, const Starts& starts) {
  Best best(offer);
  best.Try(starts.earliest);
  const Row aligned(offer, starts, Duration::zero());
  const Row ending(offer, starts, offer.length % offer.slots.length);
  ForEachStretch(offer, starts, starts.begins, [&](Slots::Range stretch) {
    aligned.Try(Both(stretch, starts.aligned), best);
    ending.Try(Both({stretch.first + 1, stretch.last + 1}, starts.ending), best);
    return true;
  });
  best.Try(starts.latest);
  return best.best();
}

std::optional<CheapestRun> FindCheapestRun(const Offer& offer) {
  return FindCheapestRun(offer, offer.StartsOfRun());
}

std::optional<CheapestRun> FindEarliestRun(const Offer& offer, const Starts& starts) {
  Best best(offer);
  best.Try(starts.earliest);
  if (!best.best()) {
    ForEachStretch(offer, starts, starts.aligned, [&](Slots::Range stretch) {
      Row(offer, starts, Duration::zero()).Try({stretch.first, stretch.first + 1}, best);
      return false;
    });
  }
  return best.best();
}

std::optional<CheapestPieces> FindCheapestPieces(const Offer& offer) {
  std::optional<CheapestPieces> found;
  if (offer.PausesAreFree()) {
    found = WithFreePauses(offer);
  } else {
    if (const auto run = FindCheapestRun(offer)) {
      found = CheapestPieces{.runs = {{run->start, offer.length}}, .cost = run->cost};
    }
    if (auto runs = SlotsWithPauses(offer).Solve()) {
      const double cost = CostOf(offer, *runs);
      if (!found || IsCheaper(cost, found->cost)) {
        found = CheapestPieces{.runs = std::move(*runs), .cost = cost};
      }
    }
  }
  if (found) {
    found->bound = std::min(found->cost, LeastOfPieces(offer));
  }
  return found;
}

}  // namespace carbon::plan
