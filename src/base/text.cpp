// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace carbon {

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value, std::chars_format::general);
  if (code != std::errc() || stop != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<int64_t> ParseInt(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stop != end) {
    return std::nullopt;
  }
  return value;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const size_t at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return pieces;
    }
    text.remove_prefix(at + 1);
  }
}

std::string Printable(std::string_view text) {
  constexpr size_t kMost = 60;
  std::string out(text.substr(0, kMost));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > kMost ? out + "…" : out;
}

std::string Shortest(double value) {
  std::string text;
  AppendShortest(text, value);
  return text;
}

void AppendShortest(std::string& text, double value) {
  std::array<char, 32> digits{};  // a double needs 24 at most
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

std::string Fixed(double value, int decimals) {
  std::array<char, 400> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<size_t>(length)};
}

namespace {

/// For each required column its place in the header, or what is wrong with the header.
Result<std::vector<size_t>> PlaceColumns(const std::vector<std::string_view>& header,
                                         const std::vector<std::string_view>& required) {
  std::vector<size_t> places;
  for (const std::string_view column : required) {
    const auto is_it = [&](std::string_view name) { return Trim(name) == column; };
    const auto found = std::find_if(header.begin(), header.end(), is_it);
    if (found == header.end()) {
      return Invalid("the header has no column '" + std::string(column) + "'");
    }
    if (std::count_if(header.begin(), header.end(), is_it) > 1) {
      return Invalid("the header names column '" + std::string(column) + "' twice");
    }
    places.push_back(static_cast<size_t>(found - header.begin()));
  }
  return places;
}

}  // namespace

Result<CsvTable> CsvTable::Parse(std::string_view text, std::string name,
                                 const std::vector<std::string_view>& required) {
  CsvTable table;
  table.name_ = std::move(name);
  table.columns_ = required.size();
  std::vector<size_t> places;
  size_t width = 0;
  uint32_t line_number = 0;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.empty()) {
      continue;
    }
    const auto fields = Split(line, ',');
    if (places.empty()) {
      const auto found = PlaceColumns(fields, required);
      if (!found) {
        return found.error().In(table.name_ + ":" + std::to_string(line_number));
      }
      places = *found;
      width = fields.size();
      continue;
    }
    table.lines_.push_back(line_number);
    if (fields.size() != width) {
      return table.At(table.lines_.size() - 1, "expected " + std::to_string(width) +
                                                   " fields as in the header, found " +
                                                   std::to_string(fields.size()));
    }
    for (const size_t place : places) {
      table.fields_.push_back(Trim(fields[place]));
    }
  }
  if (places.empty()) {
    return Invalid(table.name_ + ": empty: expected a header line and rows");
  }
  return table;
}

Error CsvTable::At(size_t row, const std::string& what) const {
  return Invalid(name_ + ":" + std::to_string(lines_[row]) + ": " + what);
}

}  // namespace carbon
