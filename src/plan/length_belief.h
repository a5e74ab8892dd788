// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace carbon::plan {

/// Where a belief of a length comes from.
enum class LengthSource {
  assumed,   ///< nobody said anything: a default
  declared,  ///< its owner's word
  learnt,    ///< runs that ended, and its owner's word as one more
};
/// "assumed", "declared", "learnt".
std::string_view ToString(LengthSource source);
std::optional<LengthSource> LengthSourceOf(std::string_view name);

/// What is believed of how long a run takes.
struct LengthBelief {
  LengthSource source = LengthSource::assumed;
  size_t runs = 0;     ///< learnt from
  Duration mean{};     ///< expected: what emissions and room are reckoned by; > 0
  Duration longest{};  ///< the longest that is known: a run, or what the owner declared
  Duration
      bound{};  ///< by which deadlines are kept: see AtItsWord() and LearntLength(); >= longest

  bool operator==(const LengthBelief&) const = default;
};

inline constexpr double kChanceBeyondBound = 0.001;

/// A length, > 0, that nothing has been learnt about: mean, longest and bound at once.
LengthBelief AtItsWord(Duration length, LengthSource source = LengthSource::declared);

/// Learnt from `runs`, one or more of one template, each counted as 1 ms at least, and from what
/// the owner `declared`, which counts as one more run.
///
/// The bound is that of a next run's length if lengths are log-normal with unknown parameters: the
/// quantile of the predictive law, a Student t of the logarithms (A. Gelman et al., "Bayesian Data
/// Analysis", 3rd ed., sections 3.2 and 3.3). It is the smaller of two, each exceeded with half of
/// kChanceBeyondBound, so that together they are with all of it at most (Boole):
///  * of the runs alone, from two on: exact whatever the parameters are, and wide for few runs, as
///    a spread that was seen twice may be chance;
///  * with the prior that lengths spread as if kPriorRuns runs had shown a standard deviation of
///    kPriorSpread in their logarithms. It holds where the spread is no larger than that.
/// While there are fewer than kEnoughRuns, and none took longer than kWordTolerance times what its
/// owner declared, the longest that is known is the bound, whatever its chance, as what was
/// declared is before any run ended: runs that bear out their owner are no reason to distrust them.
///
/// Of lengths with a heavier tail than the log-normal neither promises anything, nor of runs that
/// depend on one another, as where the input grows: docs/policies.md has measurements.
LengthBelief LearntLength(std::span<const Duration> runs, std::optional<Duration> declared);

inline constexpr size_t kEnoughRuns = 5;
inline constexpr double kWordTolerance = 1.1;
inline constexpr double kPriorSpread = 0.4;
inline constexpr size_t kPriorRuns = 8;
/// Runs are not taken to be more alike than this, as a standard deviation of logarithms: their
/// times are known to the second, and two that took as long as each other are no law.
inline constexpr double kLeastSpread = 0.01;

}  // namespace carbon::plan
