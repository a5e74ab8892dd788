// SPDX-License-Identifier: Apache-2.0
#include "kube/base64.h"

#include <cstdint>

namespace carbon::kube {
namespace {

int Digit(char c) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;  // of the quartet under way
  int digits = 0;
  int padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      continue;
    }
    const int digit = c == '=' ? 0 : Digit(c);
    const bool early_padding = c == '=' && digits < 2;
    const bool late_digit = c != '=' && padding > 0;
    if (digit < 0 || early_padding || late_digit || (padding > 0 && digits == 0)) {
      return std::nullopt;
    }
    padding += c == '=' ? 1 : 0;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if (++digits < 4) {
      continue;
    }
    // The bits that padding leaves over must be zero: one text for each content.
    if ((padding == 1 && (bits & 0xff) != 0) || (padding == 2 && (bits & 0xffff) != 0)) {
      return std::nullopt;
    }
    for (int i = 0; i < 3 - padding; ++i) {
      out += static_cast<char>(bits >> (16 - 8 * i) & 0xff);
    }
    bits = 0;
    digits = 0;
  }
  return digits == 0 ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace carbon::kube
