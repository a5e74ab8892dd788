// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "app/simulate.h"
#include "support/command_line.h"
#include "support/temp_dir.h"

namespace carbon::app {
namespace {

using testing::HasSubstr;

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran RunOn(const ScenarioOptions& options) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunScenarios(options, out, err, false);
  return {code, out.str(), err.str()};
}

class ScenarioFlagsTest : public testing::Test {
 protected:
  /// A scenario of two zones, of which the second is cleaner, in a folder of its own.
  std::string Scenario(const std::string& name, const std::string& more = "") {
    std::filesystem::create_directory(folder_.Path(name));
    std::string rows = "time,g_per_kwh\n";
    for (int hour = 10; hour < 24; ++hour) {
      rows += "2021-07-01T" + std::to_string(hour) + ":00Z,100\n";
    }
    folder_.Write(name + "/de.csv", rows);
    folder_.Write(name + "/se.csv",
                  "time,g_per_kwh\n2021-07-01T10:00Z,20\n2021-07-01T11:00Z,20\n"
                  "2021-07-01T12:00Z,20\n2021-07-01T13:00Z,20\n");
    folder_.Write(name + "/jobs.csv", "arrival_time,length,cpus\n0,3600,1\n60,7200,1\n0,0,1\n");
    folder_.Write(name + "/scenario.json", R"({"start": "2021-07-01T10:00Z", "hours": 2,
      "jobs": "jobs.csv", "zones": [
        {"zone": "DE", "signal": "de.csv", "cpus": 4, "wattsPerCpu": 1000},
        {"zone": "SE", "signal": "se.csv", "cpus": 1, "wattsPerCpu": 1000}])" +
                                               more + "}");
    return folder_.Path(name);
  }

  TempDir folder_;
};

TEST_F(ScenarioFlagsTest, WritesATableForPeople) {
  const std::string folder = Scenario("a");
  const Ran ran = RunOn({.folders = {folder}});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(
      ran.out,
      folder +
          ": 2h from 2021-07-01T10:00:00Z, 2 of 3 jobs done\n"
          "1 jobs are rejected: wider than every zone, without a length, or after the end\n"
          "way          kg     saved   95 % of weeks  mean wait  p95 wait  lost runs  late  held "
          "late\n"
          "run-now      0.300  0.0 %   -              0.00 h     0.00 h    0          0     0\n"
          "carbon-kube  0.220  26.7 %  -              0.00 h     0.00 h    0          0     0\n"
          "to the oracle  bound kg  regret kg  kept    95 % of weeks\n"
          "run-now        0.060     0.240      0.0 %   -\n"
          "carbon-kube    0.060     0.160      33.3 %  -\n"
          "zone  CPUs  peak run-now  CPU hours  kg     peak carbon-kube  CPU hours  kg\n"
          "DE    4     2             3          0.300  1                 2          0.200\n"
          "SE    1     0             0          0.000  1                 1          0.020\n");
}

TEST_F(ScenarioFlagsTest, WritesCsv) {
  const std::string folder = Scenario("a");
  const Ran ran = RunOn({.folders = {folder}, .output = "csv"});
  EXPECT_THAT(ran.out, HasSubstr("scenario,way,zone,cpus,peak_cpus,cpu_hours,kg_in_zone,submitted,"
                                 "done,rejected,unfinished,kg,lost_kg,lost_runs,"));
  EXPECT_THAT(ran.out, HasSubstr("\n" + folder +
                                 ",run-now,,,,,,3,2,1,0,0.3,0,0,0,0,0,0,0,2,0,,,0.06,0.24,0,,,0,0,"
                                 "0,0,0\n"));
  EXPECT_THAT(ran.out, HasSubstr("\n" + folder + ",carbon-kube,SE,1,1,1,0.02,,,,"));
}

TEST_F(ScenarioFlagsTest, WritesWhatRepeatsARun) {
  const std::string folder = Scenario("a", R"(, "seed": 9)");
  const std::string file = folder_.Path("run.json");
  const Ran ran = RunOn({.folders = {folder}, .run_json = file, .output = "json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = boost::json::parse(ran.out);
  const auto run = boost::json::parse(folder_.Read("run.json"));
  EXPECT_EQ(run.at("version").as_string(), CARBON_KUBE_VERSION);
  const auto& scenario = run.at("scenarios").at(0);
  EXPECT_EQ(scenario.at("seed").as_int64(), 9);
  EXPECT_EQ(scenario.at("inputs").as_array().size(), 4U);
  EXPECT_EQ(scenario.at("inputs").at(0).at("sha256").as_string().size(), 64U);
  EXPECT_EQ(scenario.at("settings").at("start_margin_seconds").as_int64(), 300);
  EXPECT_EQ(scenario.at("ways"), json.at("scenarios").at(0).at("ways"));
  EXPECT_EQ(scenario.at("ways").at(1).at("done").as_int64(), 2);
  const std::string before = folder_.Read("run.json");
  EXPECT_EQ(RunOn({.folders = {folder}, .run_json = file, .output = "json"}).out, ran.out);
  EXPECT_EQ(folder_.Read("run.json"), before);
}

TEST_F(ScenarioFlagsTest, ReplaysMovesAsAThirdWayWhereTheScenarioSaysWhatTheyTake) {
  const std::string folder = Scenario("a", R"(, "migration": {"downtime": "0s", "recomputed": "0s",
      "checkpointKwhPerCpu": 0, "transferKwhPerCpu": 0.001, "movesPerHour": 3})");
  const std::string file = folder_.Path("run.json");
  const Ran ran = RunOn({.folders = {folder}, .run_json = file});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("\ncarbon-kube-moves  0.2"));
  EXPECT_THAT(ran.out, HasSubstr("\nmoves of running jobs  moves  spent kg  expected to save kg\n"
                                 "carbon-kube-moves      0      0.000     0.000\n"));
  const auto run = boost::json::parse(folder_.Read("run.json"));
  const auto& scenario = run.at("scenarios").at(0);
  const auto& migration = scenario.at("settings").at("migration");
  EXPECT_EQ(migration.at("moves_per_hour").as_int64(), 3);
  EXPECT_EQ(migration.at("least_saving").as_int64(), 100);
  EXPECT_EQ(migration.at("transfer_kwh_per_cpu").as_double(), 0.001);
  EXPECT_EQ(scenario.at("ways").as_array().size(), 3U);
  EXPECT_EQ(scenario.at("ways").at(2).at("way").as_string(), "carbon-kube-moves");
  EXPECT_EQ(scenario.at("ways").at(2).at("moves").as_int64(), 0);
}

/// The rows below the names of the columns, by field.
std::vector<std::vector<std::string>> RowsOf(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream in(csv);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line + ",");
    rows.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) {
      rows.back().push_back(field);
    }
  }
  rows.erase(rows.begin());
  return rows;
}

TEST_F(ScenarioFlagsTest, WritesWhatBecameOfEachJob) {
  const std::string folder = Scenario("a");
  folder_.Write("a/jobs.csv", "arrival_time,length,cpus\n0,3600,1\n0,7200,1\n0,0,1\n");
  const std::string file = folder_.Path("runs.csv");
  ASSERT_EQ(RunOn({.folders = {folder}, .runs = file}).code, 0);
  const std::string job = ",2021-07-01T10:00:00Z,2021-07-01T16:00:00Z,1,";
  const std::string next = ",2021-07-01T10:00:00Z,2021-07-02T10:00:00Z,1,";
  EXPECT_EQ(folder_.Read("runs.csv"),
            "scenario,way,id,template,arrival,latest_start,cpus,zone,start,end,delay_seconds,ended,"
            "work_lost,grams\n" +
                folder + ",run-now,1," + job +
                "DE,2021-07-01T10:00:00Z,2021-07-01T11:00:00Z,0,done,false,100\n" + folder +
                ",run-now,2," + next +
                "DE,2021-07-01T10:00:00Z,2021-07-01T12:00:00Z,0,done,false,200\n" + folder +
                ",carbon-kube,1," + job +
                "SE,2021-07-01T10:00:00Z,2021-07-01T11:00:00Z,0,done,false,20\n" + folder +
                ",carbon-kube,2," + next +
                "DE,2021-07-01T10:00:00Z,2021-07-01T12:00:00Z,0,done,false,200\n");
  const Ran refused = RunOn({.folders = {folder}, .runs = "/nowhere/runs.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("--runs: cannot write /nowhere/runs.csv"));
}

TEST_F(ScenarioFlagsTest, RunsAddUpToTheResult) {
  folder_.Write("names.csv",
                "id,template,arrival_time,length,cpus\nx,nightly,0,3600,1\n"
                "y,,60,7200,1\nz,,60,7200,4\n");
  const std::string more = R"(, "faults": [{"kind": "zone-down", "zone": "SE",
      "from": "2021-07-01T10:30Z", "to": "2021-07-01T10:45Z"},
      {"kind": "eviction", "zone": "DE", "share": 1, "at": "2021-07-01T11:30Z"}])";
  const std::vector<std::string> folders = {Scenario("a", more), Scenario("b", more)};
  std::filesystem::copy(folder_.Path("names.csv"), folders[0] + "/jobs.csv",
                        std::filesystem::copy_options::overwrite_existing);
  const Ran ran = RunOn({.folders = folders, .runs = folder_.Path("runs.csv"), .output = "json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto rows = RowsOf(folder_.Read("runs.csv"));
  EXPECT_EQ(rows.front()[2], "x");
  EXPECT_EQ(rows.front()[3], "nightly");
  const auto result = boost::json::parse(ran.out);
  size_t counted = 0;
  for (const auto& scenario : result.at("scenarios").as_array()) {
    for (const auto& way : scenario.at("ways").as_array()) {
      double grams = 0;
      std::map<std::string, int64_t> ended;
      for (const auto& row : rows) {
        if (row[0] == scenario.at("scenario").as_string() && row[1] == way.at("way").as_string()) {
          grams += row[13].empty() ? 0 : std::stod(row[13]);
          ++ended[row[11]];
          ++counted;
        }
      }
      EXPECT_NEAR(grams, way.at("kg").to_number<double>() * 1000, 1e-6);
      EXPECT_EQ(ended["done"], way.at("done").as_int64());
      EXPECT_EQ(ended["lost"], way.at("lost_runs").as_int64());
      EXPECT_GT(ended["lost"], 0);
    }
  }
  EXPECT_EQ(counted, rows.size());
}

TEST_F(ScenarioFlagsTest, SeveralAtOnceGiveWhatEachAloneGives) {
  std::vector<std::string> folders;
  std::string alone;
  for (const char* const name : {"c", "a", "b", "d"}) {
    folders.push_back(
        Scenario(name, R"(, "faults": [{"kind": "eviction", "zone": "DE", "share": 0.5,
                           "at": "2021-07-01T10:30Z"}], "seed": )" +
                           std::to_string(name[0])));
    alone += (alone.empty() ? "" : "\n") + RunOn({.folders = {folders.back()}}).out;
  }
  EXPECT_EQ(RunOn({.folders = folders}).out, alone);
}

TEST_F(ScenarioFlagsTest, WhatIsWrongIsOneLineAndNothingIsWritten) {
  const std::string good = Scenario("a");
  const std::string bad = Scenario("b", R"(, "colour": "green")");
  const std::string file = folder_.Path("run.json");
  const Ran ran = RunOn({.folders = {good, bad}, .run_json = file});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_THAT(ran.err, HasSubstr("carbon-kube simulate: " + bad +
                                 "/scenario.json: colour: there is no such key: "));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
  EXPECT_THAT(RunOn({.folders = {good, good}}).err, HasSubstr("is given twice"));
  EXPECT_THAT(RunOn({.folders = {good, good + "/../a"}}).err, HasSubstr("is given twice"));
  EXPECT_THAT(RunOn({.folders = {"a\rb"}}).err, HasSubstr("cannot be a scenario's folder"));
  EXPECT_THAT(RunOn({.folders = {good}, .run_json = good + "/jobs.csv"}).err,
              HasSubstr("--run-json: "));
  EXPECT_THAT(RunOn({.folders = {good}, .runs = good + "/de.csv"}).err, HasSubstr("is read, and"));
  EXPECT_THAT(RunOn({.folders = {good}, .run_json = file, .runs = file}).err,
              HasSubstr("cannot be both"));
  EXPECT_THAT(RunOn({.folders = {"a,b"}}).err, HasSubstr("cannot be a scenario's folder"));
  EXPECT_THAT(RunOn({.folders = {good}, .output = "xml"}).err, HasSubstr("--output 'xml'"));
  EXPECT_EQ(RunOn({.folders = {good}, .run_json = folder_.Path("no/run.json")}).code, 2);
}

TEST_F(ScenarioFlagsTest, TakeThePlaceOfJobsAndSignals) {
  const auto parsed = [](std::vector<std::string> arguments) {
    CLI::App app("test");
    int ignored = 0;
    AddSimulateCommand(app, ignored);
    arguments.insert(arguments.begin(), "simulate");
    try {
      ParseInOrder(app, std::move(arguments));
    } catch (const CLI::ParseError& error) {
      return std::string(error.what());
    }
    return std::string("good");
  };
  EXPECT_EQ(parsed({"--scenario", "a", "--scenario", "b", "-o", "json"}), "good");
  EXPECT_EQ(parsed({"--scenario", "a", "--runs", "r.csv"}), "good");
  EXPECT_EQ(parsed({"--jobs", "a", "--signal", "DE=b"}), "good");
  EXPECT_EQ(parsed({"--signal", "DE=b"}), "--jobs is required");
  EXPECT_THAT(parsed({"--scenario", "a", "--hours", "3"}), HasSubstr("excludes"));
  EXPECT_THAT(parsed({"--jobs", "a", "--signal", "DE=b", "--data", "d"}),
              HasSubstr("--data requires --scenario"));
}

}  // namespace
}  // namespace carbon::app
