// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of the British API: what is read keeps grid's promises.
#include "feeds/gb_carbon_intensity.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const Time now = *ParseTime("2020-05-21T21:10:00Z");
  for (const char* zone : {"GB", "GB-13"}) {
    const auto outlook = feeds::gb::Parse(body, {zone}, now);
    if (!outlook) {
      continue;
    }
    fuzz::Check(outlook->latest || outlook->forecast);
    if (outlook->latest) {
      fuzz::CheckObservation(*outlook->latest);
      fuzz::Check(outlook->latest->at <= now);
    }
    if (outlook->forecast) {
      fuzz::CheckSeries(outlook->forecast->series);
      fuzz::Check(outlook->forecast->series.end() > now);
    }
  }
  for (const int status : {204, 400, 404, 500}) {
    fuzz::CheckFailure(feeds::gb::ClassifyError(status, body));
  }
  return 0;
}
