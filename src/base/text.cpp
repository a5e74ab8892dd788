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

CsvRows::CsvRows(std::string name, std::vector<std::string_view> required,
                 std::vector<std::string_view> optional)
    : name_(std::move(name)), columns_(std::move(required)), required_(columns_.size()) {
  columns_.insert(columns_.end(), optional.begin(), optional.end());
}

/// `fields_` is the header.
Status CsvRows::PlaceColumns() {
  width_ = fields_.size();
  for (size_t i = 0; i < columns_.size(); ++i) {
    const std::string_view column = columns_[i];
    const auto found = std::find(fields_.begin(), fields_.end(), column);
    if (found == fields_.end() && i < required_) {
      return At("the header has no column '" + std::string(column) + "'");
    }
    if (std::count(fields_.begin(), fields_.end(), column) > 1) {
      return At("the header names column '" + std::string(column) + "' twice");
    }
    places_.push_back(found == fields_.end() ? kAbsent
                                             : static_cast<size_t>(found - fields_.begin()));
  }
  return {};
}

Result<bool> CsvRows::Read(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (++line_ == 1 && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  line = Trim(line);
  if (line.empty()) {
    return false;
  }
  fields_.clear();
  for (size_t comma = 0; comma != std::string_view::npos;) {
    comma = line.find(',');
    fields_.push_back(Trim(line.substr(0, comma)));
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
  if (places_.empty()) {
    const Status placed = PlaceColumns();
    return placed ? Result<bool>(false) : placed.error();
  }
  if (fields_.size() != width_) {
    return At("expected " + std::to_string(width_) + " fields as in the header, found " +
              std::to_string(fields_.size()));
  }
  return true;
}

Status CsvRows::Finish() const {
  return places_.empty() ? Invalid(name_ + ": empty: expected a header line and rows") : Status();
}

Error CsvRows::At(const std::string& what) const {
  return Invalid(name_ + ":" + std::to_string(line_) + ": " + what);
}

Result<CsvTable> CsvTable::Parse(std::string_view text, std::string name,
                                 const std::vector<std::string_view>& required) {
  CsvTable table;
  table.name_ = std::move(name);
  table.columns_ = required.size();
  CsvRows rows(table.name_, required);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const auto is_row = rows.Read(text.substr(0, end));
    if (!is_row) {
      return is_row.error();
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (*is_row) {
      table.lines_.push_back(rows.line());
      for (size_t column = 0; column < required.size(); ++column) {
        table.fields_.push_back(rows.Field(column));
      }
    }
  }
  if (const Status ok = rows.Finish(); !ok) {
    return ok.error();
  }
  return table;
}

Error CsvTable::At(size_t row, const std::string& what) const {
  return Invalid(name_ + ":" + std::to_string(lines_[row]) + ": " + what);
}

}  // namespace carbon
