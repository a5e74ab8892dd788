// SPDX-License-Identifier: Apache-2.0
#include "app/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace carbon::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Progress, SaysNothingForShortRuns) {
  std::ostringstream out;
  Duration now{};
  {
    Progress progress(out, true, [&] { return now; });
    for (; now < seconds(2); now += milliseconds(100)) {
      progress.Show(0.5, "DE");
    }
  }
  EXPECT_EQ(out.str(), "");
}

TEST(Progress, DrawsABarOnATerminalAndWipesIt) {
  std::ostringstream out;
  Duration now{};
  {
    Progress progress(out, true, [&] { return now; });
    now = seconds(2);
    progress.Show(0.5, "DE");
    now += milliseconds(100);
    progress.Show(0.6, "too soon");
    now += milliseconds(100);
    progress.Show(2, "SE");
  }
  EXPECT_EQ(out.str(), "\r\033[K[" + std::string(15, '#') + std::string(15, ' ') +
                           "] 50 %  DE\r\033[K[" + std::string(30, '#') + "] 100 %  SE\r\033[K");
}

TEST(Progress, WritesALineNowAndThenElsewhere) {
  std::ostringstream out;
  Duration now{};
  {
    Progress progress(out, false, [&] { return now; });
    for (; now <= seconds(13); now += seconds(1)) {
      progress.Show(static_cast<double>(now.count()) / 13'000, "DE");
    }
  }
  EXPECT_EQ(out.str(), "15 %  DE\n92 %  DE\n");
}

TEST(Stopwatch, RunsForward) {
  const auto elapsed = Stopwatch();
  EXPECT_GE(elapsed(), Duration(0));
  EXPECT_LT(elapsed(), seconds(60));
}

}  // namespace
}  // namespace carbon::app
