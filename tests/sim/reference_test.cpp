// SPDX-License-Identifier: Apache-2.0
// Published numbers reproduced: five policies on real grids by the rules of GAIA (ASPLOS 2024).
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "base/text.h"
#include "grid/series_csv.h"
#include "net/files.h"
#include "sim/simulate.h"

namespace carbon::sim {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
const std::string kData = CARBON_SOURCE_DIR "/data";

struct Want {
  const char* ratio;  ///< to run-now, six decimals
  const char* wait;   ///< mean, hours, four decimals
};

struct Case {
  const char* zone;
  const char* start;
  const char* run_now_kg;
  std::array<Want, 5> policies;  ///< in the order of kPolicies, without run-now
};

constexpr Case kCases[] = {
    {"CISO",
     "2020-01-01T00:00Z",
     "961.6215",
     {{{"0.852238", "5.3143"},
       {"0.809040", "5.6890"},
       {"0.816706", "4.6780"},
       {"0.775149", "7.3441"},
       {"0.727927", "8.2532"}}}},
    {"CISO",
     "2021-04-01T00:00Z",
     "756.1752",
     {{{"0.805513", "5.8095"},
       {"0.749092", "5.9410"},
       {"0.760741", "4.6820"},
       {"0.710055", "7.3536"},
       {"0.644488", "8.7746"}}}},
    {"CISO",
     "2021-07-01T00:00Z",
     "822.2992",
     {{{"0.895006", "4.7224"},
       {"0.869938", "5.1240"},
       {"0.875338", "3.9600"},
       {"0.859940", "7.2739"},
       {"0.813684", "7.7986"}}}},
    {"DE",
     "2020-01-01T00:00Z",
     "924.3878",
     {{{"0.923145", "6.4706"},
       {"0.889829", "7.0730"},
       {"0.901227", "5.9430"},
       {"0.917135", "7.5994"},
       {"0.858021", "8.6100"}}}},
    {"DE",
     "2021-04-01T00:00Z",
     "709.4606",
     {{{"0.845310", "5.0850"},
       {"0.813973", "5.2670"},
       {"0.831626", "4.1010"},
       {"0.813468", "6.3004"},
       {"0.758987", "7.5181"}}}},
    {"DE",
     "2021-07-01T00:00Z",
     "1201.7711",
     {{{"0.930592", "5.4935"},
       {"0.891062", "5.5940"},
       {"0.900909", "4.5850"},
       {"0.878302", "6.6120"},
       {"0.837136", "7.6193"}}}},
};

std::string Read(const std::string& path) {
  const auto text = net::ReadFile(path, kMostBytes);
  EXPECT_TRUE(text) << text.error().message;
  return text ? *text : "";
}

class Reference : public testing::TestWithParam<Case> {};

TEST_P(Reference, IsReproducedDigitByDigit) {
  const Case& want = GetParam();
  const auto jobs = ParseJobs(Read(kData + "/jobs/pai_1k.csv.gz"), "jobs", JobUnit::seconds);
  const auto signal =
      grid::ParseSeriesCsv(Read(kData + "/carbon/" + want.zone + "_lifecycle.csv.gz"), want.zone);
  ASSERT_TRUE(jobs && signal);
  const auto scenario = FindRules("gaia")->prepare(
      jobs->jobs, *signal,
      {.start = *ParseTime(want.start), .window = std::chrono::hours(720), .longest_wait = {}});
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->jobs.size(), 1000U);

  const auto run_now = Simulate(*scenario, plan::kPolicies[0], Watts(1000));
  ASSERT_TRUE(run_now) << run_now.error().message;
  EXPECT_EQ(Fixed(run_now->emitted.value() / 1000, 4), want.run_now_kg);
  EXPECT_EQ(run_now->mean_wait_hours, 0);
  std::printf("%-4s %s %9s", want.zone, want.start, want.run_now_kg);
  for (size_t i = 0; i < want.policies.size(); ++i) {
    const plan::Policy& policy = plan::kPolicies.at(i + 1);
    const auto outcome = Simulate(*scenario, policy, Watts(1000));
    ASSERT_TRUE(outcome) << outcome.error().message;
    const std::string ratio = Fixed(outcome->emitted / run_now->emitted, 6);
    const std::string wait = Fixed(outcome->mean_wait_hours, 4);
    EXPECT_EQ(ratio, want.policies.at(i).ratio) << policy.name;
    EXPECT_EQ(wait, want.policies.at(i).wait) << policy.name;
    std::printf(" | %s %s", ratio.c_str(), wait.c_str());
  }
  std::printf("\n");
}

INSTANTIATE_TEST_SUITE_P(Gaia, Reference, testing::ValuesIn(kCases));

}  // namespace
}  // namespace carbon::sim
