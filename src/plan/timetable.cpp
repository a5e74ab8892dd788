// SPDX-License-Identifier: Apache-2.0
#include "plan/timetable.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace carbon::plan {
namespace {

std::vector<double> SumsOf(const double* values, size_t count) {
  std::vector<double> sums(count + 1);
  for (size_t i = 0; i < count; ++i) {
    sums[i + 1] = sums[i] + values[i];
  }
  return sums;
}

/// From each slot of the range on, how many slots of it hold without a break.
template <typename Holds>
void CountFrom(std::vector<uint32_t>& counts, Slots::Range range, const Holds& holds) {
  uint32_t run = 0;
  for (size_t i = range.last; i-- > range.first;) {
    run = holds(i) ? run + 1 : 0;
    counts[i] = run;
  }
}

/// Rounding in what is taken and given back does not matter.
constexpr double kEnough = 1 - 1e-9;

/// No runs where there is no way.
CheapestPieces CheapestAt(const Offer& offer, const Starts& starts, bool pausable) {
  if (pausable) {
    return FindCheapestPieces(offer).value_or(CheapestPieces{});
  }
  const auto run = FindCheapestRun(offer, starts);
  return run ? CheapestPieces{{{run->start, offer.length}}, run->cost, run->cost}
             : CheapestPieces{};
}

/// As long as nothing is known of them.
std::vector<Floor> AllPlaces(const Demand& demand) {
  std::vector<Floor> floors;
  for (size_t place = 0; place < demand.places.size(); ++place) {
    floors.push_back({-std::numeric_limits<double>::infinity(), place});
  }
  return floors;
}

}  // namespace

Timetable::Timetable(Slots slots, std::vector<Supply> supplies, GramsPerHour patience)
    : slots_(slots), slot_hours_(Hours(slots.length)), patience_(patience) {
  for (Supply& supply : supplies) {
    assert(supply.g_per_kwh.size() == slots.count && supply.cpus.size() == slots.count);
    Lane lane;
    lane.intensity = std::move(supply.g_per_kwh);
    lane.known.resize(slots.count);
    CountFrom(lane.known, {0, slots.count},
              [&](size_t i) { return !std::isnan(lane.intensity[i]); });
    std::replace_if(
        lane.intensity.begin(), lane.intensity.end(), [](double g) { return std::isnan(g); }, 0.0);
    lane.intensity_sums = SumsOf(lane.intensity.data(), slots.count);
    lane.bounded = std::any_of(supply.cpus.begin(), supply.cpus.end(),
                               [](double cpus) { return cpus != Supply::kUnbounded; });
    lane.free = supply.cpus;
    lane.capacity = std::move(supply.cpus);
    lanes_.push_back(std::move(lane));
  }
}

void Timetable::SetPrices(std::vector<double> prices) {
  assert(prices.empty() || prices.size() == lanes_.size() * slots_.count);
  for (size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].price_sums = prices.empty() ? std::vector<double>()
                                          : SumsOf(prices.data() + i * slots_.count, slots_.count);
  }
}

Offer Timetable::OfferOf(const Demand& demand, const Demand::Place& place, Room room,
                         std::vector<uint32_t>& scratch) const {
  const Lane& lane = lanes_[place.supply];
  Offer offer{.slots = slots_,
              .intensity = lane.intensity,
              .intensity_sums = lane.intensity_sums,
              .price_sums = lane.price_sums,
              .clear = lane.known,
              .kwh_per_slot = place.power.value() / 1000 * slot_hours_,
              .cpus = demand.cpus,
              .wait_per_slot = patience_.value() * slot_hours_,
              .length = demand.length,
              .earliest = demand.earliest,
              .latest_start = demand.latest_start,
              .per_pause = demand.per_pause};
  if (lane.bounded) {
    const std::vector<double>& cpus = room == Room::left ? lane.free : lane.capacity;
    const double enough = demand.cpus * kEnough;
    CountFrom(scratch, offer.Reachable(),
              [&](size_t i) { return lane.known[i] > 0 && cpus[i] >= enough; });
    offer.clear = scratch;
  }
  return offer;
}

void Timetable::Complete(const Demand& demand, Booking& booking) const {
  const Demand::Place& place = demand.places[booking.place];
  const Lane& lane = lanes_[place.supply];
  const Offer offer{
      .slots = slots_, .intensity = lane.intensity, .intensity_sums = lane.intensity_sums};
  double intensity = 0;
  double late = 0;  // hours, by the part of the work that is so late
  Duration ran{};
  for (const Segment& run : booking.runs) {
    intensity += offer.IntensityOver(run);
    late += Hours(run.start - demand.earliest - ran) * static_cast<double>(run.length.count()) /
            static_cast<double>(demand.length.count());
    ran += run.length;
  }
  booking.emissions = place.power * slots_.length * GramsPerKwh(intensity) +
                      demand.per_pause * static_cast<double>(booking.runs.size() - 1);
  booking.cost = booking.emissions.value() + patience_.value() * late;
}

std::optional<Booking> Timetable::Cheapest(const Demand& demand, std::span<const Floor> floors,
                                           Room room) const {
  std::optional<Booking> best;
  double bound = std::numeric_limits<double>::infinity();
  std::vector<uint32_t> scratch = Scratch();
  const Starts starts = StartsOf(demand);
  for (const Floor& floor : floors) {
    if (best && IsCheaper(best->at_prices, floor.cost)) {
      break;
    }
    const size_t place = floor.place;
    CheapestPieces found =
        CheapestAt(OfferOf(demand, demand.places[place], room, scratch), starts, demand.pausable);
    if (found.runs.empty()) {
      continue;
    }
    bound = std::min(bound, found.bound);
    if (!best || IsCheaper(found.cost, best->at_prices) ||
        (place < best->place && !IsCheaper(best->at_prices, found.cost))) {
      best = Booking{.place = place, .runs = std::move(found.runs), .at_prices = found.cost};
    }
  }
  if (best) {
    best->bound = bound;
    Complete(demand, *best);
  }
  return best;
}

std::vector<Floor> Timetable::Floors(const Demand& demand) const {
  std::vector<Floor> floors;
  std::vector<uint32_t> scratch = Scratch();
  const Starts starts = StartsOf(demand);
  for (size_t place = 0; place < demand.places.size(); ++place) {
    Offer offer = OfferOf(demand, demand.places[place], Room::all, scratch);
    offer.price_sums = {};
    const CheapestPieces found = CheapestAt(offer, starts, demand.pausable);
    if (!found.runs.empty()) {
      floors.push_back({found.bound, place});
    }
  }
  std::stable_sort(floors.begin(), floors.end(),
                   [](const Floor& a, const Floor& b) { return a.cost < b.cost; });
  return floors;
}

std::optional<Booking> Timetable::Find(const Demand& demand, std::span<const Floor> floors) const {
  return Cheapest(demand, floors, Room::left);
}

std::optional<Booking> Timetable::FindAlone(const Demand& demand,
                                            std::span<const Floor> floors) const {
  return Cheapest(demand, floors, Room::all);
}

std::optional<Booking> Timetable::Find(const Demand& demand) const {
  return Find(demand, AllPlaces(demand));
}

std::optional<Booking> Timetable::FindAlone(const Demand& demand) const {
  return FindAlone(demand, AllPlaces(demand));
}

std::optional<Booking> Timetable::FindEarliest(const Demand& demand) const {
  std::optional<Booking> best;
  std::vector<uint32_t> scratch = Scratch();
  const Starts starts = StartsOf(demand);
  for (size_t i = 0; i < demand.places.size(); ++i) {
    const auto run =
        FindEarliestRun(OfferOf(demand, demand.places[i], Room::left, scratch), starts);
    if (run && (!best || run->start < best->runs.front().start)) {
      best = Booking{.place = i, .runs = {{run->start, demand.length}}, .at_prices = run->cost};
    }
  }
  if (best) {
    Complete(demand, *best);
  }
  return best;
}

std::optional<Booking> Timetable::At(const Demand& demand, size_t place, Time start) const {
  Demand only = demand;
  only.places = {demand.places[place]};
  only.earliest = only.latest_start = start;
  only.pausable = false;
  auto booking = Find(only);
  if (booking) {
    booking->place = place;
    Complete(demand, *booking);
  }
  return booking;
}

void Timetable::Count(const Demand& demand, const Booking& booking, double sign) {
  Lane& lane = lanes_[demand.places[booking.place].supply];
  for (const Segment& run : booking.runs) {
    const Slots::Range touched = slots_.TouchedBy(run);
    for (size_t slot = touched.first; slot < touched.last; ++slot) {
      lane.free[slot] += sign * demand.cpus;
    }
  }
}

}  // namespace carbon::plan
