// SPDX-License-Identifier: Apache-2.0
#include "plan/fleet_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <queue>
#include <utility>

namespace carbon::plan {
namespace {

using Bookings = std::vector<std::optional<Booking>>;
using Floors = std::vector<std::vector<Floor>>;

/// Of prices, attempt by attempt.
constexpr std::array kScales = {1.0, 0.7, 1.4, 0.5};

void Summarise(FleetPlan& plan) {
  plan.placed = 0;
  plan.cost = 0;
  for (const auto& booking : plan.bookings) {
    plan.placed += booking ? 1 : 0;
    plan.cost += booking ? booking->cost : 0;
  }
}

void GiveBackAll(Timetable& timetable, std::span<const Demand> demands, const Bookings& bookings) {
  for (size_t i = 0; i < demands.size(); ++i) {
    if (bookings[i]) {
      timetable.GiveBack(demands[i], *bookings[i]);
    }
  }
}

void TakeAll(Timetable& timetable, std::span<const Demand> demands, const Bookings& bookings) {
  for (size_t i = 0; i < demands.size(); ++i) {
    if (bookings[i]) {
      timetable.Take(demands[i], *bookings[i]);
    }
  }
}

/// CPU time, in CPU hours.
double SizeOf(const Demand& demand) { return demand.cpus * Hours(demand.length); }

/// Those that wait longest first.
std::vector<size_t> ByWaiting(std::span<const Demand> demands) {
  std::vector<size_t> order(demands.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return demands[a].since != demands[b].since ? demands[a].since < demands[b].since : a < b;
  });
  return order;
}

std::vector<size_t> ByLatestStart(std::span<const Demand> demands) {
  std::vector<size_t> order = ByWaiting(demands);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return demands[a].latest_start < demands[b].latest_start;
  });
  return order;
}

/// The order in which demands are placed.
std::vector<size_t> TakingTurns(std::span<const Demand> demands, Duration slot) {
  std::vector<size_t> order = ByWaiting(demands);
  const auto cannot_wait = [&](size_t i) {
    return demands[i].latest_start < demands[i].earliest + slot;
  };
  const auto patient = std::stable_partition(order.begin(), order.end(), cannot_wait);
  struct Owner {
    std::vector<size_t> jobs;
    size_t next = 0;
  };
  std::map<size_t, Owner> owners;
  for (auto i = patient; i != order.end(); ++i) {
    owners[demands[*i].owner].jobs.push_back(*i);
  }
  using Turn = std::pair<double, size_t>;  // CPU time given so far, owner
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
  for (const auto& [number, owner] : owners) {
    turns.emplace(0, number);
  }
  for (auto at = patient; at != order.end(); ++at) {
    const auto [given, number] = turns.top();
    turns.pop();
    Owner& owner = owners[number];
    *at = owner.jobs[owner.next++];
    if (owner.next < owner.jobs.size()) {
      turns.emplace(given + SizeOf(demands[*at]), number);
    }
  }
  return order;
}

/// Prices for room that is asked for more often than there is: Lagrange multipliers, moved along
/// the subgradient, which is by how much too much is asked for. Steps shrink with the square root
/// of the rounds, and each carries on half of the last one, so that jobs that are alike do not run
/// to and fro together.
class Market {
 public:
  /// Asks about every `stride`-th demand only, and takes it for that many.
  Market(Timetable& timetable, std::span<const Demand> demands, size_t stride)
      : timetable_(timetable),
        demands_(demands),
        stride_(stride),
        capacity_(Capacities(timetable)),
        prices_(capacity_.size()),
        best_prices_(capacity_.size()),
        drift_(capacity_.size()) {}

  /// What every demand would take if it were alone, at no price.
  Bookings AskAll() {
    timetable_.SetPrices({});
    Bookings wishes;
    wishes.reserve(demands_.size());
    asked_.assign(capacity_.size(), 0);
    for (const Demand& demand : demands_) {
      floors_.push_back(timetable_.Floors(demand));
      wishes.push_back(timetable_.FindAlone(demand, floors_.back()));
      if (const auto& wish = wishes.back()) {
        bound_ += wish->bound;
        Count(demand, *wish, 1);
      }
    }
    best_at_prices_ = bound_;
    return wishes;
  }

  /// `worth`: of the room that the wishes take, at most, per CPU and slot.
  void Open(double worth) { step_ = kStep * worth; }

  /// Whether what was asked for fits in side by side.
  bool Fits() const {
    for (size_t i = 0; i < capacity_.size(); ++i) {
      if (asked_[i] > capacity_[i] * (1 + 1e-9)) {
        return false;
      }
    }
    return true;
  }

  /// Moves the prices, and asks again.
  void Haggle(size_t round) {
    const double step = step_ / std::sqrt(static_cast<double>(round + 1));
    for (size_t i = 0; i < capacity_.size(); ++i) {
      if (std::isfinite(capacity_[i])) {
        const double excess = (asked_[i] - capacity_[i]) / std::max(capacity_[i], 1.0);
        const double share = std::clamp(excess, -1.0, 2.0);
        drift_[i] = round == 0 ? share : (drift_[i] + share) / 2;
        prices_[i] = std::max(0.0, prices_[i] + step * drift_[i]);
      }
    }
    timetable_.SetPrices(prices_);
    AskSome();
  }

  /// Of those with which a plan costs the most at least, so far.
  const std::vector<double>& best_prices() const { return best_prices_; }
  /// Of each demand.
  const Floors& floors() const { return floors_; }
  /// No plan costs less that places all demands that could be placed alone.
  double bound() const { return bound_; }

 private:
  /// The first step of a price, of what room is worth.
  static constexpr double kStep = 0.4;

  static std::vector<double> Capacities(const Timetable& timetable) {
    std::vector<double> capacities;
    for (size_t supply = 0; supply < timetable.supplies(); ++supply) {
      for (size_t slot = 0; slot < timetable.slots().count; ++slot) {
        capacities.push_back(timetable.Capacity(supply, slot));
      }
    }
    return capacities;
  }

  void AskSome() {
    asked_.assign(capacity_.size(), 0);
    double least = 0;
    for (size_t i = 0; i < demands_.size(); i += stride_) {
      if (const auto wish = timetable_.FindAlone(demands_[i], floors_[i])) {
        least += wish->bound * static_cast<double>(stride_);
        Count(demands_[i], *wish, static_cast<double>(stride_));
      }
    }
    for (size_t i = 0; i < capacity_.size(); ++i) {
      least -= prices_[i] > 0 ? prices_[i] * capacity_[i] : 0;
    }
    if (least > best_at_prices_) {
      best_at_prices_ = least;
      best_prices_ = prices_;
      bound_ = stride_ == 1 ? least : bound_;
    }
  }

  void Count(const Demand& demand, const Booking& wish, double weight) {
    const size_t base = demand.places[wish.place].supply * timetable_.slots().count;
    for (const Segment& run : wish.runs) {
      const Slots::Range touched = timetable_.slots().TouchedBy(run);
      for (size_t slot = touched.first; slot < touched.last; ++slot) {
        asked_[base + slot] += weight * demand.cpus;
      }
    }
  }

  Timetable& timetable_;
  std::span<const Demand> demands_;
  const size_t stride_;
  const std::vector<double> capacity_;  ///< by supply, then by slot; so are the others
  Floors floors_;
  std::vector<double> asked_;
  std::vector<double> prices_;
  std::vector<double> best_prices_;
  std::vector<double> drift_;
  double step_ = 0;
  double best_at_prices_ = 0;
  double bound_ = 0;
};

/// What jobs would pay on average, per CPU and slot, to run as they wish and not as they come.
double WorthOfRoom(const Slots& slots, std::span<const Demand> demands, const Bookings& wishes,
                   const Bookings& earliest) {
  double saved = 0;
  double size = 0;
  for (size_t i = 0; i < demands.size(); ++i) {
    if (wishes[i] && earliest[i]) {
      saved += earliest[i]->cost - wishes[i]->cost;
      size += SizeOf(demands[i]) / Hours(slots.length);
    }
  }
  return size > 0 ? std::max(saved, 0.0) / size : 0;
}

/// How many slots of places all demands may start in.
double LooksAtAll(const Slots& slots, std::span<const Demand> demands) {
  double looks = 0;
  for (const Demand& demand : demands) {
    const Time latest = std::min(demand.latest_start, slots.end());
    looks += static_cast<double>(demand.places.size()) *
             (1 + std::max(0.0, Hours(latest - demand.earliest) / Hours(slots.length)));
  }
  return looks;
}

std::vector<double> Scaled(std::vector<double> prices, double factor) {
  for (double& price : prices) {
    price *= factor;
  }
  return prices;
}

bool IsBetter(const FleetPlan& a, const FleetPlan& b) {
  return a.placed != b.placed ? a.placed > b.placed : a.cost < b.cost;
}

/// Each job once more in the room that the others leave, at the timetable's prices.
void Reconsider(Timetable& timetable, std::span<const Demand> demands, const Floors& floors,
                const std::vector<size_t>& order, Bookings& bookings) {
  for (const size_t i : order) {
    auto& booking = bookings[i];
    if (booking) {
      timetable.GiveBack(demands[i], *booking);
    }
    // It finds its own room again at least, if not a way that was not looked for before.
    if (auto again = timetable.Find(demands[i], floors[i])) {
      booking = std::move(again);
    }
    if (booking) {
      timetable.Take(demands[i], *booking);
    }
  }
}

FleetPlan EarliestInOrder(Timetable& timetable, std::span<const Demand> demands,
                          const std::vector<size_t>& order) {
  FleetPlan plan{.bookings = Bookings(demands.size())};
  for (const size_t i : order) {
    plan.bookings[i] = timetable.FindEarliest(demands[i]);
    if (plan.bookings[i]) {
      timetable.Take(demands[i], *plan.bookings[i]);
    }
  }
  Summarise(plan);
  return plan;
}

/// The best of what `plan`, whose room is taken, becomes in some attempts, and itself; its room is
/// taken in the end.
FleetPlan Improved(Timetable& timetable, std::span<const Demand> demands,
                   const std::vector<size_t>& order, const Market& market, size_t attempts,
                   FleetPlan plan) {
  FleetPlan best = plan;
  for (size_t attempt = 0; attempt < attempts; ++attempt) {
    timetable.SetPrices(Scaled(market.best_prices(), kScales[attempt % kScales.size()]));
    Reconsider(timetable, demands, market.floors(), order, plan.bookings);
    timetable.SetPrices({});
    Reconsider(timetable, demands, market.floors(), order, plan.bookings);
    Summarise(plan);
    if (IsBetter(plan, best)) {
      best = plan;
    }
  }
  GiveBackAll(timetable, demands, plan.bookings);
  TakeAll(timetable, demands, best.bookings);
  return best;
}

}  // namespace

FleetPlan PlanEarliest(Timetable& timetable, std::span<const Demand> demands) {
  return EarliestInOrder(timetable, demands, ByWaiting(demands));
}

FleetPlan PlanFleet(Timetable& timetable, std::span<const Demand> demands,
                    const FleetRules& rules) {
  const double looks = std::max(1.0, LooksAtAll(timetable.slots(), demands));
  const double stride = std::ceil(looks * static_cast<double>(rules.price_rounds) / rules.looks);
  Market market(timetable, demands,
                static_cast<size_t>(
                    std::clamp(stride, 1.0, std::max(1.0, static_cast<double>(demands.size())))));
  Bookings wishes = market.AskAll();
  if (market.Fits()) {
    FleetPlan plan{.bookings = std::move(wishes), .bound = market.bound()};
    TakeAll(timetable, demands, plan.bookings);
    Summarise(plan);
    plan.optimal = !IsCheaper(plan.bound, plan.cost);
    return plan;
  }
  const auto order = TakingTurns(demands, timetable.slots().length);
  const auto placeable = static_cast<size_t>(
      std::count_if(wishes.begin(), wishes.end(), [](const auto& wish) { return !!wish; }));
  const FleetPlan earliest = PlanEarliest(timetable, demands);
  GiveBackAll(timetable, demands, earliest.bookings);
  market.Open(WorthOfRoom(timetable.slots(), demands, wishes, earliest.bookings));
  for (size_t round = 0; round < rules.price_rounds; ++round) {
    market.Haggle(round);
  }
  timetable.SetPrices({});
  const auto attempts = static_cast<size_t>(std::clamp(
      rules.looks / looks, 1.0, static_cast<double>(std::max<size_t>(1, rules.attempts))));
  FleetPlan best = Improved(timetable, demands, order, market, attempts,
                            EarliestInOrder(timetable, demands, order));
  const auto improve_on = [&](const FleetPlan& first) {
    if (IsBetter(first, best)) {
      GiveBackAll(timetable, demands, best.bookings);
      TakeAll(timetable, demands, first.bookings);
      best = Improved(timetable, demands, order, market, attempts, first);
    }
  };
  improve_on(earliest);
  if (best.placed < placeable) {
    GiveBackAll(timetable, demands, best.bookings);
    const FleetPlan urgent = EarliestInOrder(timetable, demands, ByLatestStart(demands));
    GiveBackAll(timetable, demands, urgent.bookings);
    TakeAll(timetable, demands, best.bookings);
    improve_on(urgent);
  }
  best.bound = market.bound();
  return best;
}

}  // namespace carbon::plan
