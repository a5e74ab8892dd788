// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace carbon::app {

/// What a field of CSV cannot hold without quotes: commas, quotes and control characters.
constexpr bool BreaksField(char c) { return c == ',' || c == '"' || (c >= 0 && c < ' '); }

/// Whether a text can be a field as it is.
constexpr bool IsPlainField(std::string_view text) {
  return std::none_of(text.begin(), text.end(), BreaksField);
}

/// A text from a log that is made one: with '_' for what it cannot hold.
inline std::string PlainField(std::string_view text) {
  std::string field(text);
  std::replace_if(field.begin(), field.end(), BreaksField, '_');
  return field;
}

}  // namespace carbon::app
