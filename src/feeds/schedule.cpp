// SPDX-License-Identifier: Apache-2.0
#include "feeds/schedule.h"

#include <algorithm>
#include <utility>

namespace carbon::feeds {
namespace {

net::RetryPolicy RetryOf(const PollRules& rules) {
  return {.base = rules.first_retry, .cap = std::max(rules.first_retry, rules.longest_backoff)};
}

}  // namespace

PollSchedule::PollSchedule(const PollRules& rules, uint64_t seed)
    : rules_(rules), provider_(RetryOf(rules)), random_(seed) {}

void PollSchedule::Add() { zones_.push_back({.backoff = net::Backoff(RetryOf(rules_))}); }

std::optional<size_t> PollSchedule::Take(Time now) {
  if (Paused(now) || MustWait()) {
    return std::nullopt;
  }
  const auto rank = [](const Zone& zone) {
    return std::pair(zone.backoff.failures() > 0, zone.due);
  };
  std::optional<size_t> first;
  for (size_t i = 0; i < zones_.size(); ++i) {
    if (zones_[i].under_way || zones_[i].due > now) {
      continue;
    }
    if (!first || rank(zones_[i]) < rank(zones_[*first])) {
      first = i;
    }
  }
  if (first) {
    zones_[*first].under_way = true;
    ++under_way_;
  }
  return first;
}

Time PollSchedule::NextDue(Time now) const {
  Time next = now + rules_.period;
  if (MustWait()) {
    return next;
  }
  for (const Zone& zone : zones_) {
    if (!zone.under_way) {
      next = std::min(next, zone.due);
    }
  }
  return std::max(next, paused_until_);
}

void PollSchedule::Record(size_t zone, const Answer& answer, Time now) {
  Zone& read = zones_[zone];
  read.under_way = false;
  --under_way_;
  read.due = FloorTo(now, rules_.period) + rules_.period;
  if (answer.NothingDue()) {
    return;
  }
  if (answer.reading) {
    read.backoff.Reset();
  }
  if (answer.failure && answer.failure->scope == Failure::Scope::provider) {
    Pause(*answer.failure, now);
    return;
  }
  if (!Paused(now)) {
    provider_.Reset();
  }
  if (!answer.failure) {
    return;
  }
  const Failure& failure = *answer.failure;
  if (!answer.reading) {
    read.due = now + Delay(read.backoff, failure);
  } else if (failure.retry_after) {
    read.due = std::max(read.due, now + *failure.retry_after);
  }
}

void PollSchedule::Pause(const Failure& failure, Time now) {
  if (Paused(now)) {  // reads that were under way together fail as one
    paused_until_ = std::max(paused_until_, now + failure.retry_after.value_or(Duration(0)));
    return;
  }
  paused_until_ = now + Delay(provider_, failure);
}

Duration PollSchedule::Delay(net::Backoff& backoff, const Failure& failure) {
  const Duration delay = backoff.Next(random_, failure.retry_after);
  return failure.error.kind == Error::Kind::denied ? rules_.denied_for : delay;
}

}  // namespace carbon::feeds
