// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "grid/board.h"
#include "grid/zone_record.h"
#include "serve/carbon_aware_sdk_api.h"

namespace carbon::serve {

inline const Time kMidnight = *ParseTime("2021-08-02T00:00:00Z");
inline const Time kNow = kMidnight + std::chrono::hours(6) + std::chrono::minutes(20);

/// What is known of some zones at kNow, and whom to ask for it.
///
/// DE has been observed for 30 hours, 100, 101, … up to 129 of the running hour; 03:00 is missing.
/// SE is forecast only, from 06:00 on, 05:00 of the next day is unknown. IE is told by the second
/// provider alone, CH is a yearly mean, US-MIDA-PJM is unknown. eu-west-9 lies in no watched zone.
class KnownGrid {
 public:
  static constexpr auto kKind = grid::SignalKind::average_lifecycle;

  KnownGrid() {
    using std::chrono::hours;
    std::vector<double> observed;
    for (int i = 0; i < 30; ++i) {
      observed.push_back(100 + i);
    }
    observed[26] = grid::Series::kUnknown;
    Add("DE", {.zone = {"DE"},
               .kind = kKind,
               .source = "first",
               .fetched_at = kNow,
               .latest = grid::Observation{.at = kMidnight + hours(6),
                                           .intensity = GramsPerKwh(129),
                                           .estimated = true},
               .forecast = {},
               .history = grid::Series(kMidnight - hours(23), hours(1), observed)});
    std::vector<double> expected = {50, 40, 30, 30, 60};
    expected.resize(30, 70);
    expected[23] = grid::Series::kUnknown;
    Add("SE", {.zone = {"SE"},
               .kind = kKind,
               .source = "first",
               .fetched_at = kNow,
               .latest = {},
               .forecast = grid::Forecast{kMidnight + hours(5),
                                          grid::Series(kMidnight + hours(6), hours(1), expected)},
               .history = {}});
    Add("IE",
        {.zone = {"IE"},
         .kind = kKind,
         .source = "second",
         .fetched_at = kNow,
         .latest = grid::Observation{.at = kMidnight + hours(6), .intensity = GramsPerKwh(300)},
         .forecast = {},
         .history = {}},
        1);
    Record("CH").SetYearlyMean({GramsPerKwh(45), "a table"});
    Record("US-MIDA-PJM");
    Look(kNow);
  }

  grid::ZoneRecord& Record(const char* zone) {
    return records_.emplace(grid::ZoneId{zone}, grid::ZoneRecord({zone}, kKind)).first->second;
  }
  void Add(const char* zone, const grid::ZoneReading& reading, size_t rank = 0) {
    (void)Record(zone).Take(reading, rank);
  }
  /// Makes the board of `now`.
  void Look(Time now) { board_ = grid::Board::Of(records_, now, {}); }

  net::HttpResponse Ask(net::ServerRequest request, Time now = kNow) const {
    return AnswerCarbonAwareSdk(
        request, {.now = now,
                  .board = board_,
                  .observed = [&](const grid::ZoneId& zone, Time from,
                                  Time to) { return records_.at(zone).ObservedBetween(from, to); },
                  .kind = kKind,
                  .regions = regions_});
  }
  net::HttpResponse Get(const std::string& target, Time now = kNow) const {
    auto request = *net::ParseTarget(target);
    request.method = "GET";
    return Ask(request, now);
  }
  net::HttpResponse Post(const std::string& target, const std::string& body) const {
    auto request = *net::ParseTarget(target);
    request.method = "POST";
    request.body = body;
    return Ask(request);
  }

 private:
  std::map<grid::ZoneId, grid::ZoneRecord> records_;
  grid::Board board_;
  Regions regions_ = {{"eu-central-1", {"DE"}},
                      {"eu-north-1", {"SE"}},
                      {"eu-west-1", {"IE"}},
                      {"eu-west-9", {"XX"}},
                      {"us-east-1", {"US-MIDA-PJM"}}};
};

}  // namespace carbon::serve
