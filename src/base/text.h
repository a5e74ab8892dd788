// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace carbon {

/// The whole text as a finite decimal number; nothing else (no blanks, no "nan", no "inf", no
/// hexadecimal), else nothing.
std::optional<double> ParseDouble(std::string_view text);
/// The whole text as a decimal integer, else nothing.
std::optional<int64_t> ParseInt(std::string_view text);

/// `text` without blanks, tabs and carriage returns at its ends.
std::string_view Trim(std::string_view text);

/// The pieces between separators: always at least one, empty pieces kept.
std::vector<std::string_view> Split(std::string_view text, char separator);

/// At most 60 bytes of foreign text, with control and non-ASCII bytes as '?': fit for a message.
std::string Printable(std::string_view text);

/// The shortest text that reads back as the same number: "260", "448.4451043375".
std::string Shortest(double value);
/// Appends it to `text`.
void AppendShortest(std::string& text, double value);

/// A number for people with `decimals` digits behind the point, no exponent.
std::string Fixed(double value, int decimals);

/// Comma-separated rows with one header line, read a line at a time: what every CSV input here
/// looks like. Fields are plain (no quotes, no embedded commas); blank lines are skipped; \r\n is
/// accepted, and so is a byte order mark.
class CsvRows {
 public:
  /// `name` (a file's) starts every error as "name:line: …". A column of `optional` may be absent.
  CsvRows(std::string name, std::vector<std::string_view> required,
          std::vector<std::string_view> optional = {});

  /// Takes the next line, with or without its end; true where it is a row. Fails where the header
  /// lacks a column of `required` or names one twice, or a row has another number of fields than
  /// the header.
  Result<bool> Read(std::string_view line);
  /// After the last line: fails where there was no header.
  Status Finish() const;

  /// Whether the header names the i-th column of `required` and then `optional`.
  bool Has(size_t column) const { return places_[column] != kAbsent; }
  /// Field of the row that was read last, in a column that the header has; a view into the line.
  std::string_view Field(size_t column) const { return fields_[places_[column]]; }
  /// The line that was read last, from 1.
  uint32_t line() const { return line_; }
  /// An error about it: "name:line: what".
  Error At(const std::string& what) const;

 private:
  static constexpr size_t kAbsent = SIZE_MAX;
  Status PlaceColumns();

  std::string name_;
  std::vector<std::string_view> columns_;  ///< the required ones first
  size_t required_ = 0;
  std::vector<size_t> places_;  ///< in the header; empty before it was read
  size_t width_ = 0;
  std::vector<std::string_view> fields_;  ///< trimmed
  uint32_t line_ = 0;
};

/// The same of a whole text.
class CsvTable {
 public:
  /// Fails as CsvRows does. The views into `text` stay valid as long as `text` does.
  static Result<CsvTable> Parse(std::string_view text, std::string name,
                                const std::vector<std::string_view>& required);

  size_t size() const { return lines_.size(); }
  /// Field of row `row` (0-based) in the i-th column of `required`.
  std::string_view Field(size_t row, size_t column) const {
    return fields_[row * columns_ + column];
  }
  /// An error about row `row`: "name:line: what".
  Error At(size_t row, const std::string& what) const;

 private:
  std::string name_;
  size_t columns_ = 0;
  std::vector<std::string_view> fields_;
  std::vector<uint32_t> lines_;
};

}  // namespace carbon
