// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of a Carbon Aware SDK: what is read keeps grid's promises.
#include "feeds/carbon_aware_sdk.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (const auto latest = feeds::sdk::ParseEmissions(body)) {
    fuzz::CheckObservation(*latest);
  }
  if (const auto forecast = feeds::sdk::ParseForecast(body, {"northeurope"})) {
    fuzz::CheckSeries(forecast->series);
  }
  for (const int status : {204, 400, 401, 500, 501}) {
    fuzz::CheckFailure(feeds::sdk::ClassifyError(status, body));
  }
  return 0;
}
