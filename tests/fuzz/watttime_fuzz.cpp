// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of WattTime: what is read keeps grid's promises.
#include "feeds/watttime.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const grid::ZoneId region{"CAISO_NORTH"};
  if (const auto outlook = feeds::watttime::ParseForecast(body, region)) {
    fuzz::CheckSeries(outlook->forecast.series);
    if (outlook->latest) {
      fuzz::CheckObservation(*outlook->latest);
    }
  }
  if (const auto history = feeds::watttime::ParseHistorical(body, region)) {
    fuzz::CheckSeries(*history);
  }
  if (const auto found = feeds::watttime::ParseRegion(body)) {
    fuzz::Check(!found->name.empty() && found->name.size() <= 63);
  }
  if (const auto token = feeds::watttime::ParseToken(body)) {
    fuzz::Check(!token->empty() && token->find_first_of("\r\n") == std::string::npos);
  }
  for (const int status : {204, 301, 400, 401, 403, 422, 429, 500}) {
    fuzz::CheckFailure(feeds::watttime::ClassifyError(status, body));
  }
  return 0;
}
