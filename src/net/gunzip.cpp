// SPDX-License-Identifier: Apache-2.0
#include "net/gunzip.h"

#include <algorithm>
#include <array>

namespace carbon::net {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b";
constexpr size_t kBlock = 65536;

}  // namespace

Gunzip::Gunzip() {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
}

Gunzip::~Gunzip() { inflateEnd(&stream_); }

/// The two bytes may come in two blocks.
Status Gunzip::CheckMagic(std::string_view packed) {
  for (size_t i = 0; i < packed.size() && magic_seen_ < kMagic.size(); ++i, ++magic_seen_) {
    if (packed[i] != kMagic[magic_seen_]) {
      return Invalid(members_ > 0 ? "other data behind the gzip data" : "not gzip data");
    }
  }
  return {};
}

Status Gunzip::Feed(std::string_view packed, const TakeBytes& take) {
  if (!ready_) {
    return Unavailable("no memory to unpack gzip");
  }
  std::array<char, kBlock> block{};
  while (!packed.empty()) {
    if (const Status ok = CheckMagic(packed); !ok) {
      return ok;
    }
    ended_ = false;
    const std::string_view piece = packed.substr(0, kBlock);
    // zlib's interface predates const; it only reads.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    int code = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(block.size());
      code = inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        return Invalid("gzip data is damaged");
      }
      if (const Status ok = take({block.data(), block.size() - stream_.avail_out}); !ok) {
        return ok;
      }
    } while (code == Z_OK && stream_.avail_out == 0);
    packed.remove_prefix(piece.size() - stream_.avail_in);
    if (code == Z_STREAM_END) {
      inflateReset(&stream_);
      magic_seen_ = 0;
      ended_ = true;
      ++members_;
    }
  }
  return {};
}

Status Gunzip::Finish() const { return ended_ ? Status() : Invalid("gzip data ends early"); }

}  // namespace carbon::net
