// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "app/simulate.h"

namespace carbon::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kData = CARBON_SOURCE_DIR "/data";

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran RunOn(const SimulateOptions& options) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunSimulate(options, out, err, false);
  return {code, out.str(), err.str()};
}

std::string Write(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "simulate_command_" + name;
  std::ofstream(path) << text;
  return path;
}

/// Two hours of 100 and 50 g/kWh, then five of 80; a job of one CPU for an hour.
SimulateOptions Small() {
  std::string rows = "time,g_per_kwh\n2021-07-01T00:00Z,100\n2021-07-01T01:00Z,50\n";
  for (int hour = 2; hour < 8; ++hour) {
    rows += "2021-07-01T0" + std::to_string(hour) + ":00Z,80\n";
  }
  return {.jobs = {Write("jobs.csv", "arrival_time,length,cpus\n0,3600,1\n")},
          .signals = {"DE=" + Write("de.csv", rows)}};
}

SimulateOptions With(std::string SimulateOptions::* field, const std::string& value) {
  SimulateOptions options = Small();
  options.*field = value;
  return options;
}

SimulateOptions WithJobs(const std::string& path) {
  SimulateOptions options = Small();
  options.jobs = {path};
  return options;
}

TEST(Simulate, WritesCsv) {
  SimulateOptions options = With(&SimulateOptions::output, "csv");
  options.policies = "lowest-slot,run-now";
  const Ran ran = RunOn(options);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "zone,policy,kg,ratio_to_run_now,mean_wait_hours,p95_wait_hours,mean_delay_hours,"
            "p95_delay_hours,peak_cpus,jobs,runs,late,mean_saved,mean_saved_ci95,oracle_share\n"
            "DE,lowest-slot,0.05,0.5,1,1,1,1,1,1,1,0,0.5,,1\n"
            "DE,run-now,0.1,1,0,0,0,0,1,1,1,0,0,,0\n");
}

TEST(Simulate, WritesATableForPeople) {
  SimulateOptions options = Small();
  options.policies = "run-now,wait-awhile";
  EXPECT_EQ(
      RunOn(options).out,
      "Zone DE, 8h from 2021-07-01T00:00:00Z, rules plain, 1000 W per CPU: 1 of 1 jobs\n"
      "policy                    kg    saved  of oracle   mean wait   p95 wait   mean delay   "
      "p95 delay  peak CPUs\n"
      "run-now                0.100    0.0 %      0.0 %      0.00 h     0.00 h       0.00 h   "
      "   0.00 h          1\n"
      "wait-awhile            0.050   50.0 %    100.0 %      1.00 h     1.00 h       1.00 h   "
      "   1.00 h          1\n");
}

TEST(Simulate, ReproducesPublishedNumbersAsJson) {
  const Ran ran = RunOn({.jobs = {kData + "/jobs/pai_1k.csv.gz"},
                         .signals = {"CISO=" + kData + "/carbon/CISO_lifecycle.csv.gz",
                                     "DE=" + kData + "/carbon/DE_lifecycle.csv.gz"},
                         .start = "2020-01-01T00:00Z",
                         .hours = 720,
                         .rules = "gaia",
                         .output = "json"});
  // Nothing is said of stderr: on a slow machine there is progress to report.
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = boost::json::parse(ran.out);
  EXPECT_EQ(json.at("rules").as_string(), "gaia");
  EXPECT_EQ(json.at("start").as_string(), "2020-01-01T00:00:00Z");
  EXPECT_EQ(json.at("zones").as_array().size(), 2U);
  EXPECT_EQ(json.at("zones").at(0).at("done").as_int64(), 1000);
  const auto& policies = json.at("policies").as_array();
  ASSERT_EQ(policies.size(), 18U) << "six published ones, two of the present, the oracle, twice";
  EXPECT_EQ(policies[0].at("policy").as_string(), "run-now");
  EXPECT_NEAR(policies[0].at("kg").to_number<double>(), 961.6215, 5e-5);
  EXPECT_EQ(policies[0].at("ratio_to_run_now").to_number<double>(), 1);
  EXPECT_EQ(policies[14].at("zone").as_string(), "DE");
  EXPECT_EQ(policies[14].at("policy").as_string(), "wait-awhile");
  EXPECT_NEAR(policies[14].at("ratio_to_run_now").to_number<double>(), 0.858021, 5e-7);
  EXPECT_NEAR(policies[14].at("mean_wait_hours").to_number<double>(), 8.6100, 5e-5);
}

TEST(Simulate, KeepsAShareOfTheOraclesSavingUnderForecastsAsTheyWereIssued) {
  const Ran ran = RunOn({.jobs = {kData + "/jobs/pai_1k.csv.gz"},
                         .signals = {"CISO=" + kData + "/carbon/CISO_lifecycle.csv.gz"},
                         .forecasts = {"CISO=" + kData + "/carbon/CISO_forecast_lifecycle.csv.gz"},
                         .start = "2021-07-15T00:00Z",
                         .hours = 240,
                         .windows = 3,
                         .every = "40d",
                         .policies = "plan-once,rolling,oracle",
                         .output = "json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = boost::json::parse(ran.out);
  EXPECT_EQ(json.at("windows").as_int64(), 3);
  EXPECT_EQ(json.at("every_hours").as_int64(), 960);
  const auto share = [&](size_t i) {
    const auto& policy = json.at("policies").at(i);
    EXPECT_EQ(policy.at("late").as_int64(), 0);
    EXPECT_GT(policy.at("mean_saved_ci95").to_number<double>(), 0);
    return policy.at("oracle_share").to_number<double>();
  };
  EXPECT_GT(share(0), 0.8);
  EXPECT_GT(share(1), 0.9);
  EXPECT_LT(share(1), 1);
  EXPECT_EQ(share(2), 1);
}

TEST(Simulate, SaysTheSameSeveralWindowsAtOnceAndOneAfterAnother) {
  SimulateOptions options{.jobs = {kData + "/jobs/pai_1k.csv.gz"},
                          .signals = {"CISO=" + kData + "/carbon/CISO_lifecycle.csv.gz",
                                      "DE=" + kData + "/carbon/DE_lifecycle.csv.gz"},
                          .start = "2021-02-01T00:00Z",
                          .hours = 72,
                          .windows = 5,
                          .policies = "lowest-window,threshold,oracle",
                          .output = "json"};
  const Ran at_once = RunOn(options);
  ASSERT_EQ(at_once.code, 0) << at_once.err;
  // Jobs are written in order.
  options.runs = testing::TempDir() + "simulate_command_in_order.csv";
  EXPECT_EQ(RunOn(options).out, at_once.out);
}

TEST(Simulate, SaysTheSameTwice) {
  for (const char* format : {"table", "json", "csv"}) {
    const SimulateOptions options = With(&SimulateOptions::output, format);
    EXPECT_EQ(RunOn(options).out, RunOn(options).out);
  }
}

TEST(Simulate, LeavesUnknownHoursOutAndSaysSo) {
  SimulateOptions options = Small();
  options.signals = {"SE=" + Write("gap.csv",
                                   "time,g_per_kwh\n2021-07-01T00:00Z,100\n2021-07-01T01:00Z,\n"
                                   "2021-07-01T02:00Z,9\n")};
  const Ran table = RunOn(options);
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("0 of 1 jobs\n1 jobs are left out: they may run at times at "
                                   "which the signal is not known\n"));
  options.output = "json";
  const auto json = boost::json::parse(RunOn(options).out);
  EXPECT_EQ(json.at("zones").at(0).at("unknown").as_int64(), 1);
  EXPECT_TRUE(json.at("policies").at(0).at("ratio_to_run_now").is_null());
}

TEST(Simulate, TakesHoursAndAnotherLongestWait) {
  SimulateOptions options = With(&SimulateOptions::output, "csv");
  options.jobs = {Write("hours.csv", "arrival_time,length,cpus\n0,1,2\n7,1,1\n")};
  options.job_unit = "hours";
  options.hours = 7;
  options.longest_wait = "30m";
  options.policies = "wait-awhile";
  options.watts_per_cpu = 500;
  EXPECT_THAT(RunOn(options).out,
              HasSubstr("DE,wait-awhile,0.075,0.75,0.5,1,0.5,0.5,2,1,2,0,0.25,,1\n"));
}

TEST(Simulate, EndsWithOneClearLineAndCode2WhereTheUserCanMendIt) {
  SimulateOptions no_hours = Small();
  no_hours.hours = 0;
  SimulateOptions endless = Small();
  endless.hours = INFINITY;
  SimulateOptions no_watts = Small();
  no_watts.watts_per_cpu = -1;
  SimulateOptions twice = Small();
  twice.signals.push_back(twice.signals[0]);
  SimulateOptions missing = Small();
  missing.signals = {"DE=/nowhere/de.csv"};
  SimulateOptions form = Small();
  form.signals = {"de.csv"};
  SimulateOptions none = Small();
  none.signals.clear();
  SimulateOptions name = Small();
  name.signals = {"D,E=x"};
  SimulateOptions bad_signal = Small();
  bad_signal.signals = {"DE=" + Write("bad.csv", "time,g_per_kwh\n2021-07-01T00:00Z,-4\n")};
  SimulateOptions no_window = Small();
  no_window.windows = 0;
  SimulateOptions short_windows = Small();
  short_windows.windows = 2;
  SimulateOptions no_pause = Small();
  no_pause.every = "0s";
  SimulateOptions overlap = Small();
  overlap.hours = 8;
  overlap.windows = 2;
  overlap.every = "1h";
  SimulateOptions coarse = Small();
  coarse.policies = "rolling";
  coarse.signals = {"DE=" + Write("coarse.csv",
                                  "time,g_per_kwh\n2021-07-01T00:00Z,100\n"
                                  "2021-07-01T03:00Z,50\n2021-07-01T06:00Z,50\n")};
  SimulateOptions stray = Small();
  stray.forecasts = {"FR=" + Write("fr.csv", "issued_at,time,g_per_kwh\n")};
  SimulateOptions bad_forecast = Small();
  bad_forecast.forecasts = {"DE=" + Write("forecast.csv", "issued_at,time,g_per_kwh\nx,y,1\n")};
  struct Case {
    SimulateOptions options;
    const char* want;
  };
  const Case cases[] = {
      {no_window, "--windows must be at least 1 and at most 10000\n"},
      {short_windows, "--windows: how long is each? Say it with --hours\n"},
      {no_pause, "--every: must be longer than 0s\n"},
      {overlap, "--every: windows that overlap are no samples of their own: at least --hours\n"},
      {coarse,
       "zone DE has steps of 3h from 2021-07-01T00:00:00Z: plan-once, rolling and rolling-learnt "
       "need steps from 1m to 1h that divide an hour and begin with it\n"},
      {stray, "--forecast: zone FR has no --signal\n"},
      {bad_forecast, "forecast.csv:2: 'x' is not an RFC 3339 time"},
      {With(&SimulateOptions::policies, "magic"),
       "there is no policy 'magic': choose all, or from run-now, lowest-slot, lowest-window, "
       "carbon-time, ecovisor, wait-awhile, threshold, k-search, plan-once, rolling, "
       "rolling-learnt, oracle\n"},
      {With(&SimulateOptions::policies, ""), "there is no policy ''"},
      {With(&SimulateOptions::rules, "fair"),
       "there are no rules 'fair': choose from plain, gaia\n"},
      {With(&SimulateOptions::output, "xml"), "--output 'xml' is not table, json or csv\n"},
      {With(&SimulateOptions::job_unit, "days"), "--job-unit 'days' is neither seconds nor hours"},
      {With(&SimulateOptions::start, "today"), "--start: 'today' is not an RFC 3339 time"},
      {With(&SimulateOptions::start, "2022-01-01T00:00Z"),
       "zone DE: the start 2022-01-01T00:00:00Z is not in the signal"},
      {With(&SimulateOptions::longest_wait, "1w"), "--max-wait: '1w' is not a duration"},
      {WithJobs("/nowhere/jobs.csv"), "cannot read /nowhere/jobs.csv: No such file or directory\n"},
      {WithJobs(Write("empty.csv", "arrival_time,length,cpus\n")),
       "empty.csv: no jobs below the header\n"},
      {WithJobs(Write("minus.csv", "arrival_time,length,cpus\n0,-1,1\n")),
       "minus.csv:2: length '-1' is not a number from 0 to 100 years\n"},
      {no_hours, "--hours must be more than 0 and at most 100 years\n"},
      {endless, "--hours must be more than 0 and at most 100 years\n"},
      {no_watts, "--watts-per-cpu must be more than 0\n"},
      {twice, "zone DE is given twice\n"},
      {missing, "zone DE: cannot read /nowhere/de.csv: No such file or directory\n"},
      {form, "--signal 'de.csv' is not of the form ZONE=FILE\n"},
      {none, "give at least one --signal ZONE=FILE\n"},
      {name, "--signal: 'D,E' cannot be a zone's name\n"},
      {bad_signal, "bad.csv:2: g_per_kwh '-4' is not a number >= 0"},
  };
  for (const Case& c : cases) {
    const Ran ran = RunOn(c.options);
    EXPECT_EQ(ran.code, 2) << c.want;
    EXPECT_EQ(ran.out, "") << c.want;
    EXPECT_THAT(ran.err, StartsWith("carbon-kube simulate: "));
    EXPECT_THAT(ran.err, HasSubstr(c.want));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

constexpr const char* kJobsHeader = "arrival_time,length,cpus\n";

TEST(Simulate, SaysWhatIsWrongWithATrace) {
  SimulateOptions none = Small();
  none.jobs.clear();
  SimulateOptions two = Small();
  two.jobs.push_back(two.jobs[0]);
  const std::string row = "0,3600,1\n";
  struct Case {
    SimulateOptions options;
    std::string want;
  };
  const Case cases[] = {
      {none, "--jobs: give a trace\n"},
      {two, "jobs.csv is no event log of Spark: give one trace as CSV, or only event logs\n"},
      {WithJobs(testing::TempDir()), "it is a folder: name the logs in it, --jobs "},
      {WithJobs(Write("nothing.csv", "")), "empty: expected a header line and rows\n"},
      {WithJobs(Write("twice.csv", "id,arrival_time,length,cpus\na,0,60,1\na,0,60,1\n")),
       "twice.csv:3: id 'a' stands twice: leave a row out, or the column if these are two jobs\n"},
      {WithJobs(Write("endless.csv", kJobsHeader + std::string("0,3600000000,1\n"))),
       "endless.csv:2: length '3600000000' is not a number from 0 to 100 years\n"},
      {WithJobs(Write("zstd", "\x28\xB5\x2F\xFD")), "zstd: compressed by zstd: unpack it first"},
      {WithJobs(Write("running",
                      "{\"Event\":\"SparkListenerLogStart\"}\n"
                      "{\"Event\":\"SparkListenerApplicationStart\",\"Timestamp\":1}\n")),
       "running: no SparkListenerApplicationEnd: the application was still running"},
  };
  for (const Case& c : cases) {
    const Ran ran = RunOn(c.options);
    EXPECT_EQ(ran.code, 2) << c.want;
    EXPECT_EQ(ran.out, "") << c.want;
    EXPECT_THAT(ran.err, HasSubstr(c.want));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST(Simulate, TakesJobsInAnyOrderAndEqualOnesAsTwoAndCountsThoseWithoutLength) {
  SimulateOptions options = WithJobs(
      Write("odd.csv", kJobsHeader + std::string("7200,3600,1\n0,3600,1\n0,3600,1\n0,0,1\n")));
  options.longest_wait = "1h";
  options.policies = "run-now";
  const Ran ran = RunOn(options);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("3 of 4 jobs\n"
                                 "1 jobs are left out: they arrive after the window or have no "
                                 "length\n"));
  EXPECT_THAT(ran.out, HasSubstr("run-now                0.280 "));
}

TEST(Simulate, LeavesOutAJobThatOutlastsTheSignal) {
  SimulateOptions options =
      WithJobs(Write("long.csv", kJobsHeader + std::string("0,800000000,1\n0,3600,1\n")));
  options.policies = "run-now";
  EXPECT_THAT(RunOn(options).out,
              HasSubstr("1 of 2 jobs\n1 jobs are left out: they may run at times at which the "
                        "signal is not known\n"));
}

TEST(Simulate, TakesLocalTimesWithTheirOffsetsAcrossAChangeOfTheClock) {
  SimulateOptions options = Small();
  options.signals = {"DE=" + Write("spring.csv",
                                   "time,g_per_kwh\n2021-03-28T00:30:00+01:00,100\n"
                                   "2021-03-28T01:30:00+01:00,50\n2021-03-28T02:30:00+01:00,80\n"
                                   "2021-03-28T04:30:00+02:00,80\n2021-03-28T05:30:00+02:00,80\n"
                                   "2021-03-28T06:30:00+02:00,80\n2021-03-28T07:30:00+02:00,80\n")};
  options.policies = "lowest-slot";
  options.output = "csv";
  const Ran ran = RunOn(options);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("DE,lowest-slot,0.05,0.5,1,"));
}

TEST(Simulate, RefusesTimesWithoutAnOffsetAndSeriesThatAreNone) {
  const auto signal = [](const char* name, const char* rows) {
    SimulateOptions options = Small();
    options.signals = {"DE=" + Write(name, std::string("time,g_per_kwh\n") + rows)};
    return options;
  };
  const auto forecast = [](const char* name, const std::string& rows) {
    SimulateOptions options = Small();
    options.forecasts = {"DE=" + Write(name, "issued_at,time,g_per_kwh\n" + rows)};
    return options;
  };
  const std::string issue =
      "2021-07-01T00:00Z,2021-07-01T00:00Z,1\n2021-07-01T00:00Z,2021-07-01T01:00Z,1\n";
  struct Case {
    SimulateOptions options;
    const char* want;
  };
  const Case cases[] = {
      {signal("local.csv", "2021-03-28T02:30:00,100\n"),
       "'2021-03-28T02:30:00' is not an RFC 3339"},
      {signal("none.csv", ""), "none.csv: no rows below the header\n"},
      {signal("autumn.csv", "2021-10-31T02:30:00+02:00,1\n2021-10-31T02:30:00+02:00,1\n"),
       "autumn.csv:3: time stands twice\n"},
      {forecast("again.csv", issue + issue), "again.csv:4: time is before the row above it"},
      {forecast("back.csv", "2021-07-02T00:00Z,2021-07-02T00:00Z,1\n" + issue),
       "back.csv:3: issued_at is before the row above it\n"},
  };
  for (const Case& c : cases) {
    const Ran ran = RunOn(c.options);
    EXPECT_EQ(ran.code, 2) << c.want;
    EXPECT_THAT(ran.err, HasSubstr(c.want));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST(Simulate, GoesOnWhereForecastsAreMissing) {
  SimulateOptions options = Small();
  options.forecasts = {"DE=" + Write("late.csv",
                                     "issued_at,time,g_per_kwh\n"
                                     "2021-07-01T05:00Z,2021-07-01T05:00Z,1\n")};
  options.policies = "rolling";
  const Ran ran = RunOn(options);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\nrolling "));
}

TEST(Simulate, TakesEventLogsOfSpark) {
  SimulateOptions options = Small();
  options.jobs.clear();
  for (const char* const log : {"local-1642039451826", "app-20200706201101-0003"}) {
    options.jobs.push_back(CARBON_SOURCE_DIR "/tests/sim/fixtures/spark_event_logs/" +
                           std::string(log) + ".jsonl");
  }
  options.policies = "run-now";
  const Ran ran = RunOn(options);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("1 of 2 jobs\n")) << "the other ran a year and a half later";
}

std::string ReadBack(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Simulate, WritesWhatBecameOfEachJob) {
  SimulateOptions options = WithJobs(Write("named.csv",
                                           "id,template,arrival_time,length,cpus\n"
                                           "b,nightly,1800,3600,2\na,,0,3600,1\n"));
  options.policies = "wait-awhile";
  options.longest_wait = "1h";
  options.runs = testing::TempDir() + "simulate_command_runs.csv";
  const Ran ran = RunOn(options);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ReadBack(options.runs),
            "zone,window,policy,id,template,arrival,start,end,segments,grams,run_now_grams\n"
            "DE,1,wait-awhile,a,,2021-07-01T00:00:00Z,2021-07-01T01:00:00Z,"
            "2021-07-01T02:00:00Z,1,50,100\n"
            "DE,1,wait-awhile,b,nightly,2021-07-01T00:30:00Z,2021-07-01T01:00:00Z,"
            "2021-07-01T02:00:00Z,1,100,150\n");
  options.runs = "/nowhere/runs.csv";
  EXPECT_EQ(RunOn(options).code, 2);
  EXPECT_EQ(RunOn(options).err,
            "carbon-kube simulate: --runs: cannot write /nowhere/runs.csv: No such file or "
            "directory\n");
}

TEST(Simulate, NumbersJobsThatHaveNoIds) {
  SimulateOptions options = Small();
  options.policies = "run-now";
  options.runs = testing::TempDir() + "simulate_command_runs.csv";
  EXPECT_EQ(RunOn(options).code, 0);
  EXPECT_THAT(ReadBack(options.runs), HasSubstr("\nDE,1,run-now,1,,2021-07-01T00:00:00Z,"));
}

TEST(Simulate, EndsWithCode1WhereTheResultCannotBeWritten) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(RunSimulate(Small(), out, err, false), 1);
  EXPECT_EQ(err.str(), "carbon-kube simulate: cannot write the result\n");
}

TEST(AddSimulateCommand, ReadsTheFlagsAndSetsTheExitCode) {
  CLI::App app;
  int exit_code = -1;
  CLI::App* const command = AddSimulateCommand(app, exit_code);
  EXPECT_THAT(command->help(), HasSubstr("wait-awhile: runs in the cleanest hours"));
  EXPECT_THAT(command->help(), HasSubstr("Example:\n  carbon-kube simulate"));
  const SimulateOptions small = Small();
  testing::internal::CaptureStdout();
  app.parse("simulate --jobs " + small.jobs[0] + " --signal " + small.signals[0] +
            " SE=" + small.signals[0].substr(3) +
            " --start 2021-07-01T00:00Z --hours 7 --policy run-now --rules plain --output csv");
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_EQ(exit_code, 0);
  EXPECT_THAT(out, HasSubstr("\nDE,run-now,0.1,1,"));
  EXPECT_THAT(out, HasSubstr("\nSE,run-now,0.1,1,"));
}

TEST(AddSimulateCommand, HandsOnTheExitCodeOfAFailure) {
  CLI::App app;
  int exit_code = -1;
  AddSimulateCommand(app, exit_code);
  testing::internal::CaptureStderr();
  app.parse("simulate --jobs /nowhere --signal DE=/nowhere --hours -5");
  const std::string err = testing::internal::GetCapturedStderr();
  EXPECT_EQ(exit_code, 2);
  EXPECT_THAT(err, StartsWith("carbon-kube simulate: "));
}

}  // namespace
}  // namespace carbon::app
