// SPDX-License-Identifier: Apache-2.0
#include "feeds/schedule.h"

#include <algorithm>

namespace carbon::feeds {

PollSchedule::PollSchedule(size_t zones, const PollRules& rules, uint64_t seed)
    : rules_(rules),
      provider_({.base = rules.period, .cap = std::max(rules.period, rules.longest_backoff)}),
      random_(seed) {
  zones_.assign(zones, Zone{.backoff = provider_});
}

std::vector<size_t> PollSchedule::Due(Time now) {
  std::vector<size_t> due;
  std::vector<size_t> failing;
  if (Paused(now)) {
    return due;
  }
  for (size_t zone = 0; zone < zones_.size(); ++zone) {
    if (zones_[zone].due <= now) {
      (Failing(zone) ? failing : due).push_back(zone);
    }
  }
  if (provider_.failures() > 0) {
    std::shuffle(due.begin(), due.end(), random_);
  }
  due.insert(due.end(), failing.begin(), failing.end());
  return due;
}

Time PollSchedule::NextDue(Time now) const {
  const auto first = std::min_element(zones_.begin(), zones_.end(),
                                      [](const Zone& a, const Zone& b) { return a.due < b.due; });
  return first == zones_.end() ? now + rules_.period : std::max(first->due, paused_until_);
}

void PollSchedule::Record(size_t zone, const Answer& answer, Time now) {
  Zone& read = zones_[zone];
  read.due = FloorTo(now, rules_.period) + rules_.period;
  if (answer.NothingDue()) {
    return;
  }
  if (answer.reading) {
    read.backoff.Reset();
  }
  if (!answer.failure) {
    provider_.Reset();
    return;
  }
  const Failure& failure = *answer.failure;
  if (failure.scope == Failure::Scope::provider) {
    paused_until_ = now + Delay(provider_, failure);
    return;
  }
  provider_.Reset();
  if (!answer.reading) {
    read.due = now + Delay(read.backoff, failure);
  } else if (failure.retry_after) {
    read.due = std::max(read.due, now + *failure.retry_after);
  }
}

Duration PollSchedule::Delay(net::Backoff& backoff, const Failure& failure) {
  const Duration delay = backoff.Next(random_, failure.retry_after);
  return failure.error.kind == Error::Kind::denied ? rules_.denied_for : delay;
}

}  // namespace carbon::feeds
