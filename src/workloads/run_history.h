// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "plan/length_belief.h"
#include "workloads/pod.h"

namespace carbon::workloads {

/// A pod that ran and succeeded, and when, on the clock that deadlines are told by.
struct EndedRun {
  const PodView* pod;  ///< never null
  RunTimes times;
};

/// Since it was made.
struct RunHistoryCounters {
  uint64_t runs = 0;               ///< learnt from
  uint64_t longer_than_bound = 0;  ///< of these: runs of a known template, longer than was believed
  uint64_t forgotten = 0;          ///< templates that gave way to others
};

/// How long the last runs of each template took (TemplateOf()). Bounded: of at most so many
/// templates, of which those go whose last run is longest ago, the last kMostRuns runs. Not
/// thread-safe.
class RunHistory {
 public:
  static constexpr size_t kMostTemplates = 10'000;
  static constexpr size_t kMostRuns = 16;

  /// `most_templates` > 0.
  explicit RunHistory(size_t most_templates) : most_templates_(most_templates) {}
  RunHistory() = default;

  /// A run that took longer than the bound of what was believed of its length before.
  struct Overrun {
    std::string pod;
    Duration length;
    plan::LengthBelief believed;
  };
  /// Learns from the runs that are not among those of the call before; `present` is all that the
  /// cluster still shows. A template's first run cannot be an overrun: nothing was believed but
  /// what its owner said.
  std::vector<Overrun> Learn(std::span<const EndedRun> present);

  /// The last runs of a template, the latest one last; valid until the next Learn().
  std::span<const Duration> Of(const std::string& template_name) const;

  size_t templates() const { return templates_.size(); }
  const RunHistoryCounters& counters() const { return counters_; }

 private:
  struct Template {
    std::string name;
    std::vector<Duration> runs;
  };
  std::vector<const EndedRun*> NewOf(std::span<const EndedRun> present);
  std::vector<Duration>& RunsOf(const std::string& name);

  size_t most_templates_ = kMostTemplates;
  RunHistoryCounters counters_;
  std::list<Template> templates_;  ///< the one that ran last first
  std::unordered_map<std::string, std::list<Template>::iterator> by_name_;
  uint64_t round_ = 0;
  std::unordered_map<std::string, uint64_t> seen_;  ///< pods' uids, and the last round they were in
};

}  // namespace carbon::workloads
