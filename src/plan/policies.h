// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "grid/series.h"

namespace carbon::plan {

/// A stretch in which a job runs. length > 0.
struct Segment {
  Time start;
  Duration length;

  Time end() const { return start + length; }
  bool operator==(const Segment&) const = default;
};

/// When a job runs: ascending, neither overlapping nor touching, together as long as the job.
using Schedule = std::vector<Segment>;

/// The least and the greatest of some intensities.
struct IntensityRange {
  GramsPerKwh least;
  GramsPerKwh most;

  bool operator==(const IntensityRange&) const = default;
};

/// All that a policy may use to plan one job alone. With Sight::hindsight and Sight::present the
/// signal is known from `arrival` to `arrival + length + longest_wait`; what lies beyond may be
/// unknown and is then not used. With the other sights it is the step that holds `arrival` as it
/// was observed and what is expected of those after it, any of which may be unknown.
struct PolicyInput {
  const grid::Series& signal;
  Time arrival;           ///< or the moment of planning, where a job is planned again
  Duration length;        ///< that is left, as it will turn out; > 0
  Duration believed;      ///< what is believed on arrival: the class mean, or the true length; > 0
  Duration longest_wait;  ///< >= 0; what is left of it
  Time end;               ///< a run of the believed length may not be planned to end after this
  /// Raster on which a quantile of the signal counts samples; all times above and the steps of the
  /// signal are multiples of it. The finest one means real time. > 0.
  Duration slot = Duration(1);
  /// What may be left of it, ascending, each as likely as the others; only with
  /// KnownLength::learnt.
  std::span<const Duration> lengths;
  /// Of the two weeks before the step in which the job arrives; nothing where none of that is
  /// known. Only with Sight::present.
  std::optional<IntensityRange> seen;
};

/// What a policy knows of a job's length when it plans; `learnt`: what of the lengths of jobs of
/// its class that have ended so far, and of its template among them, follows for one that has run
/// as long as this one.
enum class KnownLength { nothing, believed, learnt, exact };

/// What a policy is shown of the future when it plans.
enum class Sight {
  hindsight,   ///< all of it
  present,     ///< each step when it has come: what it does in one, those after it do not change
  on_arrival,  ///< what is expected when the job arrives
  every_step,  ///< what is expected at each step of the signal; it plans again at each
};

/// Whether a policy of that sight plans by what is expected, and so needs somebody who expects.
constexpr bool PlansByForecast(Sight sight) {
  return sight == Sight::on_arrival || sight == Sight::every_step;
}

struct Policy {
  std::string_view name;
  std::string_view description;  ///< one line, for people
  Schedule (*plan)(const PolicyInput&);
  KnownLength knows;
  Sight sight = Sight::hindsight;
};

/// The policies, run-now first. This table is the only list of them.
extern const std::array<Policy, 12> kPolicies;
/// The name of the one that no other beats which plans each job alone: its saving is what others'
/// are measured by.
inline constexpr std::string_view kOracle = "oracle";

/// The policy of that name, or null.
const Policy* FindPolicy(std::string_view name);

/// Each in the file of its name under plan/policies/, with its rule and source. They may be called
/// with any sight; those of the table that plan with hindsight or by the present assume it.
Schedule RunNow(const PolicyInput& input);
Schedule LowestSlot(const PolicyInput& input);
Schedule LowestWindow(const PolicyInput& input);
Schedule CarbonTime(const PolicyInput& input);
Schedule Ecovisor(const PolicyInput& input);
Schedule WaitAwhile(const PolicyInput& input);
Schedule CheapestHours(const PolicyInput& input);
Schedule RunOrWait(const PolicyInput& input);
Schedule Threshold(const PolicyInput& input);
Schedule KSearch(const PolicyInput& input);

}  // namespace carbon::plan
