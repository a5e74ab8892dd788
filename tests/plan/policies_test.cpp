// SPDX-License-Identifier: Apache-2.0
// What holds for every policy and every job, and that counting hours gives what counting slots
// would.
#include "plan/policies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace carbon::plan {
namespace {

constexpr unsigned kSeed = 20240602;
constexpr int kRounds = 10'000;
constexpr Duration kSlot = std::chrono::minutes(10);
constexpr size_t kSlotsPerHour = 6;
const Time kMidnight = *ParseTime("2021-07-01T00:00:00Z");

/// A job, counted in slots, on whole-numbered intensities, so that sums are exact.
struct Instance {
  std::vector<double> hourly;
  size_t arrival, length, believed, wait;
  std::optional<IntensityRange> seen;

  double Slot(size_t slot) const { return hourly[slot / kSlotsPerHour]; }
  double Cost(size_t start, size_t slots) const {
    double sum = 0;
    for (size_t slot = start; slot < start + slots; ++slot) {
      sum += Slot(slot);
    }
    return sum;
  }
  size_t Slots() const { return hourly.size() * kSlotsPerHour; }
};

Instance RandomInstance(std::mt19937& random) {
  const auto pick = [&](size_t low, size_t high) {
    return std::uniform_int_distribution<size_t>(low, high)(random);
  };
  Instance it{.hourly = {},
              .arrival = pick(0, 40),
              .length = pick(1, 30),
              .believed = pick(1, 30),
              .wait = pick(0, 1) * pick(0, 80),
              .seen = {}};
  if (pick(0, 3) > 0) {
    const auto least = static_cast<double>(pick(0, 5) * 50);
    it.seen = {GramsPerKwh(least), GramsPerKwh(least + static_cast<double>(pick(0, 8) * 50))};
  }
  const size_t levels = pick(1, 12);  // few levels: many ties
  const size_t needed = (it.arrival + it.length + it.wait) / kSlotsPerHour + 1;
  it.hourly.resize(needed + pick(0, 20));
  for (double& value : it.hourly) {
    value = static_cast<double>(pick(0, levels) * 50);
  }
  return it;
}

using Slots = std::vector<size_t>;  ///< the slots in which a job runs, ascending

Slots From(size_t start, size_t length) {
  Slots slots;
  for (size_t slot = start; slot < start + length; ++slot) {
    slots.push_back(slot);
  }
  return slots;
}

Slots SlowLowestSlot(const Instance& it) {
  size_t best = it.arrival;
  for (size_t slot = it.arrival; slot <= it.arrival + it.wait; ++slot) {
    if (it.Slot(slot) < it.Slot(best)) {
      best = slot;
    }
  }
  return From(best, it.length);
}

/// Of the hourly starts the one with the greatest score, the first of equals.
template <typename Score>
Slots SlowBestStart(const Instance& it, Score score) {
  size_t best = it.arrival;
  double most = -INFINITY;
  for (size_t k = 0; k <= it.wait; k += kSlotsPerHour) {
    if (it.arrival + k + it.believed <= it.Slots() && score(k) > most + 1e-9) {
      best = it.arrival + k;
      most = score(k);
    }
  }
  return From(best, it.length);
}

Slots SlowLowestWindow(const Instance& it) {
  return SlowBestStart(it, [&](size_t k) { return -it.Cost(it.arrival + k, it.believed); });
}

Slots SlowCarbonTime(const Instance& it) {
  return SlowBestStart(it, [&](size_t k) {
    return (it.Cost(it.arrival, it.believed) - it.Cost(it.arrival + k, it.believed)) /
           static_cast<double>(k + it.believed);
  });
}

Slots SlowEcovisor(const Instance& it) {
  std::vector<double> day;
  for (size_t s = it.arrival; s < std::min(it.arrival + 24 * kSlotsPerHour, it.Slots()); ++s) {
    day.push_back(it.Slot(s));
  }
  std::sort(day.begin(), day.end());
  const double position = 0.3 * static_cast<double>(day.size() - 1);
  const auto rank = static_cast<size_t>(position);
  const double above = day[std::min(rank + 1, day.size() - 1)];
  const double threshold = day[rank] + (above - day[rank]) * (position - static_cast<double>(rank));
  Slots slots;
  size_t patience = it.wait;
  for (size_t slot = it.arrival; slots.size() < it.length; ++slot) {
    if (it.Slot(slot) < threshold || patience == 0) {
      slots.push_back(slot);
    } else {
      --patience;
    }
  }
  return slots;
}

/// Asks `runs` once an hour, of its intensity and of how many slots it is.
template <typename Runs>
Slots SlowPauseUnless(const Instance& it, Runs runs) {
  Slots slots;
  size_t patience = it.wait;
  bool run = false;
  for (size_t slot = it.arrival; slots.size() < it.length; ++slot) {
    if (slot == it.arrival || slot % kSlotsPerHour == 0) {
      run = runs(it.Slot(slot), kSlotsPerHour - slot % kSlotsPerHour);
    }
    if (run || patience == 0) {
      slots.push_back(slot);
    } else {
      --patience;
    }
  }
  return slots;
}

Slots SlowThreshold(const Instance& it) {
  return SlowPauseUnless(it, [](double intensity, size_t) { return intensity <= 200; });
}

/// Where a function that ascends on [low, high] becomes positive.
template <typename Function>
double Root(double low, double high, Function function) {
  for (int i = 0; i < 45; ++i) {
    const double middle = (low + high) / 2;
    (function(middle) > 0 ? high : low) = middle;
  }
  return high;
}

Slots SlowKSearch(const Instance& it) {
  if (!it.seen) {
    return From(it.arrival, it.length);
  }
  const double least = std::max(it.seen->least.value(), 1.0);
  const double most = std::max(it.seen->most.value(), least);
  const double steps = std::ceil(static_cast<double>(it.length) / kSlotsPerHour);
  const double alpha = Root(1, most / least, [&](double a) {
    return (1 - 1 / a) * std::pow(1 + 1 / (steps * a), steps) - (1 - least / most);
  });
  struct Taken {
    double price, slots;
  };
  std::vector<Taken> taken;
  auto rest = static_cast<double>(it.length);
  return SlowPauseUnless(it, [&](double intensity, size_t slots) {
    const double reserve = Root(0, most, [&](double price) {
      double left = rest * price * alpha;
      double right = rest * most;
      for (const Taken& each : taken) {
        left += alpha * std::min(each.price, price) * each.slots;
        right += each.price * each.slots;
      }
      return left - right;
    });
    const double price = std::clamp(intensity, least, most);
    const bool runs = price <= std::max(least, reserve) * (1 + 1e-9);
    if (runs) {
      taken.push_back({price, static_cast<double>(slots)});
      rest -= taken.back().slots;
    }
    return runs;
  });
}

Slots SlowWaitAwhile(const Instance& it) {
  Slots slots = From(it.arrival, it.length + it.wait);
  std::stable_sort(slots.begin(), slots.end(),
                   [&](size_t a, size_t b) { return it.Slot(a) < it.Slot(b); });
  slots.resize(it.length);
  std::sort(slots.begin(), slots.end());
  return slots;
}

Slots SlowRunNow(const Instance& it) { return From(it.arrival, it.length); }

/// In the order of kPolicies. Those that plan by what is expected are shown the signal, and no
/// lengths.
constexpr Slots (*kSlow[])(const Instance&) = {
    SlowRunNow,    SlowLowestSlot, SlowLowestWindow, SlowCarbonTime, SlowEcovisor, SlowWaitAwhile,
    SlowThreshold, SlowKSearch,    SlowWaitAwhile,   SlowWaitAwhile, SlowRunNow,   SlowWaitAwhile};
static_assert(std::size(kSlow) == std::tuple_size_v<decltype(kPolicies)>);

Slots InSlots(const Schedule& schedule) {
  Slots slots;
  for (const Segment& segment : schedule) {
    for (Time time = segment.start; time < segment.end(); time += kSlot) {
      slots.push_back(static_cast<size_t>((time - kMidnight) / kSlot));
    }
  }
  return slots;
}

double Emitted(const Instance& it, const Slots& slots) {
  double sum = 0;
  for (const size_t slot : slots) {
    sum += it.Slot(slot);
  }
  return sum;
}

void ExpectWellFormed(const PolicyInput& input, const Schedule& schedule) {
  ASSERT_FALSE(schedule.empty());
  Duration total{};
  Time free = input.arrival - Duration(1);
  for (const Segment& segment : schedule) {
    ASSERT_GT(segment.start, free) << "runs overlap, touch or begin before arrival";
    ASSERT_GT(segment.length, Duration::zero());
    free = segment.end();
    total += segment.length;
  }
  ASSERT_EQ(total, input.length);
  ASSERT_LE(schedule.front().start, input.arrival + input.longest_wait);
  ASSERT_LE(schedule.back().end(), input.arrival + input.longest_wait + input.length);
}

TEST(Policies, KeepTheirPromisesAndEqualCountingSlots) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const auto slots = [](size_t n) { return kSlot * static_cast<int64_t>(n); };
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const Instance it = RandomInstance(random);
    const grid::Series signal(kMidnight, std::chrono::hours(1), it.hourly);
    const PolicyInput input{.signal = signal,
                            .arrival = kMidnight + slots(it.arrival),
                            .length = slots(it.length),
                            .believed = slots(it.believed),
                            .longest_wait = slots(it.wait),
                            .end = signal.end(),
                            .slot = kSlot,
                            .lengths = {},
                            .seen = it.seen};
    const double best = Emitted(it, InSlots(WaitAwhile(input)));
    for (size_t i = 0; i < kPolicies.size(); ++i) {
      SCOPED_TRACE(kPolicies.at(i).name);
      const Schedule schedule = kPolicies.at(i).plan(input);
      ASSERT_NO_FATAL_FAILURE(ExpectWellFormed(input, schedule));
      ASSERT_EQ(schedule, kPolicies.at(i).plan(input)) << "the same input, another schedule";
      ASSERT_EQ(InSlots(schedule), kSlow[i](it));
      ASSERT_LE(best, Emitted(it, InSlots(schedule)));
    }
    ASSERT_EQ(RunNow(input), (Schedule{{input.arrival, input.length}}));
  }
}

/// The part of a schedule before a moment.
Schedule Until(Time moment, const Schedule& schedule) {
  Schedule part;
  for (const Segment& segment : schedule) {
    if (segment.start < moment) {
      part.push_back({segment.start, std::min(segment.end(), moment) - segment.start});
    }
  }
  return part;
}

TEST(Policies, OfThePresentDoNotLookAhead) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  const auto slots = [](size_t n) { return kSlot * static_cast<int64_t>(n); };
  size_t checked = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const Instance it = RandomInstance(random);
    const grid::Series signal(kMidnight, std::chrono::hours(1), it.hourly);
    std::vector<double> other_future = it.hourly;
    const size_t known = it.arrival / kSlotsPerHour + 1 + random() % 12;  // hours
    for (size_t hour = known; hour < other_future.size(); ++hour) {
      other_future[hour] = static_cast<double>(random() % 800);
    }
    const grid::Series other(kMidnight, std::chrono::hours(1), std::move(other_future));
    for (const Policy& policy : kPolicies) {
      if (policy.sight != Sight::present) {
        continue;
      }
      SCOPED_TRACE(policy.name);
      const auto plan = [&](const grid::Series& future) {
        return Until(kMidnight + std::chrono::hours(known),
                     policy.plan({.signal = future,
                                  .arrival = kMidnight + slots(it.arrival),
                                  .length = slots(it.length),
                                  .believed = slots(it.believed),
                                  .longest_wait = slots(it.wait),
                                  .end = future.end(),
                                  .slot = kSlot,
                                  .lengths = {},
                                  .seen = it.seen}));
      };
      ASSERT_EQ(plan(signal), plan(other));
      ++checked;
    }
  }
  EXPECT_EQ(checked, size_t{2} * kRounds) << "threshold and k-search";
}

TEST(Policies, AreFoundByTheirNames) {
  std::set<std::string_view> names;
  for (const Policy& policy : kPolicies) {
    EXPECT_EQ(FindPolicy(policy.name), &policy);
    EXPECT_FALSE(policy.description.empty());
    names.insert(policy.name);
  }
  EXPECT_EQ(names.size(), kPolicies.size());
  EXPECT_EQ(kPolicies[0].name, "run-now");
  EXPECT_EQ(FindPolicy("magic"), nullptr);
  EXPECT_EQ(FindPolicy(""), nullptr);
}

}  // namespace
}  // namespace carbon::plan
