// SPDX-License-Identifier: Apache-2.0
#include "sim/room_prices.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace carbon::sim {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr double kMostLooks = 2e8;  ///< at a step of a zone for a job
constexpr double kFirstStep = 1;    ///< of Polyak's
constexpr double kCarriedOn = 0.9;  ///< of the last direction
constexpr size_t kPatience = 20;    ///< rounds that do not help
constexpr double kEnough = 1e-6;    ///< of the target

/// What runs use of a zone, hour by hour.
class Usage {
 public:
  Usage(Time begin, size_t hours) : begin_(begin), parts_(hours + 1), changes_(hours + 1) {}

  void Add(Time from, Time to, double cpus) {
    const auto first = static_cast<size_t>((from - begin_) / kHour);
    const auto last = static_cast<size_t>((to - begin_) / kHour);
    changes_[first] += cpus;
    changes_[last] -= cpus;
    parts_[first] -= cpus * Hours((from - begin_) % kHour);
    parts_[last] += cpus * Hours((to - begin_) % kHour);
  }

  /// CPU hours, beyond `room`.
  std::vector<double> Beyond(double room) const {
    std::vector<double> beyond(parts_.size() - 1);
    double cpus = 0;
    for (size_t i = 0; i < beyond.size(); ++i) {
      cpus += changes_[i];
      beyond[i] = cpus + parts_[i] - room;
    }
    return beyond;
  }

 private:
  Time begin_;
  std::vector<double> parts_;
  std::vector<double> changes_;
};

double RoomIn(const FleetZone& zone) { return static_cast<double>(RoomOf(zone)) / 1000; }

bool IsShort(const RoomPrices& excess) {
  return std::any_of(excess.begin(), excess.end(), [](const std::vector<double>& of_zone) {
    return std::any_of(of_zone.begin(), of_zone.end(), [](double beyond) { return beyond > 0; });
  });
}

/// Calls `visit` with every price and what is the same of `other`.
template <typename Visit>
void ForEach(RoomPrices& prices, const RoomPrices& other, const Visit& visit) {
  for (size_t zone = 0; zone < prices.size(); ++zone) {
    for (size_t hour = 0; hour < prices[zone].size(); ++hour) {
      visit(prices[zone][hour], other[zone][hour]);
    }
  }
}

/// Moves prices by `step` along `way`, which is carried on from `excess`. Room that costs nothing
/// and is not asked for stays as it is.
void Move(RoomPrices& prices, RoomPrices& way, const RoomPrices& excess, double gap) {
  double square = 0;
  ForEach(way, excess, [](double& to, double beyond) { to = kCarriedOn * to + beyond; });
  ForEach(prices, way, [&](const double& price, double along) {
    square += price > 0 || along > 0 ? along * along : 0;
  });
  if (square > 0) {
    ForEach(prices, way, [&](double& price, double along) {
      price = std::max(0.0, price + gap / square * along);
    });
  }
}

}  // namespace

RoomMarket::RoomMarket(const FleetScenario& scenario, std::span<const FleetJob> jobs)
    : scenario_(scenario), jobs_(jobs), begin_(FloorTo(scenario.start, kHour)) {
  Time known = begin_;
  for (const FleetZone& zone : scenario.zones) {
    known = std::max(known, zone.signal.end());
  }
  Time end = begin_;
  for (const FleetJob& job : jobs) {
    end = std::max(end, std::min(job.latest_start + job.length, known));
  }
  hours_ = static_cast<size_t>((CeilTo(end, kHour) - begin_) / kHour);
  for (const FleetZone& zone : scenario.zones) {
    zones_.emplace_back(zone, begin_, end);
  }
  prices_.assign(zones_.size(), std::vector<double>(hours_));
}

void RoomMarket::SetPrices(RoomPrices prices) {
  prices_ = std::move(prices);
  for (size_t i = 0; i < zones_.size(); ++i) {
    zones_[i].SetPrices(prices_[i]);
  }
}

std::vector<PricedPiece> RoomMarket::CheapestRun(std::span<const PricedZone* const> zones,
                                                 const FleetJob& job) {
  std::vector<PricedPiece> best;
  for (size_t i = 0; i < zones.size(); ++i) {
    const auto run = zones[i] == nullptr
                         ? std::nullopt
                         : zones[i]->Cheapest(job.arrival, job.latest_start, job.length);
    if (run && (best.empty() || run->cost < best.front().cost)) {
      best = {{i, run->start, run->start + job.length, run->cost}};
    }
  }
  return best;
}

std::vector<PricedPiece> RoomMarket::Ask(const FleetJob& job) const {
  std::vector<const PricedZone*> zones;
  for (size_t i = 0; i < zones_.size(); ++i) {
    const bool fits = job.millicores <= RoomOf(scenario_.zones[i]);
    zones.push_back(fits ? &zones_[i] : nullptr);
  }
  return scenario_.migration
             ? CheapestTime(zones, job.arrival, job.latest_start + job.length, job.length)
             : CheapestRun(zones, job);
}

std::vector<double> RoomMarket::CostsOf(std::span<const size_t> jobs) const {
  std::vector<double> costs;
  costs.reserve(jobs.size());
  for (const size_t job : jobs) {
    double cost = 0;
    for (const PricedPiece& piece : Ask(jobs_[job])) {
      cost += jobs_[job].cpus * piece.cost;
    }
    costs.push_back(cost);
  }
  return costs;
}

double RoomMarket::CostOfRoom() const {
  double cost = 0;
  for (size_t i = 0; i < zones_.size(); ++i) {
    cost += RoomIn(scenario_.zones[i]) * std::accumulate(prices_[i].begin(), prices_[i].end(), 0.0);
  }
  return cost;
}

RoomMarket::Answer RoomMarket::AskEvery(size_t stride) const {
  Answer answer{.value = -CostOfRoom(), .excess = {}};
  std::vector<Usage> usage(zones_.size(), Usage(begin_, hours_));
  const auto weight = static_cast<double>(stride);
  for (size_t i = 0; i < jobs_.size(); i += stride) {
    const double cpus = weight * jobs_[i].cpus;
    for (const PricedPiece& piece : Ask(jobs_[i])) {
      answer.value += cpus * piece.cost;
      usage[piece.zone].Add(piece.from, piece.to, cpus);
    }
  }
  for (size_t i = 0; i < zones_.size(); ++i) {
    answer.excess.push_back(usage[i].Beyond(RoomIn(scenario_.zones[i])));
  }
  return answer;
}

size_t RoomMarket::Stride(size_t rounds) const {
  double looks = 0;
  for (const FleetJob& job : jobs_) {
    for (const FleetZone& zone : scenario_.zones) {
      const Duration tried =
          job.latest_start - job.arrival + (scenario_.migration ? job.length : Duration::zero());
      looks += 2 * (1 + Hours(tried) / Hours(zone.signal.step()));
    }
  }
  return static_cast<size_t>(
      std::max(1.0, std::ceil(looks * static_cast<double>(rounds) / kMostLooks)));
}

RoomPrices RoomMarket::BestPrices(double target, size_t rounds) {
  const size_t stride = Stride(rounds);
  RoomPrices best(zones_.size(), std::vector<double>(hours_));
  RoomPrices prices = best;
  RoomPrices way = best;
  double best_value = -std::numeric_limits<double>::infinity();
  double step = kFirstStep;
  size_t in_vain = 0;
  for (size_t round = 0; round < rounds; ++round) {
    SetPrices(prices);
    const Answer answer = AskEvery(stride);
    if (answer.value > best_value) {
      best_value = answer.value;
      best = prices;
      in_vain = 0;
    } else if (++in_vain == kPatience) {
      in_vain = 0;
      step /= 2;
    }
    if (target - best_value <= kEnough * target || (round == 0 && !IsShort(answer.excess))) {
      break;
    }
    Move(prices, way, answer.excess, step * (target - answer.value));
  }
  return best;
}

RoomPrices RoomMarket::Within(RoomPrices prices, Time from, Time to) const {
  for (auto& of_zone : prices) {
    for (size_t hour = 0; hour < of_zone.size(); ++hour) {
      const Time begins = begin_ + kHour * static_cast<int64_t>(hour);
      if (begins < from || begins >= to) {
        of_zone[hour] = 0;
      }
    }
  }
  return prices;
}

}  // namespace carbon::sim
