// SPDX-License-Identifier: Apache-2.0
#include "net/retry.h"

#include <algorithm>

namespace carbon::net {

Duration Backoff::Next(std::mt19937_64& random, std::optional<Duration> retry_after) {
  Duration longest = policy_.base * 2;
  for (int i = 0; i < failures_ && longest < policy_.cap; ++i) {
    longest *= 2;
  }
  longest = std::min(longest, policy_.cap);
  const Duration shortest = std::min(std::max(policy_.base, longest / 2), longest);
  ++failures_;
  std::uniform_int_distribution<int64_t> draw(shortest.count(), longest.count());
  return std::max(Duration(draw(random)), retry_after.value_or(Duration(0)));
}

}  // namespace carbon::net
