// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace carbon::feeds {

/// A captured answer of Electricity Maps.
inline std::string Fixture(const std::string& name) {
  std::ifstream in(std::string(CARBON_SOURCE_DIR) + "/tests/feeds/fixtures/electricitymaps/" +
                   name);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace carbon::feeds
