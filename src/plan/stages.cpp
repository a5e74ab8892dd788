// SPDX-License-Identifier: Apache-2.0
#include "plan/stages.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "plan/best_start.h"

namespace carbon::plan {
namespace {

/// Rounds of moving; in a chain each gives the next stage room.
constexpr int kMostRounds = 32;

std::string Name(size_t stage) { return "stage " + std::to_string(stage); }

/// Waves of the mean task.
Result<Duration> LengthOf(std::span<const Stage> stages, size_t index, uint32_t slots) {
  const Stage& stage = stages[index];
  if (!std::isfinite(stage.task_seconds) || stage.task_seconds <= 0 || stage.tasks == 0) {
    return Invalid(Name(index) + " needs more than 0 tasks and task seconds");
  }
  const uint64_t waves = (uint64_t{stage.tasks} + slots - 1) / slots;
  const double ms = stage.task_seconds * 1000 / stage.tasks * static_cast<double>(waves);
  if (ms > static_cast<double>(kLongestDuration.count())) {
    return Invalid(Name(index) + " takes more than 100 years");
  }
  return std::max(Duration(1), Duration(std::llround(ms)));
}

using Links = std::vector<std::vector<uint32_t>>;

Result<Links> ChildrenOf(std::span<const Stage> stages) {
  Links children(stages.size());
  for (size_t i = 0; i < stages.size(); ++i) {
    for (const uint32_t parent : stages[i].parents) {
      if (parent >= stages.size()) {
        return Invalid(Name(i) + " waits for " + Name(parent) + ", which does not exist");
      }
      children[parent].push_back(static_cast<uint32_t>(i));
    }
  }
  return children;
}

/// Parents before children, of those that could come next the first (A. B. Kahn, 1962).
Result<std::vector<uint32_t>> Ordered(std::span<const Stage> stages, const Links& children) {
  std::vector<size_t> waits_for(stages.size());
  std::vector<uint32_t> order;
  order.reserve(stages.size());
  for (size_t i = 0; i < stages.size(); ++i) {
    waits_for[i] = stages[i].parents.size();
    if (waits_for[i] == 0) {
      order.push_back(static_cast<uint32_t>(i));
    }
  }
  for (size_t next = 0; next < order.size(); ++next) {
    for (const uint32_t child : children[order[next]]) {
      if (--waits_for[child] == 0) {
        order.push_back(child);
      }
    }
  }
  if (order.size() < stages.size()) {
    const auto stuck = std::find_if(waits_for.begin(), waits_for.end(),
                                    [](size_t parents) { return parents > 0; });
    return Invalid(Name(static_cast<size_t>(stuck - waits_for.begin())) +
                   " waits for itself, directly or through others");
  }
  return order;
}

/// A job whose stages can be placed.
struct Graph {
  Links children;
  JobTimes times;
};

/// Each stage as early as it can, in `order`.
Result<JobTimes> EarliestTimes(std::span<const Stage> stages, const std::vector<uint32_t>& order,
                               uint32_t slots) {
  JobTimes times{.length = {}, .stages = std::vector<StageTimes>(stages.size())};
  for (const uint32_t index : order) {
    const auto length = LengthOf(stages, index, slots);
    if (!length) {
      return length.error();
    }
    StageTimes& stage = times.stages[index];
    stage.length = *length;
    for (const uint32_t parent : stages[index].parents) {
      stage.start = std::max(stage.start, times.stages[parent].start + times.stages[parent].length);
    }
    times.length = std::max(times.length, stage.start + stage.length);
    if (times.length > kLongestDuration) {
      return Invalid("the stages take more than 100 years");
    }
  }
  return times;
}

/// What is left between a stage and the latest starts of its children, from the last one back.
void FindSlack(const Links& children, const std::vector<uint32_t>& order, JobTimes& times) {
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    StageTimes& stage = times.stages[*index];
    Duration latest_end = times.length;
    for (const uint32_t child : children[*index]) {
      latest_end = std::min(latest_end, times.stages[child].start + times.stages[child].slack);
    }
    stage.slack = latest_end - stage.length - stage.start;
    stage.importance = static_cast<double>((times.length - stage.slack).count()) /
                       static_cast<double>(times.length.count());
  }
}

Result<Graph> GraphOf(std::span<const Stage> stages, uint32_t slots) {
  if (slots == 0) {
    return Invalid("a job needs at least one core");
  }
  auto children = ChildrenOf(stages);
  if (!children) {
    return children.error();
  }
  const auto order = Ordered(stages, *children);
  if (!order) {
    return order.error();
  }
  auto times = EarliestTimes(stages, *order, slots);
  if (!times) {
    return times.error();
  }
  FindSlack(*children, *order, *times);
  return Graph{*std::move(children), *std::move(times)};
}

/// The stages where they are now.
class Placement {
 public:
  Placement(const grid::Series& signal, Time start, std::span<const Stage> stages,
            const Graph& graph, Watts per_core)
      : signal_(signal), start_(start), stages_(stages), graph_(graph), per_core_(per_core) {
    for (const StageTimes& stage : graph.times.stages) {
      starts_.push_back(stage.start);
    }
  }

  /// Moves a stage to the best start that its parents and children leave it, if it is a better one.
  bool Move(uint32_t index) {
    const Duration length = graph_.times.stages[index].length;
    Duration earliest{};
    for (const uint32_t parent : stages_[index].parents) {
      earliest = std::max(earliest, starts_[parent] + graph_.times.stages[parent].length);
    }
    Duration latest = graph_.times.length - length;
    for (const uint32_t child : graph_.children[index]) {
      latest = std::min(latest, starts_[child] - length);
    }
    const auto best = BestStart(signal_, start_ + earliest, start_ + latest, length);
    if (!best || best->mean >= MeanOf(index)) {
      return false;
    }
    starts_[index] = best->start - start_;
    return true;
  }

  Grams Emitted() const {
    Grams sum;
    for (uint32_t i = 0; i < starts_.size(); ++i) {
      const KilowattHours energy =
          per_core_ * std::chrono::duration<double>(stages_[i].task_seconds);
      sum += energy * MeanOf(i);
    }
    return sum;
  }

  const std::vector<Duration>& starts() const { return starts_; }

 private:
  GramsPerKwh MeanOf(uint32_t index) const {
    const Time from = start_ + starts_[index];
    return *signal_.Mean(from, from + graph_.times.stages[index].length);
  }

  const grid::Series& signal_;
  Time start_;
  std::span<const Stage> stages_;
  const Graph& graph_;
  Watts per_core_;
  std::vector<Duration> starts_;
};

/// Those that can move, by work times slack.
std::vector<uint32_t> ByWorth(std::span<const Stage> stages, const JobTimes& times) {
  std::vector<uint32_t> movable;
  for (uint32_t i = 0; i < stages.size(); ++i) {
    if (times.stages[i].slack > Duration::zero()) {
      movable.push_back(i);
    }
  }
  const auto worth = [&](uint32_t i) {
    return stages[i].task_seconds * static_cast<double>(times.stages[i].slack.count());
  };
  std::stable_sort(movable.begin(), movable.end(),
                   [&](uint32_t a, uint32_t b) { return worth(a) > worth(b); });
  return movable;
}

}  // namespace

Result<JobTimes> TimesOf(std::span<const Stage> stages, uint32_t slots) {
  auto graph = GraphOf(stages, slots);
  return graph ? Result<JobTimes>(std::move((*graph).times)) : graph.error();
}

Result<ShiftedStages> ShiftStages(const grid::Series& signal, Time start,
                                  std::span<const Stage> stages, uint32_t slots, Watts per_core) {
  const auto graph = GraphOf(stages, slots);
  if (!graph) {
    return graph.error();
  }
  const Time end = start + graph->times.length;
  if (!signal.Mean(start, end)) {
    return Invalid("the signal is not known from " + FormatTime(start) + " to " + FormatTime(end));
  }
  Placement placement(signal, start, stages, *graph, per_core);
  const Grams unshifted = placement.Emitted();
  const auto order = ByWorth(stages, graph->times);
  bool moved = true;
  for (int round = 0; round < kMostRounds && moved; ++round) {
    moved = false;
    for (const uint32_t index : order) {
      moved = placement.Move(index) || moved;
    }
  }
  return ShiftedStages{placement.starts(), unshifted, std::min(placement.Emitted(), unshifted)};
}

}  // namespace carbon::plan
