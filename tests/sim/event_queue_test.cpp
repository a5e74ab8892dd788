// SPDX-License-Identifier: Apache-2.0
#include "sim/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace carbon::sim {
namespace {

Time At(int ms) { return Time(Duration(ms)); }

TEST(EventQueue, OrdersByTimeAndThenByWhatWentInFirst) {
  EventQueue<char> queue;
  queue.Push(At(2), 'c');
  queue.Push(At(1), 'a');
  queue.Push(At(2), 'd');
  queue.Push(At(1), 'b');
  std::string order;
  EXPECT_EQ(queue.NextTime(), At(1));
  while (!queue.empty()) {
    order += queue.Pop().what;
  }
  EXPECT_EQ(order, "abcd");
}

TEST(EventQueue, TakesNewEventsWhileItRuns) {
  EventQueue<char> queue;
  queue.Push(At(1), 'a');
  queue.Push(At(3), 'c');
  EXPECT_EQ(queue.Pop().what, 'a');
  queue.Push(At(3), 'd');
  queue.Push(At(2), 'b');
  EXPECT_EQ(queue.Pop().what, 'b');
  EXPECT_EQ(queue.Pop().what, 'c');
  EXPECT_EQ(queue.Pop().what, 'd');
}

TEST(EventQueue, IsAStableSort) {
  constexpr unsigned kSeed = 20240603;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int> time(0, 50);
  EventQueue<size_t> queue;
  std::vector<std::pair<int, size_t>> want;
  for (size_t i = 0; i < 2000; ++i) {
    want.emplace_back(time(random), i);
    queue.Push(At(want.back().first), i);
  }
  std::sort(want.begin(), want.end());
  for (const auto& [when, what] : want) {
    const auto event = queue.Pop();
    ASSERT_EQ(event.time, At(when));
    ASSERT_EQ(event.what, what);
  }
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace carbon::sim
