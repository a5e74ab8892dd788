// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace carbon::feeds {

/// A captured answer of the provider to which the folder of tests/feeds/fixtures belongs; empty
/// where there is none.
inline std::string Fixture(const std::string& folder, const std::string& name) {
  std::ifstream in(std::string(CARBON_SOURCE_DIR) + "/tests/feeds/fixtures/" + folder + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A captured answer of Electricity Maps.
inline std::string Fixture(const std::string& name) { return Fixture("electricitymaps", name); }

}  // namespace carbon::feeds
