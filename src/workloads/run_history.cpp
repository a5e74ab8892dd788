// SPDX-License-Identifier: Apache-2.0
#include "workloads/run_history.h"

#include <algorithm>
#include <optional>

namespace carbon::workloads {

std::vector<const EndedRun*> RunHistory::NewOf(std::span<const EndedRun> present) {
  ++round_;
  std::vector<const EndedRun*> fresh;
  for (const EndedRun& run : present) {
    const auto [known, added] = seen_.try_emplace(run.pod->uid, round_);
    known->second = round_;
    if (added) {
      fresh.push_back(&run);
    }
  }
  std::erase_if(seen_, [&](const auto& entry) { return entry.second != round_; });
  std::stable_sort(fresh.begin(), fresh.end(), [](const EndedRun* a, const EndedRun* b) {
    return a->times.ended < b->times.ended;
  });
  return fresh;
}

std::vector<Duration>& RunHistory::RunsOf(const std::string& name) {
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) {
    templates_.splice(templates_.begin(), templates_, known->second);
    return templates_.front().runs;
  }
  if (templates_.size() == most_templates_) {
    by_name_.erase(templates_.back().name);
    templates_.pop_back();
    ++counters_.forgotten;
  }
  templates_.push_front({.name = name, .runs = {}});
  by_name_[name] = templates_.begin();
  return templates_.front().runs;
}

std::vector<RunHistory::Overrun> RunHistory::Learn(std::span<const EndedRun> present) {
  std::vector<Overrun> overruns;
  for (const EndedRun* run : NewOf(present)) {
    const Duration length = run->times.ended - run->times.started;
    std::vector<Duration>& runs = RunsOf(run->pod->template_name);
    if (!runs.empty()) {
      const auto declared = DeclaredLength(*run->pod);
      const auto believed = plan::LearntLength(runs, declared ? *declared : std::nullopt);
      if (length > believed.bound) {
        overruns.push_back({.pod = run->pod->id(), .length = length, .believed = believed});
      }
    }
    if (runs.size() == kMostRuns) {
      runs.erase(runs.begin());
    }
    runs.push_back(length);
    ++counters_.runs;
  }
  counters_.longer_than_bound += overruns.size();
  return overruns;
}

std::span<const Duration> RunHistory::Of(const std::string& template_name) const {
  const auto known = by_name_.find(template_name);
  return known == by_name_.end() ? std::span<const Duration>() : known->second->runs;
}

}  // namespace carbon::workloads
