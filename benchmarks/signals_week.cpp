// SPDX-License-Identifier: Apache-2.0
// A week of recorded operation: a fifth of all requests fail in every way that providers know, the
// first provider is away for a day, the process is made anew in the middle. Prints JSON; exit code
// 1 where the board did not keep its promises.
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <string>

#include "support/recorded_week.h"

namespace carbon::feeds {
namespace {

using std::chrono::hours;

boost::json::object ToJson(const std::map<std::string, uint64_t>& counts) {
  boost::json::object object;
  for (const auto& [name, count] : counts) {
    object[name] = count;
  }
  return object;
}

int Main() {
  const Time start = *ParseTime("2021-08-02T00:00:00Z");
  const WeekReport report = RecordedWeek({.start = start,
                                          .length = hours(7 * 24),
                                          .outage_from = start + hours(60),
                                          .outage = hours(24),
                                          .restart = start + hours(120),
                                          .fault_share = 0.2})
                                .Run();
  const boost::json::object out = {
      {"availability", report.Availability()},
      {"polls", report.polls},
      {"looks", report.looks},
      {"unknown", report.unknown},
      {"unknown_after_restart", report.unknown_after_restart},
      {"older_than_rung", report.older_than_rung},
      {"zeros", report.zeros},
      {"recovery_minutes", Hours(report.recovery) * 60},
      {"requests", report.requests},
      {"leaks", report.leak.empty() ? 0 : 1},
      {"rungs", ToJson(report.rungs)},
      {"spoilt", ToJson(report.spoilt)},
  };
  std::cout << boost::json::serialize(out) << std::endl;
  const bool kept = report.unknown == 0 && report.unknown_after_restart == 0 &&
                    report.older_than_rung == 0 && report.zeros == 0 && report.leak.empty();
  return kept ? 0 : 1;
}

}  // namespace
}  // namespace carbon::feeds

int main() { return carbon::feeds::Main(); }
