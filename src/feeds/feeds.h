// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "feeds/feed.h"
#include "net/clock.h"
#include "net/http.h"

namespace carbon::feeds {

/// A provider that can be asked for by name.
struct Provider {
  std::string_view name;     ///< "electricity-maps"
  std::string_view summary;  ///< for --help
  Result<std::unique_ptr<Feed>> (*make)(const FeedSettings&, std::unique_ptr<net::HttpClient>,
                                        const net::Clock&);
};

/// All of them.
std::span<const Provider> Providers();

/// The feed of the provider called `name`; invalid where there is none or a setting is wrong.
/// `clock` outlives the feed.
Result<std::unique_ptr<Feed>> MakeFeed(std::string_view name, const FeedSettings& settings,
                                       std::unique_ptr<net::HttpClient> client,
                                       const net::Clock& clock);

}  // namespace carbon::feeds
