// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "plan/offer.h"
#include "plan/policies.h"

/// Jobs that share places of limited room. Pure.
namespace carbon::plan {

/// What a place offers, by slot; both as long as there are slots.
struct Supply {
  static constexpr double kUnbounded = std::numeric_limits<double>::infinity();

  std::vector<double> g_per_kwh;  ///< expected; NaN = unknown: nothing is planned there
  std::vector<double> cpus;       ///< room; kUnbounded where it is not to be counted
};

/// What a job asks for.
struct Demand {
  struct Place {
    size_t supply;  ///< index
    Watts power;    ///< expected draw of the job there
  };
  std::vector<Place> places;
  double cpus = 1;    ///< of room while it runs, >= 0
  Duration length{};  ///< > 0
  Time earliest;      ///< not before the slots begin
  Time latest_start;  ///< of a run without a pause; pauses may use up the time until LatestEnd()
  bool pausable = false;
  /// What a pause and going on after it emit: checkpoint, restore, work done twice. >= 0.
  Grams per_pause;
  size_t owner = 0;  ///< who shares fairly with other owners
  Time since;        ///< waits since; of an owner's jobs the one that waits longest comes first

  Time LatestEnd() const { return latest_start + length; }
};

/// Where and when a job runs.
struct Booking {
  size_t place = 0;      ///< index into Demand::places
  Schedule runs;         ///< one run, or several if the job may pause; together as long as the job
  Grams emissions;       ///< expected, those of the pauses too
  double cost = 0;       ///< emissions, and what waiting costs: in grams
  double at_prices = 0;  ///< what was minimised: `cost`, and the price of the room
  double bound = 0;      ///< no way in the same room costs less, at the same prices

  bool operator==(const Booking&) const = default;
};

/// A place of a demand, and what no way there costs less than, whoever else is there and whatever
/// its room costs.
struct Floor {
  double cost;
  size_t place;  ///< index into Demand::places
};

/// What waiting costs: grams per hour that a job's work is later than it could have been, on
/// average over the work. 0: a gram saved is worth any wait within the deadline.
using GramsPerHour = Quantity<struct GramsPerHourUnit>;

/// Places, what is expected of each, and who has taken which room. Not thread-safe.
///
/// A run takes its CPUs for each slot that it touches, whole: at no instant more are in use than
/// there are, whenever within a slot runs begin and end.
class Timetable {
 public:
  /// Each supply is as long as there are slots.
  Timetable(Slots slots, std::vector<Supply> supplies, GramsPerHour patience = {});

  /// The cheapest way for the job in the room that is left, of those whose intensity is known
  /// throughout; nothing where there is none. Of equally cheap ones (to a relative 1e-9) the first
  /// place, and there the earliest start. How exact: see plan/offer.h. Costs O(slots) a place;
  /// pauses that cost something O(slots x slots of the run).
  std::optional<Booking> Find(const Demand& demand) const;

  /// The same as if no room were taken.
  std::optional<Booking> FindAlone(const Demand& demand) const;

  /// The places that have a way for the job, those with the lowest floor first. For whoever asks
  /// for the same demand again and again: the others below then look no further than they must.
  std::vector<Floor> Floors(const Demand& demand) const;
  std::optional<Booking> Find(const Demand& demand, std::span<const Floor> floors) const;
  std::optional<Booking> FindAlone(const Demand& demand, std::span<const Floor> floors) const;

  /// The earliest run without a pause, whatever it emits, in the room that is left: what a cluster
  /// does that starts jobs as they come. Of several places the first.
  std::optional<Booking> FindEarliest(const Demand& demand) const;

  /// A run without a pause from `start` on at a place, whatever it emits; nothing where there is no
  /// room or the intensity is not known throughout.
  std::optional<Booking> At(const Demand& demand, size_t place, Time start) const;

  /// Takes the room of a booking, or gives it back.
  void Take(const Demand& demand, const Booking& booking) { Count(demand, booking, -1); }
  void GiveBack(const Demand& demand, const Booking& booking) { Count(demand, booking, 1); }

  /// What room costs from now on, per CPU and slot, >= 0: by supply, then by slot. Empty: nothing,
  /// as in the beginning.
  void SetPrices(std::vector<double> prices);

  const Slots& slots() const { return slots_; }
  size_t supplies() const { return lanes_.size(); }
  double Capacity(size_t supply, size_t slot) const { return lanes_[supply].capacity[slot]; }
  double Free(size_t supply, size_t slot) const { return lanes_[supply].free[slot]; }

 private:
  /// A supply, prepared.
  struct Lane {
    std::vector<double> intensity;       ///< 0 where unknown
    std::vector<double> intensity_sums;  ///< [i]: before slot i
    std::vector<uint32_t> known;         ///< how many slots from each on are known
    std::vector<double> price_sums;      ///< as Offer::price_sums
    std::vector<double> capacity;
    std::vector<double> free;
    bool bounded = false;
  };
  enum class Room { left, all };

  /// `scratch`: for the offer's spans, and as long as there are slots.
  Offer OfferOf(const Demand& demand, const Demand::Place& place, Room room,
                std::vector<uint32_t>& scratch) const;
  std::vector<uint32_t> Scratch() const { return std::vector<uint32_t>(slots_.count); }
  Starts StartsOf(const Demand& demand) const {
    return {slots_, demand.length, demand.earliest, demand.latest_start};
  }
  std::optional<Booking> Cheapest(const Demand& demand, std::span<const Floor> floors,
                                  Room room) const;
  /// Fills in what the runs emit and cost.
  void Complete(const Demand& demand, Booking& booking) const;
  void Count(const Demand& demand, const Booking& booking, double sign);

  Slots slots_;
  double slot_hours_;
  GramsPerHour patience_;
  std::vector<Lane> lanes_;
};

}  // namespace carbon::plan
