// SPDX-License-Identifier: Apache-2.0
// A year of 100 thousand jobs under every policy: laid on the signal, planned, replayed, added up.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "grid/series_csv.h"
#include "net/files.h"
#include "sim/simulate.h"

namespace carbon::sim {
namespace {

using std::chrono::hours;

constexpr size_t kMostBytes = size_t{256} << 20;
constexpr size_t kJobs = 100'000;
const Time kStart = *ParseTime("2020-01-01T00:00Z");

struct Input {
  std::vector<TraceJob> trace;
  grid::Series signal;
  std::string label;
  std::shared_ptr<const Foresight> foresight;  ///< of the year and what its last jobs need
};

/// Like a year of Azure's public trace: lengths from 10 minutes to 72 hours, 4 hours on average,
/// in steps of 5 minutes; mostly 2 or 4 CPUs.
std::vector<TraceJob> GeneratedTrace() {
  constexpr std::array<double, 5> kCpus = {2, 4, 8, 24, 30};
  std::mt19937 random(20240607);
  const auto share = [&] { return (static_cast<double>(random()) + 0.5) / 4294967296.0; };
  std::vector<TraceJob> trace(kJobs);
  for (TraceJob& job : trace) {
    const auto steps = static_cast<int64_t>(-46 * std::log(share()));
    const double kind = share();
    const size_t cpus = kind < 0.58 ? 0 : kind < 0.88 ? 1 : kind < 0.96 ? 2 : kind < 0.995 ? 3 : 4;
    job.arrival = std::chrono::minutes(static_cast<int64_t>(share() * 8760 * 60));
    job.length = std::chrono::minutes(5) * std::clamp<int64_t>(steps, 2, 864);
    job.cpus = kCpus.at(cpus);
  }
  return trace;
}

std::string Recordings() {
  const char* const folder = std::getenv("CK_DATA");
  return folder == nullptr ? CARBON_SOURCE_DIR "/../shared/data" : folder;
}

[[noreturn]] void Fail(const Error& error) {
  std::fprintf(stderr, "sim_bench: %s\n", error.message.c_str());
  std::exit(1);
}

Input MakeInput() {
  const std::string path = CARBON_SOURCE_DIR "/data/carbon/CISO_lifecycle.csv.gz";
  const auto text = net::ReadFile(path, kMostBytes);
  if (!text) {
    Fail(text.error());
  }
  auto signal = grid::ParseSeriesCsv(*text, path);
  if (!signal) {
    Fail(signal.error());
  }
  Input input{.trace = {},
              .signal = *std::move(signal),
              .label = "azure-100k on CISO 2020",
              .foresight = {}};
  input.foresight = std::make_shared<Foresight>(
      Foresight::Of(input.signal, {}, kStart, kStart + hours(8760 + 200)));
  const auto recorded = net::ReadFile(Recordings() + "/jobs/azure-100k.csv.gz", kMostBytes);
  if (!recorded) {
    input.trace = GeneratedTrace();
    input.label = "generated 100k jobs on CISO 2020";
    return input;
  }
  auto trace = ParseJobs(*recorded, "azure-100k.csv.gz", JobUnit::hours);
  if (!trace) {
    Fail(trace.error());
  }
  input.trace = (*std::move(trace)).jobs;
  return input;
}

void Year(benchmark::State& state, const Input& input, const plan::Policy& policy) {
  for (auto _ : state) {
    auto scenario = kRules[0].prepare(input.trace, input.signal, {kStart, hours(8760), {}});
    if (!scenario) {
      Fail(scenario.error());
    }
    scenario->foresight = input.foresight;
    const auto outcome = Simulate(*scenario, policy, Watts(1000));
    if (!outcome) {
      Fail(outcome.error());
    }
    benchmark::DoNotOptimize(outcome->emitted);
  }
  state.SetLabel(input.label);
}

}  // namespace
}  // namespace carbon::sim

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  const auto input = carbon::sim::MakeInput();
  for (const carbon::plan::Policy& policy : carbon::plan::kPolicies) {
    const bool again = policy.sight == carbon::plan::Sight::every_step;
    const std::string name = (again ? "sim.rolling_year_100k_seconds." : "sim.year_100k_seconds.") +
                             std::string(policy.name);
    benchmark::RegisterBenchmark(name.c_str(), [&](benchmark::State& state) {
      carbon::sim::Year(state, input, policy);
    })->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
