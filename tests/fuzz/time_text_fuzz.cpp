// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/time.h"

/// What was understood is written in a way that is understood as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = carbon::ParseTime(text)) {
    const auto again = carbon::ParseTime(carbon::FormatTime(*time));
    // An offset can move a time out of the years that have four digits.
    const bool in_range = *time >= carbon::Time{} &&
                          *time < carbon::Time(std::chrono::sys_days(std::chrono::year(10'000) /
                                                                     std::chrono::January / 1));
    if (in_range && (!again || *again != *time)) {
      std::abort();
    }
  }
  if (const auto duration = carbon::ParseDuration(text)) {
    const auto again = carbon::ParseDuration(carbon::FormatDuration(*duration));
    if (!again || *again != *duration) {
      std::abort();
    }
  }
  return 0;
}
