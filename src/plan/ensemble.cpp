// SPDX-License-Identifier: Apache-2.0
#include "plan/ensemble.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace carbon::plan {
namespace {

constexpr double kUnknown = grid::Series::kUnknown;

/// Imaginary jobs, in hours: how long each runs, and how long it may wait.
struct DrillKind {
  int length;
  int longest_wait;
};
constexpr std::array<DrillKind, 3> kDrills = {{{1, 6}, {4, 24}, {12, 24}}};

/// What is left after an hour of the last error of a member that corrects itself by it.
constexpr double kErrorLeftPerHour = 0.95;
/// A loss below this share is as good as none.
constexpr double kLeastLoss = 0.005;
/// What was usual of late: the same time on the last days that are known.
constexpr int kRecentDays = 7;
constexpr int kMostDaysBack = 10;

enum Member : size_t {
  blend_mean,
  blend_median,
  provider,
  provider_70,
  provider_40,
  usual,
  provider_70_after,
  half_and_half,
};
constexpr std::array<std::string_view, Ensemble::kMembers> kNames = {
    "blend",       "blend-median",  "provider",          "provider-70",
    "provider-40", "usual-of-late", "provider-70-after", "blend-and-provider-70"};

/// Now, and i + 1 steps ahead; kUnknown where it is not known.
struct Spoken {
  double now = kUnknown;
  std::vector<double> ahead;
};

/// `share` of the provider and the rest of the usual, or the usual alone where the provider is
/// silent; corrected by how far that is from what is observed now, fading.
std::vector<double> Corrected(const Spoken& provided, const Spoken& usual_of_late, double share,
                              double observed, double left_per_step) {
  std::vector<double> corrected(usual_of_late.ahead.size());
  double left = 1;
  for (size_t i = 0; i < corrected.size(); ++i) {
    const double part = std::isnan(provided.ahead[i]) ? 0 : share;
    const auto mix = [part](double by_provider, double by_usual) {
      if (part == 0 || part == 1) {  // nothing times unknown is unknown
        return part == 0 ? by_usual : by_provider;
      }
      return part * by_provider + (1 - part) * by_usual;
    };
    const double error = observed - mix(provided.now, usual_of_late.now);
    left *= left_per_step;
    corrected[i] =
        mix(provided.ahead[i], usual_of_late.ahead[i]) + (std::isnan(error) ? 0 : error * left);
  }
  return corrected;
}

std::vector<double> Mix(const std::vector<double>& a, double share, const std::vector<double>& b) {
  std::vector<double> mixed(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    mixed[i] = share * a[i] + (1 - share) * b[i];
  }
  return mixed;
}

/// The mean of the same time on the last days that are known.
double UsualOfLate(const grid::History& history, int64_t number, int64_t steps_per_day) {
  double sum = 0;
  int days = 0;
  for (int back = 1; back <= kMostDaysBack && days < kRecentDays; ++back) {
    const double value = history.At(number - back * steps_per_day);
    if (!std::isnan(value)) {
      sum += value;
      ++days;
    }
  }
  return days == 0 ? kUnknown : sum / days;
}

/// cheaper[i]: how many of the first i values are below `price`, by more than rounding.
std::vector<int64_t> CountCheaper(const std::vector<double>& values, double price) {
  std::vector<int64_t> cheaper = {0};
  cheaper.reserve(values.size() + 1);
  for (const double value : values) {
    cheaper.push_back(cheaper.back() + (value < price * (1 - 1e-9) ? 1 : 0));
  }
  return cheaper;
}

}  // namespace

Ensemble::Ensemble(Duration step, EnsembleRules rules)
    : rules_(rules),
      step_(step),
      steps_per_hour_(std::chrono::hours(1) / step),
      blend_(step, {.horizon = rules.horizon}) {
  assert(std::chrono::hours(1) % step == Duration::zero());
}

void Ensemble::Observe(Time at, GramsPerKwh intensity) {
  const grid::History& history = blend_.history();
  const int64_t number = history.Number(at);
  if (!history.empty() && number > history.newest()) {
    Train();
    if (number != history.newest() + 1) {
      drills_.clear();  // nobody knows what they would have emitted meanwhile
    }
  }
  blend_.Observe(at, intensity);
  said_.reset();
}

void Ensemble::Hear(const grid::Forecast& forecast) {
  blend_.Hear(forecast);
  said_.reset();
}

grid::Series Ensemble::Make() const {
  if (blend_.history().empty()) {
    return {};
  }
  const Forecasts& said = Said();
  const auto weights = WeightsNow();
  std::vector<double> values(said[0].size());
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t member = 0; member < kMembers; ++member) {
      values[i] += weights[member] * said[member][i];
    }
    values[i] = std::max(values[i], 0.0);
  }
  return {blend_.history().TimeOf(blend_.history().newest() + 1), step_, std::move(values)};
}

std::array<Ensemble::Standing, Ensemble::kMembers> Ensemble::Standings() const {
  const auto weights = WeightsNow();
  const Tally& tally = CurrentTally();
  std::array<Standing, kMembers> standings;
  for (size_t member = 0; member < kMembers; ++member) {
    standings[member] = {.name = kNames[member],
                         .kept = tally.possible > 0 ? tally.saved[member] / tally.possible : 0,
                         .weight = weights[member]};
  }
  return standings;
}

const Ensemble::Forecasts& Ensemble::Said() const {
  if (!said_) {
    said_ = Ask();
  }
  return *said_;
}

Ensemble::Forecasts Ensemble::Ask() const {
  const grid::History& history = blend_.history();
  const int64_t newest = history.newest();
  const auto size = static_cast<size_t>(rules_.horizon / step_);
  const auto provided_at = [&](int64_t number) {
    const auto provided = blend_.Provided(history.TimeOf(number));
    return provided ? provided->value() : kUnknown;
  };
  const int64_t day = 24 * steps_per_hour_;
  Spoken provided{.now = provided_at(newest), .ahead = {}};
  Spoken late{.now = UsualOfLate(history, newest, day), .ahead = {}};
  for (size_t i = 0; i < size; ++i) {
    const int64_t number = newest + 1 + static_cast<int64_t>(i);
    provided.ahead.push_back(provided_at(number));
    late.ahead.push_back(UsualOfLate(history, number, day));
  }
  const grid::BlendedForecast blended = blend_.Make();
  const auto values_of = [size](const grid::Series& series) {
    std::vector<double> values(size, kUnknown);
    for (size_t i = 0; i < std::min(size, series.size()); ++i) {
      const auto value = series.Value(i);
      values[i] = value ? value->value() : kUnknown;
    }
    return values;
  };
  const double left = std::pow(kErrorLeftPerHour, 1 / static_cast<double>(steps_per_hour_));
  const auto corrected = [&](double share) {
    return Corrected(provided, late, share, history.At(newest), left);
  };
  Forecasts said;
  said[blend_mean] = values_of(blended.expected);
  said[blend_median] = values_of(blended.p50);
  said[provider] = corrected(1);
  said[provider_70] = corrected(0.7);
  said[provider_40] = corrected(0.4);
  said[usual] = corrected(0);
  said[provider_70_after] = Mix(said[provider], 0.7, late.ahead);
  said[half_and_half] = Mix(said[blend_mean], 0.5, said[provider_70]);
  for (size_t member = 1; member < kMembers; ++member) {
    for (size_t i = 0; i < size; ++i) {
      if (std::isnan(said[member][i])) {
        said[member][i] = said[blend_mean][i];
      }
    }
  }
  return said;
}

void Ensemble::Train() {
  const grid::History& history = blend_.history();
  const int64_t now = history.newest();
  provided_ = blend_.Provided(history.TimeOf(now + 1)).has_value();
  if (now % steps_per_hour_ == 0) {
    for (const DrillKind& kind : kDrills) {
      const int64_t length = kind.length * steps_per_hour_;
      Drill drill{.from = now,
                  .until = now + length + kind.longest_wait * steps_per_hour_,
                  .length = length,
                  .left = {}};
      drill.left.fill(static_cast<double>(length));
      drills_.push_back(drill);
    }
  }
  RunDrills(history.At(now));
  SettleDrills();
}

void Ensemble::RunDrills(double price) {
  const int64_t now = blend_.history().newest();
  const Forecasts& said = Said();
  for (size_t member = 0; member < kMembers; ++member) {
    const auto cheaper = CountCheaper(said[member], price);
    const auto furthest = static_cast<int64_t>(said[member].size());
    for (Drill& drill : drills_) {
      const int64_t after = drill.until - now - 1;
      const auto later =
          static_cast<double>(cheaper[static_cast<size_t>(std::min(after, furthest))]);
      double& left = drill.left[member];
      const double must = std::clamp(left - static_cast<double>(after), 0.0, 1.0);
      const double run = std::max(std::clamp(left - later, 0.0, 1.0), must);
      left -= run;
      drill.emitted[member] += run * price;
    }
  }
}

void Ensemble::SettleDrills() {
  const grid::History& history = blend_.history();
  const int64_t past = history.newest() + 1;
  Tally& tally = provided_ ? with_provider_ : without_;
  const auto is_done = [past](const Drill& drill) { return drill.until <= past; };
  for (const Drill& drill : drills_) {
    if (!is_done(drill)) {
      continue;
    }
    std::vector<double> prices;
    for (int64_t number = drill.from; number < drill.until; ++number) {
      prices.push_back(history.At(number));
    }
    const auto length = prices.begin() + drill.length;
    const double run_now = std::accumulate(prices.begin(), length, 0.0);
    std::nth_element(prices.begin(), length - 1, prices.end());
    const auto size = static_cast<double>(drill.length);
    tally.possible += (run_now - std::accumulate(prices.begin(), length, 0.0)) / size;
    for (size_t member = 0; member < kMembers; ++member) {
      tally.saved[member] += (run_now - drill.emitted[member]) / size;
    }
  }
  std::erase_if(drills_, is_done);
  const double left =
      std::pow(rules_.forgetting_per_hour, 1 / static_cast<double>(steps_per_hour_));
  tally.possible *= left;
  for (double& saved : tally.saved) {
    saved *= left;
  }
}

std::array<double, Ensemble::kMembers> Ensemble::WeightsNow() const {
  const Tally& tally = CurrentTally();
  std::array<double, kMembers> weights;
  weights.fill(1.0 / kMembers);
  if (tally.possible <= 0) {
    return weights;
  }
  std::array<double, kMembers> lost;
  for (size_t member = 0; member < kMembers; ++member) {
    lost[member] = 1 - tally.saved[member] / tally.possible;
  }
  const double least = std::max(*std::min_element(lost.begin(), lost.end()), kLeastLoss);
  for (size_t member = 0; member < kMembers; ++member) {
    weights[member] = std::exp(-(lost[member] / least - 1) / rules_.tolerance);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) {
    weight /= sum;
  }
  return weights;
}

}  // namespace carbon::plan
