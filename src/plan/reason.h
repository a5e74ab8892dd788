// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"
#include "plan/length_belief.h"

namespace carbon::plan {

/// A way to run a job: where, when, and what it is expected to emit.
struct Option {
  std::string region;
  std::string zone;
  Time start;
  GramsPerKwh intensity;  ///< expected mean over the run
  Grams emissions;

  bool operator==(const Option&) const = default;
};

enum class Cause {
  cleaner_window,    ///< held: a later start is expected to emit less
  cleanest_now,      ///< released: no start before the latest one is expected to emit enough less
  clean_enough,      ///< released: the intensity is at or below the threshold
  crowded,           ///< held: there is no room before
  deadline_forces,   ///< released: waiting longer would break the deadline or the promised delay
  deadline_at_risk,  ///< released: the runs that are known leave room, the bound of its length none
  no_signal,         ///< released: the intensity where the job may run is unknown
  no_place,          ///< released: no node matches, which is the scheduler's to say
  bad_request,       ///< released: an annotation cannot be read
  by_hand,           ///< released: somebody asked for it
};
/// "CleanerWindow", …: the reason of the pod's event.
std::string_view ToString(Cause cause);

/// Why a decision was taken: facts, from which every text about it is made.
struct Reason {
  Cause cause = Cause::no_signal;
  Time decided_at;
  std::optional<Time> deadline;
  std::optional<Time> latest_start;
  std::optional<LengthBelief> length;  ///< absent where its wishes were not read
  /// Running at once, as the mean over all places where the job may run: what an indifferent
  /// scheduler is expected to cause. Absent where the signal is unknown.
  std::optional<Option> run_now;
  std::optional<Option> chosen;
  std::vector<Option> alternatives;  ///< at most three, best first, `chosen` not among them
  std::string source;                ///< provider of the signal
  std::string rung;                  ///< of the signal's freshness
  std::optional<Time> forecast_issued_at;
  std::string note;  ///< what could not be read or is not known, or the threshold; else empty

  bool operator==(const Reason&) const = default;

  /// run_now - chosen, where both are known.
  std::optional<Grams> ExpectedSaving() const;
};

/// One line for people, all times UTC: "waiting until 03:00 UTC in us-west-1 (US-CAL-CISO):
/// 212 g/kWh now, 96 g/kWh forecast; saves about 41 g; deadline 11:00".
std::string Sentence(const Reason& reason);

/// For people: "2h (declared)", or "1h45m expected, longer than 6h54m once in 1000 runs (learnt
/// from 3 runs, the longest 2h)".
std::string Describe(const LengthBelief& length);

/// JSON of one line, and back. Reading fails, as invalid, on anything that ToJson did not write.
std::string ToJson(const Reason& reason);
Result<Reason> ReasonFromJson(std::string_view text);

}  // namespace carbon::plan
