// SPDX-License-Identifier: Apache-2.0
// Any bytes as a fuel mix of EIA: intensities lie between those of its fuels.
#include "feeds/eia.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {grid::SignalKind::average_lifecycle, grid::SignalKind::average_direct}) {
    const auto series = feeds::eia::ParseFuelMix(body, {"PJM"}, kind);
    if (!series) {
      continue;
    }
    fuzz::CheckSeries(*series);
    for (size_t i = 0; i < series->size(); ++i) {
      const double most = feeds::eia::FactorOf("COL", kind)->value();
      fuzz::Check(!series->Value(i) || series->Value(i)->value() <= most + 1e-6);
    }
  }
  for (const int status : {400, 403, 404, 429, 500}) {
    fuzz::CheckFailure(feeds::eia::ClassifyError(status, body));
  }
  return 0;
}
