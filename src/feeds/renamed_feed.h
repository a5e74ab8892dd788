// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "feeds/feed.h"
#include "grid/signal.h"

namespace carbon::feeds {

/// What a provider calls the zones that are known by another provider's names.
struct ZoneDictionary {
  enum class Others {
    same,    ///< a zone that is not in `names` is called the same
    absent,  ///< such a zone has no name
  };

  std::map<grid::ZoneId, grid::ZoneId> names;
  Others others = Others::same;
};

/// `feed`, asked by its own names for zones and answering by theirs. For a zone without a name it
/// is not asked: that fails, as denied, and says what to do.
std::unique_ptr<Feed> MakeRenamedFeed(std::unique_ptr<Feed> feed, ZoneDictionary dictionary);

}  // namespace carbon::feeds
