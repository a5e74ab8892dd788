// SPDX-License-Identifier: Apache-2.0
// Any target and body: the Carbon Aware SDK's API answers with JSON or without a body, and never
// tells what is expected as observed. A first byte of 'P' posts; the body follows the first line.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>
#include <vector>

#include "grid/board.h"
#include "grid/zone_record.h"
#include "net/http_server.h"
#include "serve/carbon_aware_sdk_api.h"

namespace {

using carbon::Time;
using carbon::grid::Series;
using carbon::grid::ZoneRecord;
using std::chrono::hours;

const Time kMidnight = *carbon::ParseTime("2021-08-02T00:00:00Z");
const Time kNow = kMidnight + hours(6);
constexpr auto kKind = carbon::grid::SignalKind::average_lifecycle;
constexpr double kExpected = 7771;  // no observed value looks like it

void Check(bool promise) {
  if (!promise) {
    std::abort();
  }
}

/// DE has been observed, with a gap; SE is expected only; XX is unknown.
struct Grid {
  Grid() {
    std::vector<double> observed(30, 100.0);
    observed[7] = Series::kUnknown;
    std::vector<double> expected(96, kExpected);
    expected[9] = Series::kUnknown;
    const carbon::grid::Forecast forecast{kMidnight, Series(kNow, hours(1), expected)};
    Take({.zone = {"DE"},
          .kind = kKind,
          .source = "s",
          .fetched_at = kNow,
          .latest = carbon::grid::Observation{.at = kNow, .intensity = carbon::GramsPerKwh(100)},
          .forecast = forecast,
          .history = Series(kNow - hours(29), hours(1), observed)});
    Take({.zone = {"SE"},
          .kind = kKind,
          .source = "s",
          .fetched_at = kNow,
          .latest = {},
          .forecast = forecast,
          .history = {}});
    records.emplace(carbon::grid::ZoneId{"XX"}, ZoneRecord({"XX"}, kKind));
    board = carbon::grid::Board::Of(records, kNow, {});
  }
  void Take(const carbon::grid::ZoneReading& reading) {
    ZoneRecord record(reading.zone, kKind);
    Check(static_cast<bool>(record.Take(reading)));
    records.emplace(reading.zone, std::move(record));
  }

  std::map<carbon::grid::ZoneId, ZoneRecord> records;
  carbon::grid::Board board;
  carbon::serve::Regions regions = {{"eu-central-1", {"DE"}}, {"eu-north-1", {"SE"}}};
};

void CheckAnswer(const carbon::net::HttpResponse& response) {
  const bool known = response.status == 200 || response.status == 204 || response.status == 400 ||
                     response.status == 404 || response.status == 405 || response.status == 501;
  Check(known && response.body.empty() == (response.status == 204));
  if (response.status == 204 || response.body == "Healthy") {
    return;
  }
  boost::json::error_code failure;
  boost::json::parse(response.body, failure);
  Check(!failure);
  for (const char* expected : {R"("rating":7771)", R"("carbonIntensity":7771)"}) {
    Check(response.body.find(expected) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Grid kGrid;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool post = input.starts_with('P');
  input.remove_prefix(post ? 1 : 0);
  const size_t line = input.find('\n');
  auto request = carbon::net::ParseTarget(input.substr(0, line));
  if (!request) {
    return 0;
  }
  request->method = post ? "POST" : "GET";
  if (line != std::string_view::npos) {
    request->body = input.substr(line + 1);
  }
  const auto response = carbon::serve::AnswerCarbonAwareSdk(
      *request,
      {.now = kNow,
       .board = kGrid.board,
       .observed = [](const carbon::grid::ZoneId& zone, Time from,
                      Time to) { return kGrid.records.at(zone).ObservedBetween(from, to); },
       .kind = kKind,
       .regions = kGrid.regions});
  CheckAnswer(response);
  return 0;
}
