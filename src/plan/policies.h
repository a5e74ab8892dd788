// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/time.h"
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

/// All that a reference policy may use to plan one job alone, on arrival, with perfect foresight
/// of the signal. The signal is known from `arrival` to `arrival + length + longest_wait`; what
/// lies beyond may be unknown and is then not used.
struct PolicyInput {
  const grid::Series& signal;
  Time arrival;
  Duration length;        ///< as it will turn out; > 0
  Duration believed;      ///< what is believed on arrival: the class mean, or the true length; > 0
  Duration longest_wait;  ///< >= 0
  Time end;               ///< a run of the believed length may not be planned to end after this
  /// Raster on which a quantile of the signal counts samples; all times above and the steps of the
  /// signal are multiples of it. The finest one means real time. > 0.
  Duration slot = Duration(1);
};

/// What a policy knows of a job's length when it plans.
enum class KnownLength { nothing, believed, exact };

struct Policy {
  std::string_view name;
  std::string_view description;  ///< one line, for people
  Schedule (*plan)(const PolicyInput&);
  KnownLength knows;
};

/// The reference policies, run-now first. This table is the only list of them.
extern const std::array<Policy, 6> kPolicies;

/// The policy of that name, or null.
const Policy* FindPolicy(std::string_view name);

/// Each in the file of its name under plan/policies/, with its rule and source.
Schedule RunNow(const PolicyInput& input);
Schedule LowestSlot(const PolicyInput& input);
Schedule LowestWindow(const PolicyInput& input);
Schedule CarbonTime(const PolicyInput& input);
Schedule Ecovisor(const PolicyInput& input);
Schedule WaitAwhile(const PolicyInput& input);

}  // namespace carbon::plan
