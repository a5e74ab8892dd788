// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <curl/curl.h>

#include <algorithm>

#include "base/text.h"

namespace carbon::net {

std::optional<Duration> RetryAfter(const HttpResponse& response, Time now) {
  constexpr Duration kMost = std::chrono::hours(1);
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) {
    return std::nullopt;
  }
  const std::string text(Trim(header->second));
  if (const auto seconds = ParseInt(text)) {
    if (*seconds < 0) {
      return std::nullopt;
    }
    return std::min(Duration(std::chrono::seconds(std::min<int64_t>(*seconds, 3600))), kMost);
  }
  const time_t date = curl_getdate(text.c_str(), nullptr);
  if (date < 0) {
    return std::nullopt;
  }
  return std::clamp(Time(std::chrono::seconds(date)) - now, Duration(0), kMost);
}

std::string UrlEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace carbon::net
