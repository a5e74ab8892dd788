// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of the National Weather Service: spans ascend, do not overlap and hold
// values in range.
#include "feeds/nws.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "promises.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

namespace {

void CheckSpans(const std::vector<feeds::nws::Span>& spans, double most) {
  for (size_t i = 0; i < spans.size(); ++i) {
    const auto& span = spans[i];
    fuzz::Check(span.from < span.to);
    fuzz::Check(i == 0 || spans[i - 1].to <= span.from);
    fuzz::Check(!span.value ||
                (std::isfinite(*span.value) && *span.value >= 0 && *span.value <= most));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (const auto interval = feeds::nws::ParseInterval(body)) {
    fuzz::Check(interval->from < interval->to);
  }
  if (const auto url = feeds::nws::ParsePoint(body, "https://api.weather.gov/points/30,-85")) {
    fuzz::Check(url->starts_with("https://api.weather.gov/"));
  }
  if (const auto cell = feeds::nws::ParseGridpoint(body)) {
    fuzz::Check(!cell->sky_cover.empty() || !cell->wind.empty());
    CheckSpans(cell->sky_cover, 100);
    CheckSpans(cell->wind, 500);
  }
  if (const auto wind = feeds::nws::ParseHourlyWind(body)) {
    fuzz::Check(!wind->empty());
    CheckSpans(*wind, 500);
  }
  for (const int status : {301, 403, 404, 429, 500, 503}) {
    fuzz::CheckFailure(feeds::nws::ClassifyError(status, body));
  }
  return 0;
}
