// SPDX-License-Identifier: Apache-2.0
#include "serve/dotnet.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "base/text.h"

namespace carbon::serve {

std::string DateTimeOffset(Time time) {
  std::string text = FormatTime(time);
  text.back() = '+';  // was Z
  return text + "00:00";
}

std::string TimeSpan(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  constexpr int64_t kDay = 24 * 3600;
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%02d:%02d:%02d", static_cast<int>(seconds % kDay / 3600),
      static_cast<int>(seconds % 3600 / 60), static_cast<int>(seconds % 60));
  const std::string days = seconds >= kDay ? std::to_string(seconds / kDay) + "." : "";
  return days + std::string(text.data(), static_cast<size_t>(length));
}

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::value(text));
}

Result<Time> ParseDateTime(std::string_view text) {
  constexpr size_t kDateOnly = 10;
  constexpr size_t kLongest = 40;
  auto time = ParseTime(text);
  if (!time && text.size() <= kLongest) {
    time = ParseTime(std::string(text) + (text.size() == kDateOnly ? "T00:00Z" : "Z"));
  }
  return time ? time
              : Invalid("'" + Printable(text) + "' is not a time such as 2021-08-02T14:00:00Z");
}

bool IsSameName(std::string_view left, std::string_view right) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace carbon::serve
