// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>

#include "sim/plain.h"

namespace carbon::sim {
namespace {

using grid::Series;
using plan::PolicyInput;
using plan::Schedule;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T00:00:00Z");

plan::Policy Custom(Schedule (*plan)(const PolicyInput&)) {
  return {"custom", "", plan, plan::KnownLength::exact};
}

/// Two jobs on 100, 300, 200 g/kWh: [0, 1 h) with 2 CPUs and [1 h, 2.5 h) with 3.
Scenario TwoJobs() {
  return *PreparePlain({{hours(0), hours(1), 2}, {hours(1), minutes(90), 3}},
                       Series(kStart, hours(1), {100, 300, 200, 50, 50}),
                       {kStart, hours(5), hours(1)});
}

TEST(Simulate, AddsUpWhatIsComputedByHand) {
  const auto outcome = Simulate(TwoJobs(), *plan::FindPolicy("run-now"), Watts(500));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->done, 2U);
  EXPECT_EQ(outcome->segments, 2U);
  EXPECT_DOUBLE_EQ(outcome->emitted.value(), 1.0 * 1 * 100 + 1.5 * (300 + 100));
  EXPECT_EQ(outcome->mean_wait_hours, 0);
  EXPECT_EQ(outcome->p95_delay_hours, 0);
}

TEST(Simulate, CountsNoPeakWhereOneJobTakesOverFromAnother) {
  EXPECT_EQ(Simulate(TwoJobs(), *plan::FindPolicy("run-now"), Watts(1))->peak_cpus, 3);
}

TEST(Simulate, CountsWaitsPerRunAndDelaysPerJob) {
  const auto in_two_runs = [](const PolicyInput& input) {
    const Duration half = input.length / 2;
    return Schedule{{input.arrival, half},
                    {input.arrival + half + minutes(30), input.length - half}};
  };
  const auto outcome = Simulate(TwoJobs(), Custom(in_two_runs), Watts(1000));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->segments, 4U);
  EXPECT_DOUBLE_EQ(outcome->mean_wait_hours, (0 + 1 + 0 + 1.25) / 4);
  EXPECT_DOUBLE_EQ(outcome->p95_wait_hours, 1.25);
  EXPECT_DOUBLE_EQ(outcome->mean_delay_hours, 0.5);
  EXPECT_EQ(outcome->peak_cpus, 5);
}

TEST(Simulate, RefusesSchedulesThatDoNotBalance) {
  struct Case {
    Schedule (*plan)(const PolicyInput&);
    const char* want;
  };
  const Case cases[] = {
      {[](const PolicyInput&) { return Schedule{}; },
       "policy custom: job 1 by arrival was planned to run 0s instead of 1h"},
      {[](const PolicyInput& in) { return Schedule{{in.arrival, in.length + minutes(1)}}; },
       "policy custom: job 1 by arrival was planned to run 1h1m instead of 1h"},
      {[](const PolicyInput& in) { return Schedule{{in.arrival - minutes(1), in.length}}; },
       "policy custom: job 1 by arrival has overlapping runs or one before its arrival"},
      {[](const PolicyInput& in) {
         return Schedule{{in.arrival, in.length}, {in.arrival, in.length}};
       },
       "policy custom: job 1 by arrival has overlapping runs or one before its arrival"},
      {[](const PolicyInput& in) { return Schedule{{in.arrival + hours(5), in.length}}; },
       "policy custom: job 1 by arrival ran while the signal was unknown"},
  };
  for (const Case& c : cases) {
    const auto outcome = Simulate(TwoJobs(), Custom(c.plan), Watts(1));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error(), (Error{Error::Kind::internal, c.want}));
  }
}

TEST(Audit, WantsEveryJobAccountedFor) {
  const Scenario scenario{.signal = {}, .jobs = {}, .submitted = 5, .unknown = 1, .rejected = 1};
  EXPECT_TRUE(Audit(scenario, {.policy = "custom", .done = 3}));
  EXPECT_EQ(Audit(scenario, {.policy = "custom", .done = 2}).error().message,
            "policy custom: of 5 jobs submitted, 2 were done, 1 unknown and 1 rejected");
}

TEST(Simulate, OfNoJobsIsNothing) {
  const auto outcome = Simulate(Scenario{}, plan::kPolicies[0], Watts(1));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(*outcome, Outcome{.policy = "run-now"});
}

std::vector<TraceJob> RandomTrace(std::mt19937& random, size_t jobs) {
  std::uniform_int_distribution<int64_t> arrival(0, 26LL * 86'400'000);
  std::exponential_distribution<double> length(1.0 / 9e6);
  std::uniform_int_distribution<int> cpus(1, 16);
  std::vector<TraceJob> trace(jobs);
  for (TraceJob& job : trace) {
    job = {Duration(arrival(random)), Duration(static_cast<int64_t>(length(random))),
           static_cast<double>(cpus(random))};
  }
  return trace;
}

Series RandomSignal(std::mt19937& random) {
  std::uniform_real_distribution<double> intensity(20, 800);
  std::vector<double> values(30 * 24);
  for (double& value : values) {
    value = random() % 500 == 0 ? Series::kUnknown : intensity(random);
  }
  return {kStart, hours(1), values};
}

TEST(Simulate, KeepsItsPromisesOnRandomTracesUnderBothRules) {
  constexpr unsigned kSeed = 20240604;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  for (int round = 0; round < 4; ++round) {
    const auto trace = RandomTrace(random, 1000);
    const Series signal = RandomSignal(random);
    for (const Rules& rules : kRules) {
      SCOPED_TRACE(rules.name);
      auto scenario = rules.prepare(trace, signal, {kStart, hours(25 * 24), {}});
      ASSERT_TRUE(scenario) << scenario.error().message;
      scenario->foresight =
          std::make_shared<Foresight>(Foresight::Of(signal, {}, kStart, scenario->End()));
      ASSERT_GT(scenario->jobs.size(), 100U);
      const auto best = Simulate(*scenario, *plan::FindPolicy("wait-awhile"), Watts(1000));
      for (const plan::Policy& policy : plan::kPolicies) {
        const auto outcome = Simulate(*scenario, policy, Watts(1000));
        ASSERT_TRUE(outcome) << outcome.error().message;
        EXPECT_EQ(*outcome, *Simulate(*scenario, policy, Watts(1000))) << policy.name;
        EXPECT_LE(best->emitted, outcome->emitted * (1 + 1e-12)) << policy.name;
        EXPECT_LE(outcome->p95_delay_hours, 24) << policy.name;
        EXPECT_EQ(outcome->late, 0U) << policy.name;
      }
    }
  }
}

/// Clean at noon, more or less so from day to day.
double Sunny(int64_t hour) {
  const double cloud = static_cast<double>(hour / 24 * 7 % 5) / 5;
  return hour % 24 >= 9 && hour % 24 < 16 ? 100 + 200 * cloud : 400;
}

/// Sixty days of such weather.
Series SunnySignal() {
  std::vector<double> values(60 * 24);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = Sunny(static_cast<int64_t>(i));
  }
  return {kStart, hours(1), std::move(values)};
}

/// What is expected of it, where it is forecast rightly each day for four days.
std::shared_ptr<const Foresight> SunnyForesight(const Series& signal, Time start) {
  std::vector<grid::Forecast> forecasts;
  for (Time at = kStart; at < kStart + hours(56 * 24); at += hours(24)) {
    forecasts.push_back({.issued_at = at, .series = signal.Between(at, at + hours(96))});
  }
  return std::make_shared<const Foresight>(Foresight::Of(signal, forecasts, start, signal.end()));
}

/// Twenty days of such weather; a month before teaches.
Scenario UnderTrueForecasts(const std::vector<TraceJob>& trace) {
  static const Series signal = SunnySignal();
  const Time start = kStart + hours(30 * 24);
  static const auto foresight = SunnyForesight(signal, start);
  auto scenario = PreparePlain(trace, signal, {start, hours(20 * 24), {}});
  EXPECT_TRUE(scenario) << scenario.error().message;
  scenario->foresight = foresight;
  return *std::move(scenario);
}

Grams Emitted(const Scenario& scenario, const char* policy) {
  const auto outcome = Simulate(scenario, *plan::FindPolicy(policy), Watts(1000));
  EXPECT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->late, 0U) << policy;
  return outcome->emitted;
}

/// Of what the oracle saves.
double ShareOf(const Scenario& scenario, const char* policy) {
  const Grams run_now = Emitted(scenario, "run-now");
  return (run_now - Emitted(scenario, policy)) / (run_now - Emitted(scenario, "oracle"));
}

TEST(Simulate, RollingUnderTrueForecastsIsAsGoodAsTheOracle) {
  std::mt19937 random(20261129);
  const Scenario scenario = UnderTrueForecasts(RandomTrace(random, 500));
  EXPECT_GT(ShareOf(scenario, "rolling"), 0.97);
  EXPECT_GT(ShareOf(scenario, "plan-once"), 0.9);
  EXPECT_GT(ShareOf(scenario, "rolling-learnt"), 0.5);
  EXPECT_GE(Emitted(scenario, "plan-once"), Emitted(scenario, "rolling"));
}

/// Runs of templates that take from 3 to 24 h, each some 3 % more or less than its template.
std::vector<TraceJob> RecurringTrace(std::mt19937& random, uint32_t templates, size_t runs) {
  std::uniform_int_distribution<int64_t> arrival(0, 18LL * 86'400'000);
  std::uniform_real_distribution<double> around(0.97, 1.03);
  std::vector<TraceJob> trace;
  for (uint32_t id = 0; id < templates; ++id) {
    const double typical = 3 * 3.6e6 * std::pow(8.0, static_cast<double>(id) / templates);
    for (size_t i = 0; i < runs; ++i) {
      trace.push_back({Duration(arrival(random)),
                       Duration(static_cast<int64_t>(typical * around(random))), 1, id});
    }
  }
  return trace;
}

TEST(Simulate, LearntLengthsOfTemplatesThatVaryLittleAreNearlyAsGoodAsKnownOnes) {
  constexpr unsigned kSeed = 20261130;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  auto trace = RecurringTrace(random, 10, 30);
  const Scenario scenario = UnderTrueForecasts(trace);
  for (TraceJob& job : trace) {
    job.template_id = kNoTemplate;
  }
  const Scenario nameless = UnderTrueForecasts(trace);
  const double known = ShareOf(scenario, "rolling");
  const double learnt = ShareOf(scenario, "rolling-learnt");
  const double of_the_class = ShareOf(nameless, "rolling-learnt");
  EXPECT_GT(learnt, known - 0.02);
  EXPECT_LT(known - learnt, (known - of_the_class) / 3) << "what the class alone costs";
}

TEST(Simulate, TemplatesThatRunOnceTeachNothing) {
  std::mt19937 random(7);
  auto trace = RandomTrace(random, 300);
  const Scenario nameless = UnderTrueForecasts(trace);
  for (uint32_t i = 0; i < trace.size(); ++i) {
    trace[i].template_id = i;
  }
  EXPECT_EQ(*Simulate(UnderTrueForecasts(trace), *plan::FindPolicy("rolling-learnt"), Watts(1)),
            *Simulate(nameless, *plan::FindPolicy("rolling-learnt"), Watts(1)));
}

TEST(Simulate, CountsARunThatEachPlanContinuesAsOne) {
  const Series signal(kStart, hours(1), std::vector<double>(10 * 24, 100));
  auto scenario = PreparePlain({{hours(0), minutes(150), 1}}, signal,
                               {kStart + hours(48) + minutes(20), hours(24), hours(6)});
  ASSERT_TRUE(scenario);
  scenario->foresight =
      std::make_shared<Foresight>(Foresight::Of(signal, {}, kStart, scenario->End()));
  const auto outcome = Simulate(*scenario, *plan::FindPolicy("rolling"), Watts(1000));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->segments, 1U);
  EXPECT_EQ(outcome->mean_wait_hours, 0);
}

TEST(Simulate, WhoPlansByForecastsNeedsThem) {
  for (const char* policy : {"plan-once", "rolling", "rolling-learnt"}) {
    EXPECT_EQ(Simulate(TwoJobs(), *plan::FindPolicy(policy), Watts(1)).error().message,
              "policy " + std::string(policy) + " plans by what is expected");
  }
}

TEST(Simulate, TellsAPolicyOfThePresentWhatWasSeen) {
  const auto waits_by_what_was_seen = [](const PolicyInput& input) {
    const auto minutes_of = [](GramsPerKwh value) { return static_cast<int64_t>(value.value()); };
    const Duration wait =
        input.seen ? minutes(minutes_of(input.seen->least)) + hours(minutes_of(input.seen->most))
                   : hours(20);
    return Schedule{{input.arrival + wait, input.length}};
  };
  // Of 15 days, the first is not seen any more.
  std::vector<double> values(20 * 24, 3);
  values[0] = 1;
  values[24] = 2;
  values[15 * 24 - 1] = 5;
  values[15 * 24] = 9;  // the step in which the job arrives
  const Series signal(kStart, hours(1), values);
  plan::Policy policy = Custom(waits_by_what_was_seen);
  policy.sight = plan::Sight::present;
  const auto waited = [&](Duration arrival) {
    const auto scenario =
        PreparePlain({{hours(0), hours(1), 1}}, signal, {kStart + arrival, hours(1), hours(24)});
    return Simulate(*scenario, policy, Watts(1))->mean_wait_hours;
  };
  EXPECT_DOUBLE_EQ(waited(hours(15 * 24)), 2.0 / 60 + 5);
  EXPECT_DOUBLE_EQ(waited(hours(15 * 24) + minutes(59)), 2.0 / 60 + 5);
  EXPECT_DOUBLE_EQ(waited(hours(15 * 24 + 1)), 3.0 / 60 + 9);
  EXPECT_DOUBLE_EQ(waited(hours(0)), 20) << "nothing was seen";
  policy.sight = plan::Sight::hindsight;
  EXPECT_DOUBLE_EQ(waited(hours(15 * 24)), 20);
}

TEST(Simulate, TellsItsProgress) {
  std::mt19937 random(1);
  std::vector<double> seen;
  const auto scenario = PreparePlain(RandomTrace(random, 10'000),
                                     Series(kStart, hours(1), std::vector<double>(60 * 24, 1)),
                                     {kStart, hours(50 * 24), {}});
  ASSERT_TRUE(Simulate(*scenario, plan::kPolicies[0], Watts(1),
                       [&](double share) { seen.push_back(share); }));
  EXPECT_GE(seen.size(), 3U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_LT(seen.back(), 1);
}

}  // namespace
}  // namespace carbon::sim
