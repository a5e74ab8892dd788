// SPDX-License-Identifier: Apache-2.0
#include "feeds/quota.h"

#include <algorithm>

namespace carbon::feeds {

RequestQuota QuotaOf(const Protocol& protocol, const FeedSettings& settings) {
  return settings.requests_per_hour > 0 ? RequestQuota{.requests = settings.requests_per_hour}
                                        : protocol.Quota();
}

std::string ToString(const RequestQuota& quota) {
  return std::to_string(quota.requests) + " requests per " +
         (quota.per == std::chrono::hours(1) ? "hour" : FormatDuration(quota.per));
}

QuotaMeter::QuotaMeter(const RequestQuota& granted)
    : requests_(std::max(granted.requests, 1)),
      refill_((std::max(granted.per, Duration(0)) + Duration(requests_ - 1)) / requests_) {}

std::optional<Duration> QuotaMeter::Take(Time now) {
  const Time full_if_empty = now + refill_ * requests_;
  // Also where the calendar was set back.
  full_at_ = std::clamp(full_at_, now, full_if_empty);
  if (full_at_ + refill_ > full_if_empty) {
    return full_at_ + refill_ - full_if_empty;
  }
  full_at_ += refill_;
  return std::nullopt;
}

}  // namespace carbon::feeds
