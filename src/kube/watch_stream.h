// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace carbon::kube {

struct WatchEvent {
  enum class Type {
    added,
    modified,
    deleted,
    bookmark,  ///< `object` has only kind and metadata.resourceVersion
    error,     ///< `object` is a Status
  };
  Type type = Type::error;
  boost::json::object object;
};

/// Cuts the bytes of a watch, in pieces of any size, into its events: one JSON object a line.
class WatchStream {
 public:
  explicit WatchStream(size_t max_line = size_t{16} << 20) : max_line_(max_line) {}

  /// Takes the next bytes and calls `on_event` for each line that is complete. False from
  /// `on_event` ends the call early; the rest of `bytes` is lost then. Unavailable on a line that
  /// is too long or no event: what follows cannot be trusted, so the watch must begin anew.
  Status Feed(std::string_view bytes, const std::function<bool(WatchEvent&&)>& on_event);

 private:
  const size_t max_line_;
  std::string partial_;  // of a line whose end has not come yet
};

}  // namespace carbon::kube
