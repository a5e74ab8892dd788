// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "grid/series.h"
#include "sim/foresight.h"
#include "sim/trace.h"

namespace carbon::sim {

/// A job belongs to one of two classes by its length, and the class says how long it may wait.
inline constexpr Duration kShorterIsShort = std::chrono::hours(2);
inline constexpr Duration kShortWait = std::chrono::hours(6);
inline constexpr Duration kLongWait = std::chrono::hours(24);

/// What part of a trace is replayed on what part of a signal.
struct Setting {
  Time start;         ///< when the trace begins
  Duration window{};  ///< jobs that arrive later than this are left out; > 0
  /// For every job; nothing = 6 h for jobs shorter than 2 h, else 24 h.
  std::optional<Duration> longest_wait;
};

/// A job placed in real time, with all that a policy is told of it.
struct SimJob {
  Time arrival;
  Duration length;
  Duration believed;
  Duration longest_wait;
  Time end;  ///< as in plan::PolicyInput
  double cpus;
  uint32_t template_id = kNoTemplate;  ///< as in TraceJob
  uint32_t trace_index = 0;            ///< of the trace's jobs
  bool is_short = false;               ///< of the two classes
};

/// A trace laid on a signal, the same for every policy. Every job of `jobs` can be planned: its
/// signal is known from arrival to the latest end of its run.
struct Scenario {
  grid::Series signal;
  Duration slot = Duration(1);  ///< as in plan::PolicyInput
  std::vector<SimJob> jobs;     ///< by arrival
  size_t submitted = 0;         ///< jobs of the trace: those in `jobs`, `unknown` and `rejected`
  size_t unknown = 0;           ///< would touch a time at which the signal is not known
  size_t rejected = 0;          ///< arrive after the window, or have no length
  Duration short_mean = kShorterIsShort;  ///< what jobs of a class are believed to take
  Duration long_mean = kShorterIsShort;
  /// What is expected of the signal while jobs run; only policies that plan by it need it.
  std::shared_ptr<const Foresight> foresight = nullptr;

  /// When the last job must be done.
  Time End() const;
};

/// How a trace is laid on a signal. Fails where the setting does not fit the signal.
struct Rules {
  std::string_view name;
  std::string_view description;  ///< one line, for people
  Result<Scenario> (*prepare)(const std::vector<TraceJob>&, const grid::Series&, const Setting&);
};

/// All rules, the default first.
extern const std::array<Rules, 2> kRules;

/// The rules of that name, or null.
const Rules* FindRules(std::string_view name);

/// What a job of either class is believed to take before any has ended: the mean of the trace's.
Duration ClassMean(const std::vector<TraceJob>& trace, bool is_short);

/// The indices of the jobs in the order of their arrivals, and of the trace where they arrive at
/// once.
std::vector<uint32_t> ByArrival(const std::vector<TraceJob>& trace);

/// Adds the job, or counts it as unknown. `horizon`: the latest end of any plan for it.
void AddIfKnown(Scenario& scenario, const SimJob& job, Time horizon);

/// That `start` lies in the signal and the window is not empty.
Status CheckSetting(const grid::Series& signal, const Setting& setting);

}  // namespace carbon::sim
