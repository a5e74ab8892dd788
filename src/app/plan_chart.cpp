// SPDX-License-Identifier: Apache-2.0
#include "app/plan_chart.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace carbon::app {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr size_t kHoursOfDay = 24;
constexpr size_t kMostHours = 10 * kHoursOfDay;
constexpr std::string_view kIndent = "  ";
constexpr size_t kLabelWidth = 14;  ///< "Aug 02 06:00" and two blanks
constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kDigits = {"1", "2", "3", "4", "5", "6", "7", "8"};

/// One column.
struct Hour {
  std::optional<double> value;
  bool run = false;
};

std::vector<Hour> HoursOf(const grid::Series& series, const ChartSpan& span) {
  std::vector<Hour> hours;
  for (Time hour = FloorTo(span.from, kHour); hour < span.to && hours.size() < kMostHours;
       hour += kHour) {
    // A series may begin within the running hour.
    const Time from = std::clamp(series.start(), hour, hour + kHour - Duration(1));
    const auto mean = series.Mean(from, hour + kHour);
    hours.push_back({.value = mean ? std::optional(mean->value()) : std::nullopt,
                     .run = hour < span.run_end && hour + kHour > span.run_start});
  }
  return hours;
}

struct Range {
  double lowest;
  double highest;
};

std::optional<Range> RangeOf(const std::vector<Hour>& hours) {
  std::optional<Range> range;
  for (const Hour& hour : hours) {
    if (hour.value) {
      const Range so_far = range.value_or(Range{*hour.value, *hour.value});
      range = Range{std::min(so_far.lowest, *hour.value), std::max(so_far.highest, *hour.value)};
    }
  }
  return range;
}

std::string_view Mark(const std::optional<double>& value, const Range& range,
                      const std::array<std::string_view, 8>& levels) {
  if (!value) {
    return " ";
  }
  const double width = range.highest - range.lowest;
  const double share = width > 0 ? (*value - range.lowest) / width : 0;
  return levels.at(
      std::min(levels.size() - 1, static_cast<size_t>(share * static_cast<double>(levels.size()))));
}

size_t HoursInALine(size_t width) {
  const size_t margin = kIndent.size() + kLabelWidth;
  const size_t room = std::max(width, margin + 1) - margin;
  return room < kHoursOfDay ? room : room - room % kHoursOfDay;
}

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string WithoutTail(const std::string& line) {
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::string Chart(const grid::Series& series, const ChartSpan& span, const ChartStyle& style) {
  const auto hours = HoursOf(series, span);
  const auto range = RangeOf(hours);
  if (!range) {
    return "";
  }
  const auto& levels = style.blocks ? kBlocks : kDigits;
  const Time first = FloorTo(span.from, kHour);
  const size_t in_a_line = HoursInALine(style.width);
  std::string text;
  for (size_t begin = 0; begin < hours.size(); begin += in_a_line) {
    const Time at = first + kHour * static_cast<int64_t>(begin);
    std::string values = Padded(FormatClock(at, Time{}), kLabelWidth);
    std::string marks(kLabelWidth, ' ');
    for (size_t i = begin; i < std::min(begin + in_a_line, hours.size()); ++i) {
      values += Mark(hours[i].value, *range, levels);
      marks += hours[i].run ? '^' : ' ';
    }
    text += std::string(kIndent) + WithoutTail(values);
    if (marks.find('^') != std::string::npos) {
      text += std::string(kIndent) + WithoutTail(marks);
    }
  }
  return std::string(kIndent) + std::string(levels.front()) + " " + Fixed(range->lowest, 0) +
         " to " + std::string(levels.back()) + " " + Fixed(range->highest, 0) +
         " g/kWh, an hour each; ^ the run; blank: not known\n" + text;
}

}  // namespace carbon::app
