// SPDX-License-Identifier: Apache-2.0
// The share of the oracle's saving that is left where only a job's length is unknown: the rule of
// rolling-learnt (plan::RunOrWait) with the signal as it came true and the lengths of all jobs of
// the trace's class, the job's own among them. Who knows no more of a job than its class can hardly
// save more. pai_1k on four windows of 720 h from 2021-07-15, every 40 days, life-cycle intensity.
// Prints JSON: {"zones": {"CISO": 0.9, ...}}.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "grid/series_csv.h"
#include "ledger/footprint.h"
#include "net/files.h"
#include "or_fail.h"
#include "sim/simulate.h"

namespace carbon::sim {
namespace {

using std::chrono::hours;

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr std::array<const char*, 5> kZones = {"CISO", "DE", "PJM", "SE", "BPAT"};
constexpr int kWindows = 4;
constexpr Watts kPerCpu(1000);

std::string Read(const std::string& path) {
  return OrFail(net::ReadFile(CARBON_SOURCE_DIR "/data/" + path, kMostBytes));
}

/// Ascending.
std::vector<Duration> LengthsOf(const std::vector<TraceJob>& trace, bool is_short) {
  std::vector<Duration> lengths;
  for (const TraceJob& job : trace) {
    if (job.length > Duration::zero() && (job.length < kShorterIsShort) == is_short) {
      lengths.push_back(job.length);
    }
  }
  std::sort(lengths.begin(), lengths.end());
  return lengths;
}

/// A job alone, decided anew at each step.
Grams Emitted(const grid::Series& signal, const SimJob& job, const std::vector<Duration>& lengths) {
  Grams emitted;
  Duration ran{};
  for (Time now = job.arrival; ran < job.length;) {
    const auto longer = std::upper_bound(lengths.begin(), lengths.end(), ran);
    std::vector<Duration> left;
    std::transform(longer, lengths.end(), std::back_inserter(left),
                   [&](Duration length) { return length - ran; });
    const Duration may_wait = job.longest_wait - (now - job.arrival - ran);
    const grid::Series seen = signal.Between(signal.StepAfter(now) - signal.step(),
                                             now + left.back() + may_wait + signal.step());
    const auto schedule = plan::RunOrWait({.signal = seen,
                                           .arrival = now,
                                           .length = left.back(),
                                           .believed = left.back(),
                                           .longest_wait = may_wait,
                                           .end = job.end,
                                           .lengths = left});
    if (schedule.front().start > now) {
      now = schedule.front().start;
      continue;
    }
    const Time until = std::min(signal.StepAfter(now), now + (job.length - ran));
    emitted += *ledger::Footprint(signal, {now, until}, job.cpus * kPerCpu);
    ran += until - now;
    now = until;
  }
  return emitted;
}

double ShareIn(const std::vector<TraceJob>& trace, const std::string& zone) {
  const auto signal =
      OrFail(grid::ParseSeriesCsv(Read("carbon/" + zone + "_lifecycle.csv.gz"), zone));
  const std::vector<Duration> short_lengths = LengthsOf(trace, true);
  const std::vector<Duration> long_lengths = LengthsOf(trace, false);
  Grams run_now;
  Grams oracle;
  Grams rule;
  for (int i = 0; i < kWindows; ++i) {
    const Time start = *ParseTime("2021-07-15T00:00Z") + hours(24 * 40) * i;
    const auto scenario = OrFail(kRules[0].prepare(trace, signal, {start, hours(720), {}}));
    run_now += OrFail(Simulate(scenario, plan::kPolicies[0], kPerCpu)).emitted;
    oracle += OrFail(Simulate(scenario, *plan::FindPolicy(plan::kOracle), kPerCpu)).emitted;
    for (const SimJob& job : scenario.jobs) {
      rule += Emitted(signal, job, job.is_short ? short_lengths : long_lengths);
    }
  }
  return (run_now - rule) / (run_now - oracle);
}

}  // namespace
}  // namespace carbon::sim

int main() {
  using namespace carbon::sim;  // NOLINT(google-build-using-namespace)
  const auto trace = OrFail(ParseJobs(Read("jobs/pai_1k.csv.gz"), "pai_1k", JobUnit::seconds));
  const char* separator = "{\"zones\": {";
  for (const char* const zone : kZones) {
    std::printf("%s\"%s\": %.4f", separator, zone, ShareIn(trace.jobs, zone));
    separator = ", ";
  }
  std::printf("}}\n");
  return 0;
}
