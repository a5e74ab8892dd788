// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/board.h"
#include "plan/job.h"

namespace carbon::plan {

/// A place together with what is known of its zone; both belong to others.
struct KnownPlace {
  const Place* place;
  const grid::Outlook* outlook;
};

/// A job's places whose zone is known by `lowest` or better, all of one kind of signal: that of the
/// first one.
std::vector<KnownPlace> KnownPlacesOf(const Job& job, const grid::Board& board, grid::Rung lowest);

/// The mean intensity of a run from now on. Where the forecast is too short for the whole run, what
/// is known of it speaks for the rest.
GramsPerKwh MeanFromNow(const KnownPlace& at, Time now, Duration length);

/// Why KnownPlacesOf() leaves a place out whose zone is not known well enough, for people.
std::string WhyUnknown(const Place& place, const grid::Board& board);

}  // namespace carbon::plan
