// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of Electricity Maps: what is read keeps grid's promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "feeds/electricity_maps.h"

using carbon::feeds::ClassifyError;
using carbon::feeds::ParseForecast;
using carbon::feeds::ParseLatest;

namespace {

void Check(bool promise) {
  if (!promise) {
    std::abort();
  }
}

bool InRange(carbon::GramsPerKwh intensity) {
  return intensity.value() >= 0 && intensity.value() <= 10'000;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const carbon::grid::ZoneId zone{"DE"};
  for (const auto kind :
       {carbon::grid::SignalKind::average_lifecycle, carbon::grid::SignalKind::average_direct}) {
    if (const auto latest = ParseLatest(body, zone, kind)) {
      Check(InRange(latest->intensity) && latest->step > carbon::Duration::zero());
    }
    if (const auto forecast = ParseForecast(body, zone, kind)) {
      const auto& series = forecast->series;
      Check(!series.empty() && series.UnknownSteps() < series.size());
      for (size_t i = 0; i < series.size(); ++i) {
        Check(!series.Value(i) || InRange(*series.Value(i)));
      }
    }
  }
  if (const auto named = carbon::feeds::ParseZone(body)) {
    Check(!named->name.empty() && named->name.size() <= 63);
  }
  if (const auto named = carbon::feeds::RefusedZone(401, body)) {
    Check(!named->name.empty() && named->name.size() <= 63);
  }
  for (const int status : {400, 401, 404, 429, 500}) {
    const auto failure = ClassifyError(status, body);
    Check(!failure.error.message.empty() && failure.error.message.size() < 200);
  }
  return 0;
}
