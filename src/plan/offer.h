// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "base/units.h"
#include "plan/policies.h"
#include "plan/slots.h"

namespace carbon::plan {

/// What a pause costs beside Offer::per_pause, by when it is.
struct PauseBySlot {
  /// By slot: of a pause that begins with the slot, and of one that ends with its beginning;
  /// infinite where it must not. Empty = nothing.
  std::span<const double> stop;
  std::span<const double> resume;
  size_t shortest = 1;  ///< in slots, >= 1
};

/// A place as it offers itself to one job. Everything that is "by slot" is slots.count long, sums
/// are one longer and hold at [i] what comes before slot i.
struct Offer {
  Slots slots;
  std::span<const double> intensity;       ///< by slot, g/kWh; 0 where unknown
  std::span<const double> intensity_sums;  ///< of `intensity`
  std::span<const double> price_sums;      ///< of the price of a CPU; empty = room costs nothing
  /// By slot: how many slots from there on the job could run in without a break. Looked at for
  /// what is Reachable() only.
  std::span<const uint32_t> clear;

  double kwh_per_slot = 0;  ///< energy of the job
  double cpus = 0;
  double wait_per_slot = 0;  ///< cost of a job's whole work being a slot later
  Duration length{};         ///< of the job, > 0
  Time earliest;             ///< >= slots.start
  Time latest_start;
  Grams per_pause;
  PauseBySlot pause;

  bool PausesAreFree() const {
    return per_pause == Grams(0) && pause.stop.empty() && pause.resume.empty() &&
           pause.shortest == 1;
  }
  Time LatestEnd() const { return latest_start + length; }
  Slots::Range Reachable() const { return slots.Between(earliest, LatestEnd()); }
  Starts StartsOfRun() const { return {slots, length, earliest, latest_start}; }
  /// The intensity over a run within the slots, in g/kWh x slots.
  double IntensityOver(const Segment& run) const;
};

/// By more than rounding explains: so that a flat signal makes no job wait.
inline bool IsCheaper(double a, double b) { return b - a > 1e-9 * std::abs(a); }

struct CheapestRun {
  Time start;
  double cost = 0;  ///< emissions, room and waiting
};

/// The cheapest run without a pause, exactly; of equally cheap ones (to a relative 1e-9) the
/// earliest. Nothing where the job cannot run in one piece.
/// `starts`: those of the offer, for whoever has them already from another place.
std::optional<CheapestRun> FindCheapestRun(const Offer& offer, const Starts& starts);
std::optional<CheapestRun> FindCheapestRun(const Offer& offer);

/// The earliest run without a pause, whatever it costs.
std::optional<CheapestRun> FindEarliestRun(const Offer& offer, const Starts& starts);

struct CheapestPieces {
  Schedule runs;
  double cost = 0;   ///< the cost of pauses among it
  double bound = 0;  ///< no way costs less
};

/// The cheapest way with pauses; nothing where the job cannot be done by offer.LatestEnd(). Exact
/// where pauses and waiting cost nothing and room has no price; with prices exact for whole slots.
/// Where pauses cost something or must not be short: the better of the cheapest run without one and
/// the cheapest in whole slots, of which the last may end early.
std::optional<CheapestPieces> FindCheapestPieces(const Offer& offer);

}  // namespace carbon::plan
