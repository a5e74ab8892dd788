// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "feeds/feed.h"
#include "feeds/protocol.h"
#include "net/clock.h"
#include "net/http.h"

namespace carbon::feeds {

/// Makes one more client. Called from any thread, one call at a time.
using HttpClientFactory = std::function<std::unique_ptr<net::HttpClient>()>;

/// A feed that speaks `protocol` over HTTP, one client for each read under way.
///
/// The reading it hands to Query::read names the zone, FeedSettings::kind, the protocol's name and
/// the time. All requests of a read share FeedSettings::timeout. Sent requests, those that open a
/// session included, stay within the protocol's quota, or FeedSettings::requests_per_hour where
/// that is set; beyond it a read fails for its zone and says when the next request may go. What is
/// denied for a zone is asked again after an hour of `clock`. A body that came with an ETag or a
/// Last-Modified is kept, one for each zone and query, and asked for conditionally. A session is
/// opened when a request needs it, by one thread for all; a request answered with 401 is sent again
/// in a new session, once. Failures never tell the token, the session's, or a part of either.
/// `clock` outlives the feed.
std::unique_ptr<Feed> MakeHttpFeed(std::unique_ptr<const Protocol> protocol, FeedSettings settings,
                                   HttpClientFactory make_client, const net::Clock& clock);

}  // namespace carbon::feeds
