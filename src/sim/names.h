// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carbon::sim {

/// Distinct names, numbered from 0 in the order in which they came. Takes the bytes of the names
/// and some 20 more for each, so that millions fit. At most 2^32 - 2 names. Not thread-safe.
class Names {
 public:
  struct Added {
    uint32_t index;
    bool is_new;
  };
  /// The number of `name`, which is given one where it has none yet.
  Added Add(std::string_view name);

  size_t size() const { return ends_.size(); }
  /// The name of that number, which is below size(); valid until the next Add().
  std::string_view At(size_t index) const;

 private:
  /// Where `name` stands in `slots_`, or the free slot where it belongs.
  size_t SlotOf(std::string_view name) const;
  void Grow();

  std::string text_;             ///< all names, one after another
  std::vector<uint64_t> ends_;   ///< of each in `text_`
  std::vector<uint32_t> slots_;  ///< open addressing: number + 1, 0 = free; a power of two of them
};

}  // namespace carbon::sim
