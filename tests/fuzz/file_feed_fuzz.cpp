// SPDX-License-Identifier: Apache-2.0
// Any bytes as a zone's JSON file, and as a zone's name.
#include "feeds/file_feed.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (const auto series = feeds::ParseZoneJson(body, {"DE"})) {
    fuzz::CheckSeries(*series);
  }
  if (feeds::CheckZoneName({std::string(body)})) {
    fuzz::Check(!body.empty() && body.find_first_of("./\\\n") == std::string_view::npos);
  }
  return 0;
}
