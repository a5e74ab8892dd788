// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "grid/board.h"

namespace carbon::feeds {

/// Hands the newest board from the thread that makes it to any number of readers.
class BoardChannel {
 public:
  BoardChannel() : board_(std::make_shared<const grid::Board>()) {}

  /// `board` is not null. Any thread.
  void Publish(std::shared_ptr<const grid::Board> board) {
    {
      const std::lock_guard lock(mutex_);
      board_ = std::move(board);
    }
    version_.fetch_add(1, std::memory_order_release);
  }

 private:
  friend class BoardReader;

  std::atomic<uint64_t> version_{1};
  mutable std::mutex mutex_;  ///< guards board_; readers take it once per publication
  std::shared_ptr<const grid::Board> board_;
};

/// One thread's view of a channel. A read costs one atomic load as long as nothing new was
/// published, and shares no cache line that readers write. `channel` outlives it.
class BoardReader {
 public:
  explicit BoardReader(const BoardChannel& channel) : channel_(channel) {}

  /// The newest board; it stays as it is until the next call.
  const grid::Board& Read() {
    const uint64_t version = channel_.version_.load(std::memory_order_acquire);
    if (version != seen_) {
      const std::lock_guard lock(channel_.mutex_);
      board_ = channel_.board_;
      seen_ = version;
    }
    return *board_;
  }

 private:
  const BoardChannel& channel_;
  uint64_t seen_ = 0;
  std::shared_ptr<const grid::Board> board_;
};

}  // namespace carbon::feeds
