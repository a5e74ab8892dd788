// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <queue>
#include <utility>
#include <vector>

#include "base/time.h"

namespace carbon::sim {

/// Things that happen at a time. Comes out by time, and at the same time in the order in which it
/// went in, so that the same input always replays in the same order.
template <typename What>
class EventQueue {
 public:
  struct Event {
    Time time;
    uint64_t sequence;
    What what;
  };

  void Push(Time time, What what) { heap_.push({time, next_++, std::move(what)}); }
  bool empty() const { return heap_.empty(); }
  /// The time of the next event; the queue is not empty.
  Time NextTime() const { return heap_.top().time; }
  /// Takes the next event out; the queue is not empty.
  Event Pop() {
    Event event = heap_.top();
    heap_.pop();
    return event;
  }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
    }
  };

  std::priority_queue<Event, std::vector<Event>, Later> heap_;
  uint64_t next_ = 0;
};

}  // namespace carbon::sim
