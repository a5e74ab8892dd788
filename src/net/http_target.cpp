// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/text.h"
#include "net/http_server.h"

namespace carbon::net {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Nothing on a bad escape, an encoded NUL or a byte that a target cannot hold unencoded.
std::optional<std::string> Decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 0 && c <= ' ') || c == '\x7f') {
      return std::nullopt;
    }
    if (c != '%') {
      out += plus_is_blank && c == '+' ? ' ' : c;
      continue;
    }
    const int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0) {
      return std::nullopt;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

Result<ServerRequest> ParseTarget(std::string_view target) {
  constexpr size_t kMostBytes = 8192;
  if (target.size() > kMostBytes) {
    return Invalid("request target longer than 8 KiB");
  }
  if (!target.starts_with('/')) {
    return Invalid("request target '" + Printable(target) + "' does not start with '/'");
  }
  const Error bad_escape = Invalid("bad escape in request target '" + Printable(target) + "'");
  const size_t mark = target.find('?');
  const auto path = Decode(target.substr(0, mark), false);
  if (!path) {
    return bad_escape;
  }
  ServerRequest request;
  request.path = *path;
  if (mark == std::string_view::npos) {
    return request;
  }
  for (const std::string_view pair : Split(target.substr(mark + 1), '&')) {
    const size_t equals = pair.find('=');
    const auto name = Decode(pair.substr(0, equals), true);
    const auto value =
        equals == std::string_view::npos ? std::string() : Decode(pair.substr(equals + 1), true);
    if (!name || !value) {
      return bad_escape;
    }
    if (!name->empty()) {
      request.query[*name] = *value;
      request.parameters.push_back({*name, *value});
    }
  }
  return request;
}

}  // namespace carbon::net
