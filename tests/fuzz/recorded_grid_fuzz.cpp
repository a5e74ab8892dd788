// SPDX-License-Identifier: Apache-2.0
// Any request target: the recorded grid answers with JSON, and tells no forecast before its time.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "feeds/electricity_maps.h"
#include "feeds/recorded_grid.h"
#include "net/http_server.h"

namespace {

using carbon::feeds::RecordedGrid;
using carbon::grid::Series;
using carbon::grid::SignalKind;
using std::chrono::hours;

const carbon::Time kStart = *carbon::ParseTime("2021-08-01T00:00:00Z");
const carbon::Time kNow = kStart + hours(20) + std::chrono::minutes(7);

RecordedGrid MakeGrid() {
  std::vector<double> values(96, 100.0);
  values[3] = Series::kUnknown;
  const Series series(kStart, hours(1), values);
  const Series later(kStart + hours(24), hours(1), std::vector<double>(96, 999.0));
  return RecordedGrid({{{"DE"},
                        SignalKind::average_lifecycle,
                        series,
                        {{kStart, series}, {kStart + hours(24), later}}},
                       {{"SE"}, SignalKind::average_direct, series, {}}},
                      "", {{{"aws", "eu-central-1"}, {"DE"}}, {{"aws", "us-west-2"}, {"PACW"}}});
}

void Check(bool promise) {
  if (!promise) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const RecordedGrid kGrid = MakeGrid();
  auto request = carbon::net::ParseTarget({reinterpret_cast<const char*>(data), size});
  if (!request) {
    return 0;
  }
  request->method = "GET";
  const auto response = kGrid.Answer(*request, kNow);
  Check(response.status == 200 || (response.status >= 400 && response.status < 500));
  Check(!response.body.empty() && response.body.front() == '{');
  if (response.status == 200) {
    boost::json::error_code failure;
    boost::json::parse(response.body, failure);
    Check(!failure);
    Check(response.body.find(":999") == std::string::npos);
  }
  return 0;
}
