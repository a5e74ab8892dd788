// SPDX-License-Identifier: Apache-2.0
#include "plan/run_lengths.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace carbon::plan {

size_t RunLengths::ClassOf(Duration length) {
  static const double ratio = std::log(1.2);
  const double seconds = std::max(1.0, static_cast<double>(length.count()) / 1000);
  return std::min(kClasses - 1, static_cast<size_t>(std::log(seconds) / ratio));
}

void RunLengths::Learn(Duration length) {
  const size_t index = ClassOf(length);
  ++learnt_;
  ++runs_[index];
  total_ms_[index] += static_cast<double>(length.count());
}

std::vector<RunLengths::Part> RunLengths::Parts(Duration ran) const {
  std::vector<Part> parts;
  for (size_t i = 0; i < kQuantiles; ++i) {
    const double above = 1 - (static_cast<double>(i) + 0.5) / kQuantiles;
    parts.push_back({-std::log(above) * static_cast<double>(prior_.count()), 1.0 / kQuantiles});
  }
  // Those of the class in which the run is now count whole: where in it they end is not known.
  for (size_t index = ClassOf(ran); index < kClasses; ++index) {
    if (runs_[index] > 0) {
      const double left = total_ms_[index] / runs_[index] - static_cast<double>(ran.count());
      if (left > 0) {
        parts.push_back({left, static_cast<double>(runs_[index])});
      }
    }
  }
  return parts;
}

RunLengths::Left RunLengths::ExpectedLeft(Duration ran, std::span<const Duration> alike) const {
  auto parts = Parts(ran);
  if (!alike.empty()) {
    // Of all that was learnt, whether it is beyond `ran` or not: what is beyond it weighs less the
    // less of it there is.
    const double weight = kKindCountsAs / (1 + static_cast<double>(learnt_));
    for (Part& part : parts) {
      part.runs *= weight;
    }
    for (const Duration length : alike) {
      if (length > ran) {
        parts.push_back({static_cast<double>((length - ran).count()), 1});
      }
    }
  }
  return Summary(std::move(parts));
}

RunLengths::Left RunLengths::Summary(std::vector<Part> parts) {
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.left_ms < b.left_ms; });
  const auto rounded = [](double ms) { return std::max(Duration(1), Duration(std::llround(ms))); };
  double left_ms = 0;
  double runs = 0;
  for (const Part& part : parts) {
    left_ms += part.left_ms * part.runs;
    runs += part.runs;
  }
  Left left{.mean = rounded(left_ms / runs)};
  left.quantiles.fill(rounded(parts.back().left_ms));
  double below = 0;
  size_t next = 0;
  for (const Part& part : parts) {
    below += part.runs;
    for (; next < kQuantiles && below >= runs * (static_cast<double>(next) + 0.5) / kQuantiles;
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
