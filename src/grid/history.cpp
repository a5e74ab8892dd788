// SPDX-License-Identifier: Apache-2.0
#include "grid/history.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace carbon::grid {
namespace {

constexpr Duration kDay = std::chrono::days(1);
constexpr int64_t kDays = 28;
constexpr int64_t kWeeks = 4;

/// The mean of the known ones among `count` steps that lie `stride` apart, the newest of them the
/// last before `target` that is not after `known`.
struct Mean {
  double value;
  int known;
};
Mean MeanBack(const History& history, int64_t known, int64_t target, int64_t stride,
              int64_t count) {
  const int64_t first = std::max<int64_t>(1, (target - known + stride - 1) / stride);
  double sum = 0;
  int seen = 0;
  for (int64_t back = first; back < first + count; ++back) {
    const double value = history.At(target - back * stride);
    if (!std::isnan(value)) {
      sum += value;
      ++seen;
    }
  }
  return {seen > 0 ? sum / seen : Series::kUnknown, seen};
}

}  // namespace

History::History(Duration step, size_t steps)
    : step_(step),
      steps_(static_cast<int64_t>(steps)),
      ring_(std::bit_ceil(steps), Series::kUnknown) {}

void History::Put(int64_t number, double intensity) {
  if (number < 0 || (!empty() && number <= newest_ - steps_)) {
    return;
  }
  if (number > newest_) {
    const int64_t first_new = std::max(empty() ? 0 : newest_ + 1, number - steps_ + 1);
    for (int64_t gap = std::max<int64_t>(first_new, 0); gap < number; ++gap) {
      ring_[Slot(gap)] = Series::kUnknown;
    }
    newest_ = number;
  }
  ring_[Slot(number)] = intensity;
}

Series History::Between(Time from, Time to) const {
  std::vector<double> values;
  const int64_t first = std::max({Number(from), newest_ - steps_ + 1, int64_t{0}});
  const int64_t last = from < to ? std::min(Number(to - Duration(1)), newest_) : -1;
  for (int64_t number = first; number <= last; ++number) {
    values.push_back(At(number));
  }
  return {TimeOf(first), step_, std::move(values)};
}

double Climatology::Usual() const {
  if (std::isnan(of_hour) || std::isnan(of_weekday)) {
    return std::isnan(of_hour) ? of_weekday : of_hour;
  }
  return (of_hour + of_weekday) / 2;
}

double UsualOfHour(const History& history, int64_t known, int64_t target) {
  return MeanBack(history, known, target, kDay / history.step(), kDays).value;
}

Climatology ClimatologyAt(const History& history, int64_t known, int64_t target) {
  const int64_t day = kDay / history.step();
  const Mean of_hour = MeanBack(history, known, target, day, kDays);
  const Mean of_weekday = MeanBack(history, known, target, day * 7, kWeeks);
  return {.of_hour = of_hour.value,
          .of_weekday = of_weekday.value,
          .yesterday = MeanBack(history, known, target, day, 1).value,
          .days = of_hour.known,
          .weeks = of_weekday.known};
}

std::vector<Climatology> ClimatologyAfter(const History& history, int64_t known, int64_t count) {
  const int64_t day = kDay / history.step();
  std::vector<Climatology> usual;
  usual.reserve(static_cast<size_t>(count));
  for (int64_t ahead = 1; ahead <= count; ++ahead) {
    if (ahead <= day) {
      usual.push_back(ClimatologyAt(history, known, known + ahead));
      continue;
    }
    // The last known days at this time are those of the day before; the weekdays are others.
    Climatology next = usual[static_cast<size_t>(ahead - day - 1)];
    const Mean of_weekday = MeanBack(history, known, known + ahead, day * 7, kWeeks);
    next.of_weekday = of_weekday.value;
    next.weeks = of_weekday.known;
    usual.push_back(next);
  }
  return usual;
}

}  // namespace carbon::grid
