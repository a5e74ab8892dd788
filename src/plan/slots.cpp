// SPDX-License-Identifier: Apache-2.0
#include "plan/slots.h"

#include <algorithm>

namespace carbon::plan {
namespace {

std::optional<Starts::Run> Within(const Slots& slots, const Segment& run) {
  const Slots::Range touched = slots.TouchedBy(run);
  if (touched.last > slots.count) {
    return std::nullopt;
  }
  const Duration begins = run.start - slots.TimeOf(touched.first);
  const Duration left = slots.TimeOf(touched.last) - run.end();
  const bool with_slot = left == Duration::zero();
  return Starts::Run{run.start, touched, with_slot ? touched.last : touched.last - 1,
                     slots.Share(begins), with_slot ? 0 : slots.Share(slots.length - left)};
}

}  // namespace

size_t Slots::From(Time at) const {
  const int64_t number = (at - start + length - Duration(1)) / length;
  return static_cast<size_t>(std::clamp<int64_t>(number, 0, static_cast<int64_t>(count) + 1));
}

Slots::Range Slots::Between(Time from, Time to) const {
  const size_t last = std::min(From(to), count);
  return {std::min(static_cast<size_t>((from - start) / length), last), last};
}

Starts::Starts(const Slots& slots, Duration length, Time from, Time latest_start)
    : whole(static_cast<size_t>(length / slots.length)),
      part(slots.Share(length % slots.length)),
      touched(whole + (part > 0 ? 1 : 0)) {
  if (from > latest_start || touched > slots.count) {
    return;
  }
  earliest = Within(slots, {from, length});
  latest = Within(slots, {latest_start, length});
  const Time after_latest = latest_start + Duration(1);
  aligned = {slots.From(from), std::min(slots.From(after_latest), slots.count - touched + 1)};
  if (const Duration rest = length % slots.length; rest != Duration::zero()) {
    ending = {std::max<size_t>(slots.From(from + rest), 1),
              std::min(slots.From(after_latest + rest), slots.count - touched + 2)};
  }
  begins = aligned;
  if (ending.first < ending.last) {
    begins = {std::min(aligned.first, ending.first - 1), std::max(aligned.last, ending.last - 1)};
  }
}

}  // namespace carbon::plan
