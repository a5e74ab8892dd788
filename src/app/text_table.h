// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carbon::app {

/// A row of a table for people.
using Cells = std::vector<std::string>;

/// Rows of equally many cells, one a line behind `indent`, in columns as wide as their widest cell;
/// no blanks at the ends of lines. Cells are ASCII.
std::string TextTable(const std::vector<Cells>& rows, std::string_view indent = "");

}  // namespace carbon::app
