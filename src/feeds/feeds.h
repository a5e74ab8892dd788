// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "feeds/feed.h"
#include "feeds/http_feed.h"
#include "feeds/protocol.h"
#include "net/clock.h"

namespace carbon::feeds {

/// A provider that can be asked for by name.
struct Provider {
  /// Of one that is asked over HTTP. Fails where a setting is wrong, as the other does.
  using MakeProtocol = Result<std::unique_ptr<Protocol>> (*)(const FeedSettings&);
  /// Of any other.
  using MakeOther = Result<std::unique_ptr<Feed>> (*)(const FeedSettings&, const net::Clock&);

  std::string_view name;     ///< "electricity-maps"
  std::string_view summary;  ///< for --help
  std::variant<MakeProtocol, MakeOther> make;
};

/// All of them.
std::span<const Provider> Providers();

/// The feed of the provider called `name`; invalid where there is none or a setting is wrong.
/// `clock` outlives the feed.
Result<std::unique_ptr<Feed>> MakeFeed(std::string_view name, const FeedSettings& settings,
                                       HttpClientFactory make_client, const net::Clock& clock);

}  // namespace carbon::feeds
