// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.h"

namespace carbon::net {

/// Is given bytes, block by block; what it fails with ends the reading.
using TakeBytes = std::function<Status(std::string_view)>;

/// Unpacks gzip (one or several members) as it comes, in blocks of any size. Not thread-safe.
class Gunzip {
 public:
  Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip();

  /// Whether a file that begins so is one of gzip.
  static bool IsGzip(std::string_view begin) { return begin.starts_with("\x1f\x8b"); }

  /// Unpacks the next bytes, and gives what comes of them to `take`. Invalid where they are damaged
  /// or something else than gzip.
  Status Feed(std::string_view packed, const TakeBytes& take);
  /// After the last bytes: invalid where a member has not ended.
  Status Finish() const;

 private:
  Status CheckMagic(std::string_view packed);

  z_stream stream_{};
  bool ready_ = false;
  size_t magic_seen_ = 0;  ///< bytes of the member's first two
  size_t members_ = 0;     ///< that have ended
  bool ended_ = false;     ///< a member, and none has begun since
};

}  // namespace carbon::net
