// SPDX-License-Identifier: Apache-2.0
#include "app/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace carbon::app {
namespace {

TEST(Parallel, CallsEachIndexOnce) {
  for (const size_t threads : {size_t{1}, size_t{2}, size_t{64}, SIZE_MAX}) {
    std::vector<std::atomic<int>> calls(1000);
    ForEachIndex(calls.size(), threads, [&](size_t i) { ++calls[i]; });
    for (const auto& count : calls) {
      ASSERT_EQ(count, 1);
    }
  }
  ForEachIndex(0, 4, [](size_t) { FAIL() << "there is none"; });
}

TEST(Parallel, OneThreadKeepsTheirOrderAndNoMoreRunThanAreAllowed) {
  std::vector<size_t> order;
  ForEachIndex(5, 1, [&](size_t i) { order.push_back(i); });
  EXPECT_EQ(order, std::vector<size_t>({0, 1, 2, 3, 4}));

  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  ForEachIndex(200, 2, [&](size_t) {
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    --running;
  });
  EXPECT_LE(most, 2);
  EXPECT_GE(most, 1);
}

}  // namespace
}  // namespace carbon::app
