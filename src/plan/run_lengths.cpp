// SPDX-License-Identifier: Apache-2.0
#include "plan/run_lengths.h"

#include <algorithm>
#include <cmath>

namespace carbon::plan {

namespace {

/// Runs of about one length, of which some ended there and some are there now.
struct Seen {
  double left_ms;
  double ended;
  double running;
};

constexpr double kClassRatio = 1.2;

}  // namespace

size_t RunLengths::ClassOf(Duration length) {
  static const double ratio = std::log(kClassRatio);
  const double seconds = std::max(1.0, static_cast<double>(length.count()) / 1000);
  return std::min(kClasses - 1, static_cast<size_t>(std::log(seconds) / ratio));
}

void RunLengths::Learn(Duration length) {
  const size_t index = ClassOf(length);
  ++ended_[index];
  total_ms_[index] += static_cast<double>(length.count());
}

std::vector<RunLengths::Part> RunLengths::Parts(Duration ran) const {
  std::vector<Seen> seen;
  for (size_t i = 0; i < kQuantiles; ++i) {
    const double above = 1 - (static_cast<double>(i) + 0.5) / kQuantiles;
    seen.push_back(
        {-std::log(above) * static_cast<double>(prior_.count()), kPriorCountsAs / kQuantiles, 0});
  }
  const auto add = [&](double at_ms, uint32_t ended, uint32_t running) {
    const double left = at_ms - static_cast<double>(ran.count());
    if (left > 0) {
      seen.push_back({left, static_cast<double>(ended), static_cast<double>(running)});
    }
  };
  // Those of the class in which the run is now count whole: where in it they are is not known.
  for (size_t index = ClassOf(ran); index < kClasses; ++index) {
    if (ended_[index] > 0) {
      add(total_ms_[index] / ended_[index], ended_[index], 0);
    }
    if (running_[index] > 0) {
      add(1000 * std::pow(kClassRatio, static_cast<double>(index) + 0.5), 0, running_[index]);
    }
  }
  std::sort(seen.begin(), seen.end(),
            [](const Seen& a, const Seen& b) { return a.left_ms < b.left_ms; });
  double at_risk = 0;
  for (const Seen& runs : seen) {
    at_risk += runs.ended + runs.running;
  }
  std::vector<Part> parts;
  double outlasts = 1;
  for (const Seen& runs : seen) {
    if (runs.ended > 0) {
      parts.push_back({runs.left_ms, outlasts * std::min(1.0, runs.ended / at_risk)});
      outlasts -= parts.back().chance;
    }
    at_risk -= runs.ended + runs.running;
  }
  parts.back().chance += outlasts;
  return parts;
}

double RunLengths::Reaches(size_t index) const {
  double at_risk = kPriorCountsAs;
  for (size_t i = 0; i < kClasses; ++i) {
    at_risk += ended_[i] + running_[i];
  }
  double chance = 1;
  for (size_t i = 0; i < index; ++i) {
    chance *= 1 - ended_[i] / at_risk;
    at_risk -= ended_[i] + running_[i];
  }
  return chance;
}

RunLengths::Left RunLengths::ExpectedLeft(Duration ran, std::span<const Duration> alike) const {
  auto parts = Parts(ran);
  if (!alike.empty()) {
    const double weight = kKindCountsAs * Reaches(ClassOf(ran));
    for (Part& part : parts) {
      part.chance *= weight;
    }
    for (const Duration length : alike) {
      if (length > ran) {
        parts.push_back({static_cast<double>((length - ran).count()), 1});
      }
    }
    std::sort(parts.begin(), parts.end(),
              [](const Part& a, const Part& b) { return a.left_ms < b.left_ms; });
  }
  return Summary(parts);
}

RunLengths::Left RunLengths::Summary(const std::vector<Part>& parts) {
  const auto rounded = [](double ms) { return std::max(Duration(1), Duration(std::llround(ms))); };
  double left_ms = 0;
  double all = 0;
  for (const Part& part : parts) {
    left_ms += part.left_ms * part.chance;
    all += part.chance;
  }
  Left left{.mean = rounded(left_ms / all)};
  left.quantiles.fill(rounded(parts.back().left_ms));
  double below = 0;
  size_t next = 0;
  for (const Part& part : parts) {
    below += part.chance;
    for (; next < kQuantiles && below >= all * (static_cast<double>(next) + 0.5) / kQuantiles;
         ++next) {
      left.quantiles[next] = rounded(part.left_ms);
    }
  }
  return left;
}

void TemplateLengths::Learn(uint32_t template_id, Duration length) {
  const Duration run = std::max(length, Duration(1));
  if (onlys_.size() <= template_id) {
    onlys_.resize(size_t{template_id} + 1);
  }
  Duration& only = onlys_[template_id];
  if (only == Duration::zero()) {
    only = run;
    return;
  }
  if (only > Duration::zero()) {
    recents_.push_back({.lengths = {only}, .runs = 1});
    only = Duration(~static_cast<int64_t>(recents_.size() - 1));
  }
  Recent& recent = recents_[static_cast<size_t>(~only.count())];
  recent.lengths[recent.runs++ % kMost] = run;
}

std::span<const Duration> TemplateLengths::Of(uint32_t template_id) const {
  if (template_id >= onlys_.size() || onlys_[template_id] == Duration::zero()) {
    return {};
  }
  const Duration& only = onlys_[template_id];
  if (only > Duration::zero()) {
    return {&only, 1};
  }
  const Recent& recent = recents_[static_cast<size_t>(~only.count())];
  return {recent.lengths.data(), std::min<size_t>(recent.runs, kMost)};
}

}  // namespace carbon::plan
