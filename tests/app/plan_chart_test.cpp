// SPDX-License-Identifier: Apache-2.0
#include "app/plan_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace carbon::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kMidnight = *ParseTime("2021-08-02T00:00:00Z");
constexpr double kUnknown = grid::Series::kUnknown;

ChartSpan Span(Duration length, Duration run_start, Duration run_length) {
  return {.from = kMidnight,
          .to = kMidnight + length,
          .marks = {{'^', "the run", {{kMidnight + run_start, run_length}}}}};
}

std::string Digits(std::vector<double> values, const ChartSpan& span, size_t width = 80) {
  return Chart({kMidnight, hours(1), std::move(values)}, span, {.width = width});
}

TEST(PlanChart, DrawsAnHourAColumnFromTheLowestToTheHighestAndMarksTheRun) {
  EXPECT_EQ(Digits({100, 200, 300, 400, 500}, Span(hours(5), hours(1), hours(2))),
            "  1 100 to 8 500 g/kWh, an hour each; ^ the run; blank: not known\n"
            "  Aug 02 00:00  13578\n"
            "                 ^^\n");
}

TEST(PlanChart, EveryMarkHasItsLineAndAllItsRunsAreMarked) {
  ChartSpan span = Span(hours(6), hours(1), hours(1));
  span.marks.push_back(
      {'+', "in pieces", {{kMidnight, minutes(20)}, {kMidnight + minutes(170), minutes(30)}}});
  EXPECT_EQ(Digits({100, 200, 300, 400, 500, 100}, span),
            "  1 100 to 8 500 g/kWh, an hour each; ^ the run; + in pieces; blank: not known\n"
            "  Aug 02 00:00  135781\n"
            "                 ^\n"
            "                + ++\n");
}

TEST(PlanChart, BlocksStandForTheSameLevels) {
  EXPECT_EQ(Chart({kMidnight, hours(1), {0, 80, 10, 70, 20, 60, 30, 50, 40}},
                  Span(hours(9), hours(8), hours(1)), {.width = 80, .blocks = true}),
            "  ▁ 0 to █ 80 g/kWh, an hour each; ^ the run; blank: not known\n"
            "  Aug 02 00:00  ▁█▂█▃▇▄▆▅\n"
            "                        ^\n");
}

TEST(PlanChart, AnUnknownHourIsAGapAndNotTheLowest) {
  EXPECT_EQ(Digits({100, kUnknown, 500}, Span(hours(3), hours(0), hours(1))),
            "  1 100 to 8 500 g/kWh, an hour each; ^ the run; blank: not known\n"
            "  Aug 02 00:00  1 8\n"
            "                ^\n");
  EXPECT_EQ(Digits({kUnknown, kUnknown}, Span(hours(2), hours(0), hours(1))), "");
}

TEST(PlanChart, AnHourOfWhichAPartIsUnknownIsUnknownButForTheOneThatRuns) {
  const grid::Series series(kMidnight + minutes(30), minutes(30), {10, 20, 20, 30, kUnknown, 50});
  EXPECT_EQ(Chart(series, Span(hours(4), hours(0), hours(1)), {}),
            "  1 10 to 8 20 g/kWh, an hour each; ^ the run; blank: not known\n"
            "  Aug 02 00:00  18\n"
            "                ^\n");
}

TEST(PlanChart, AFlatForecastIsLow) {
  EXPECT_EQ(Digits({300, 300}, Span(hours(2), minutes(90), minutes(30))),
            "  1 300 to 8 300 g/kWh, an hour each; ^ the run; blank: not known\n"
            "  Aug 02 00:00  11\n"
            "                 ^\n");
}

TEST(PlanChart, LinesHoldWholeDaysWhereTheyFit) {
  const std::string chart =
      Digits(std::vector<double>(60, 1), Span(hours(60), hours(30), hours(1)));
  EXPECT_THAT(chart, testing::HasSubstr("  Aug 02 00:00  " + std::string(48, '1') + "\n"));
  EXPECT_THAT(chart, testing::EndsWith("  Aug 04 00:00  " + std::string(12, '1') + "\n"));
}

TEST(PlanChart, FitsTheTerminalAndHasOneColumnPerHour) {
  std::mt19937_64 random(20261129);
  for (int instance = 0; instance < 10'000; ++instance) {
    SCOPED_TRACE("seed 20261129, instance " + std::to_string(instance));
    const size_t count = 1 + random() % 120;
    const size_t width = 20 + random() % 120;
    std::vector<double> values(count);
    for (double& value : values) {
      value = random() % 4 == 0 ? kUnknown : static_cast<double>(random() % 900);
    }
    const auto known =
        std::count_if(values.begin(), values.end(), [](double value) { return value >= 0; });
    const Duration start = hours(random() % count);
    const std::string chart =
        Digits(values, Span(hours(count), start, hours(1 + random() % 9)), width);
    ptrdiff_t drawn = 0;
    bool header = true;
    for (const std::string_view line : Split(chart, '\n')) {
      if (!std::exchange(header, false)) {
        ASSERT_LE(line.size(), width);
        if (line.size() > 16 && line.substr(2, 3) == "Aug") {
          drawn += std::count_if(line.begin() + 16, line.end(), [](char c) { return c != ' '; });
        }
      }
    }
    ASSERT_EQ(drawn, known);
  }
}

}  // namespace
}  // namespace carbon::app
