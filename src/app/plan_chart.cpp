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
  Time start;
  std::optional<double> value;

  bool IsIn(const plan::Segment& run) const {
    return start < run.end() && start + kHour > run.start;
  }
};

std::vector<Hour> HoursOf(const grid::Series& series, const ChartSpan& span) {
  std::vector<Hour> hours;
  for (Time hour = FloorTo(span.from, kHour); hour < span.to && hours.size() < kMostHours;
       hour += kHour) {
    // A series may begin within the running hour.
    const Time from = std::clamp(series.start(), hour, hour + kHour - Duration(1));
    const auto mean = series.Mean(from, hour + kHour);
    hours.push_back({.start = hour, .value = mean ? std::optional(mean->value()) : std::nullopt});
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

/// The line below hours [begin, end); empty where none of them is marked.
std::string MarksLine(const std::vector<Hour>& hours, size_t begin, size_t end,
                      const ChartMark& mark) {
  std::string line(kLabelWidth, ' ');
  for (size_t i = begin; i < end; ++i) {
    const bool marked = std::any_of(mark.runs.begin(), mark.runs.end(),
                                    [&](const plan::Segment& run) { return hours[i].IsIn(run); });
    line += marked ? mark.mark : ' ';
  }
  const bool any = line.find(mark.mark) != std::string::npos;
  return any ? std::string(kIndent) + WithoutTail(line) : "";
}

std::string Legend(const Range& range, const std::array<std::string_view, 8>& levels,
                   const std::vector<ChartMark>& marks) {
  std::string text = std::string(kIndent) + std::string(levels.front()) + " " +
                     Fixed(range.lowest, 0) + " to " + std::string(levels.back()) + " " +
                     Fixed(range.highest, 0) + " g/kWh, an hour each; ";
  for (const ChartMark& mark : marks) {
    text += std::string(1, mark.mark) + " " + mark.name + "; ";
  }
  return text + "blank: not known\n";
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
    const size_t end = std::min(begin + in_a_line, hours.size());
    std::string values = Padded(FormatClock(at, Time{}), kLabelWidth);
    for (size_t i = begin; i < end; ++i) {
      values += Mark(hours[i].value, *range, levels);
    }
    text += std::string(kIndent) + WithoutTail(values);
    for (const ChartMark& mark : span.marks) {
      text += MarksLine(hours, begin, end, mark);
    }
  }
  return Legend(*range, levels, span.marks) + text;
}

}  // namespace carbon::app
