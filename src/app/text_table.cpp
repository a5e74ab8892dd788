// SPDX-License-Identifier: Apache-2.0
#include "app/text_table.h"

#include <algorithm>

namespace carbon::app {

std::string TextTable(const std::vector<Cells>& rows, std::string_view indent) {
  std::vector<size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const Cells& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Cells& row : rows) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace carbon::app
