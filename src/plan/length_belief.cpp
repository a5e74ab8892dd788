// SPDX-License-Identifier: Apache-2.0
#include "plan/length_belief.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace carbon::plan {
namespace {

constexpr std::array<std::string_view, 3> kSources = {"assumed", "declared", "learnt"};

constexpr Duration kLongest = std::chrono::hours(24) * 365 * 100;

/// Of a sample of logarithms.
struct Moments {
  size_t count;
  double mean;
  double squares;  ///< sum of the squared deviations from the mean
};

Moments MomentsOf(std::span<const double> sample) {
  Moments of{.count = sample.size(), .mean = 0, .squares = 0};
  for (const double value : sample) {
    of.mean += value / static_cast<double>(of.count);
  }
  for (const double value : sample) {
    of.squares += (value - of.mean) * (value - of.mean);
  }
  return of;
}

/// What a Student t of so many degrees of freedom exceeds with half of the chance.
double Quantile(size_t freedom) {
  const auto of = [](size_t degrees) {
    const boost::math::students_t law(static_cast<double>(degrees));
    return boost::math::quantile(boost::math::complement(law, kChanceBeyondBound / 2));
  };
  // Each takes microseconds, and ten thousand waiting jobs ask at each look.
  static const auto known = [&] {
    std::array<double, 64> quantiles{};
    for (size_t i = 0; i < quantiles.size(); ++i) {
      quantiles[i] = of(i + 1);
    }
    return quantiles;
  }();
  return freedom <= known.size() ? known[freedom - 1] : of(freedom);
}

/// The bound of the next value's logarithm, where the sample's logarithms have this variance, known
/// to so many degrees of freedom.
double BoundOf(const Moments& sample, double variance, size_t freedom) {
  const double count = static_cast<double>(sample.count);
  return sample.mean + Quantile(freedom) * std::sqrt(variance * (1 + 1 / count));
}

double BoundOfRunsAlone(const Moments& runs) {
  if (runs.count < 2) {
    return std::numeric_limits<double>::infinity();
  }
  const size_t freedom = runs.count - 1;
  const double variance = runs.squares / static_cast<double>(freedom);
  return BoundOf(runs, std::max(variance, kLeastSpread * kLeastSpread), freedom);
}

double BoundWithPrior(const Moments& runs) {
  const size_t freedom = kPriorRuns + runs.count - 1;
  const double squares = kPriorRuns * kPriorSpread * kPriorSpread + runs.squares;
  return BoundOf(runs, squares / static_cast<double>(freedom), freedom);
}

double LogOf(Duration length) {
  return std::log(static_cast<double>(std::max(length, Duration(1)).count()));
}

Duration FromLog(double log) {
  const double ms = std::exp(std::min(log, LogOf(kLongest)));
  return Duration(static_cast<Duration::rep>(std::ceil(ms)));
}

}  // namespace

std::string_view ToString(LengthSource source) { return kSources.at(static_cast<size_t>(source)); }

std::optional<LengthSource> LengthSourceOf(std::string_view name) {
  const auto found = std::find(kSources.begin(), kSources.end(), name);
  return found == kSources.end()
             ? std::nullopt
             : std::optional(static_cast<LengthSource>(found - kSources.begin()));
}

LengthBelief AtItsWord(Duration length, LengthSource source) {
  return {.source = source, .runs = 0, .mean = length, .longest = length, .bound = length};
}

LengthBelief LearntLength(std::span<const Duration> runs, std::optional<Duration> declared) {
  LengthBelief belief{.source = LengthSource::learnt, .runs = runs.size()};
  std::vector<double> logs;
  double total_ms = 0;
  const auto count_in = [&](Duration length) {
    belief.longest = std::max({belief.longest, length, Duration(1)});
    total_ms += static_cast<double>(std::max(length, Duration(1)).count());
    logs.push_back(LogOf(length));
  };
  for (const Duration run : runs) {
    count_in(run);
  }
  const double alone = BoundOfRunsAlone(MomentsOf(logs));
  const bool owner_is_right = declared && runs.size() < kEnoughRuns &&
                              static_cast<double>(belief.longest.count()) <=
                                  kWordTolerance * static_cast<double>(declared->count());
  if (declared) {
    count_in(*declared);
  }
  belief.mean =
      Duration(std::max<int64_t>(1, std::llround(total_ms / static_cast<double>(logs.size()))));
  belief.bound =
      owner_is_right
          ? belief.longest
          : std::max(belief.longest, FromLog(std::min(alone, BoundWithPrior(MomentsOf(logs)))));
  return belief;
}

}  // namespace carbon::plan
