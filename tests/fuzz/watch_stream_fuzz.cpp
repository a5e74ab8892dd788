// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "kube/watch_stream.h"

namespace {

using carbon::kube::WatchEvent;
using carbon::kube::WatchStream;

/// Everything that a consumer sees of `text` when it comes in pieces of at most `chunk` bytes.
std::string Consume(std::string_view text, const std::vector<uint8_t>& chunks) {
  WatchStream stream(4096);
  std::string seen;
  size_t turn = 0;
  while (!text.empty()) {
    const size_t size = chunks.empty() ? text.size() : size_t{chunks[turn++ % chunks.size()]} + 1;
    const auto status = stream.Feed(text.substr(0, size), [&](WatchEvent&& event) {
      seen += std::to_string(static_cast<int>(event.type)) + boost::json::serialize(event.object);
      return true;
    });
    if (!status) {
      return seen + status.error().message;
    }
    text.remove_prefix(std::min(size, text.size()));
  }
  return seen;
}

}  // namespace

/// The first byte says how many sizes of chunks follow; the rest is the stream. However it is cut,
/// the same events come out.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const size_t count = std::min<size_t>(data[0] % 8, size - 1);
  const std::vector<uint8_t> chunks(data + 1, data + 1 + count);
  const std::string_view text(reinterpret_cast<const char*>(data + 1 + count), size - 1 - count);
  if (Consume(text, chunks) != Consume(text, {})) {
    std::abort();
  }
  return 0;
}
