// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"
#include "plan/arrangement.h"
#include "plan/policies.h"

namespace carbon::plan {

/// Work in one place that can pause, with a width that does not change.
struct PausableWork {
  Time earliest;
  Time end;             ///< to be done by then
  Duration length{};    ///< that it runs, delays after pauses not included; > 0
  Watts power;          ///< > 0
  PauseCost pause;      ///< energy and delay >= 0
  Grams wait_per_hour;  ///< >= 0: of its whole work being an hour later
};

/// When it runs, so that emissions, pauses and waiting together cost least by `signal`; nothing
/// where what is known of the signal does not suffice, or there is no time for a pause. A run after
/// a pause is told without the delay, for which there is room before it: plan::Arrange adds it.
///
/// Time is cut into slots of PauseSlot(), within which the signal counts as its mean. By that it is
/// exact where neither pauses nor waiting cost anything; else it is the better of the cheapest run
/// in one piece and the cheapest way that fills whole slots, the last of which may end early
/// (FindCheapestPieces).
std::optional<Schedule> CheapestWithPauses(const grid::Series& signal, const PausableWork& work);

/// The slots in which pauses are planned: of five minutes, or as many as keep the plan small.
Duration PauseSlot(const PausableWork& work);

}  // namespace carbon::plan
