// SPDX-License-Identifier: Apache-2.0
#include "app/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace carbon::app {

void ForEachIndex(size_t count, size_t threads, const std::function<void(size_t)>& task) {
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) {
      task(i);
    }
  };
  const size_t cores = std::max<size_t>(std::thread::hardware_concurrency(), 1);
  const size_t workers = std::min({cores, threads, count});
  if (workers <= 1) {
    work();
    return;
  }
  std::vector<std::jthread> running;
  for (size_t i = 0; i < workers; ++i) {
    running.emplace_back(work);
  }
}

}  // namespace carbon::app
