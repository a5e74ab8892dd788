// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "feeds/feed.h"
#include "net/clock.h"
#include "net/http.h"

namespace carbon::feeds {

/// Electricity Maps, or whatever speaks its API (`carbon-kube replay-grid`): one request for
/// `latest` and one for `forecast` per read. The version is the last part of the base URL, /v3 or
/// /v4; empty is https://api.electricitymaps.com/v3. An endpoint that the token's plan denies for
/// a zone is asked again after an hour. `clock` outlives the feed. Invalid where a setting is
/// wrong.
Result<std::unique_ptr<Feed>> MakeElectricityMapsFeed(const FeedSettings& settings,
                                                      std::unique_ptr<net::HttpClient> client,
                                                      const net::Clock& clock);

}  // namespace carbon::feeds
