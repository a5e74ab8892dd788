// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>

#include "base/result.h"

namespace carbon::app {

/// How deep a document may nest.
inline constexpr size_t kDeepestNesting = 100;

/// One YAML document as the tree that kubectl makes of it: plain text that YAML 1.1 takes for a
/// boolean, a null or a decimal number becomes one, times stay text, and "<<" merges. Invalid where
/// it is not YAML ("3: why", the line counted from `first_line`), has keys that are no text, nests
/// more than kDeepestNesting deep or holds more than 300 000 values, aliases followed.
Result<boost::json::value> TreeOfYaml(const std::string& document, size_t first_line);

}  // namespace carbon::app
