// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_runs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <utility>

#include "support/temp_dir.h"

namespace carbon::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = *ParseTime("2021-07-01T10:00Z");

/// Two zones, and three jobs of which the trace names two.
LoadedScenario Loaded() {
  LoadedScenario loaded{
      .folder = "f", .scenario = {}, .templates = {}, .job_ids = {}, .inputs = {}};
  loaded.scenario.start = kStart;
  loaded.scenario.window = hours(4);
  for (const char* const zone : {"DE", "SE"}) {
    loaded.scenario.zones.push_back(
        {.name = zone, .signal = {}, .forecasts = {}, .cpus = 4, .per_cpu = Watts(10)});
  }
  const uint32_t nightly = loaded.templates.Add("nightly, etl").index;
  loaded.scenario.jobs = {
      {.arrival = hours(0), .length = hours(3), .cpus = 1, .template_id = nightly},
      {.arrival = hours(1), .length = hours(1), .cpus = 0.5},
      {.arrival = hours(2), .length = hours(1), .cpus = 2}};
  for (const char* const id : {"a", "b", "c"}) {
    loaded.job_ids.Add(id);
  }
  return loaded;
}

std::string RowsOf(const LoadedScenario& loaded, std::vector<sim::FleetRun> runs) {
  const TempDir folder;
  WayReport way{.way = sim::Way::carbon_kube_moves, .outcome = {}, .saving = {}};
  way.outcome.runs = std::move(runs);
  auto csv = RunsCsv::Open(folder.Path("runs.csv"), kFleetRunColumns);
  AddFleetRuns(loaded, way, *csv);
  EXPECT_TRUE(csv->Close());
  return folder.Read("runs.csv");
}

TEST(ScenarioRuns, TellOfMovesAndLossesAndOfJobsThatNeverRan) {
  const std::vector<sim::FleetRun> runs = {
      {.job = 0,
       .zone = 0,
       .start = kStart,
       .end = kStart + hours(1),
       .moved = true,
       .lost = true,
       .emitted = Grams(7.5)},
      {.job = 0,
       .zone = 1,
       .start = kStart + hours(1),
       .end = kStart + minutes(70),
       .downtime = minutes(20),
       .recomputed = minutes(5),
       .lost = true,
       .emitted = Grams(0)},
      {.job = 0, .zone = 1, .start = kStart + hours(2), .end = kStart + hours(5), .emitted = {}},
      {.job = 1,
       .zone = 0,
       .start = kStart + hours(1),
       .end = kStart + hours(3),
       .downtime = minutes(50),
       .recomputed = minutes(10),
       .emitted = Grams(5)}};
  const std::string job =
      "f,carbon-kube-moves,a,nightly_ etl,2021-07-01T10:00:00Z,2021-07-02T10:00:00Z,1,";
  EXPECT_EQ(
      RowsOf(Loaded(), runs),
      std::string(kFleetRunColumns) + "\n" + job +
          "DE,2021-07-01T10:00:00Z,2021-07-01T11:00:00Z,0,moved,true,7.5\n" + job +
          "SE,2021-07-01T11:00:00Z,2021-07-01T11:10:00Z,600,lost,true,0\n" + job +
          "SE,2021-07-01T12:00:00Z,2021-07-01T15:00:00Z,0,done,false,\n"
          "f,carbon-kube-moves,b,,2021-07-01T11:00:00Z,2021-07-01T17:00:00Z,0.5,"
          "DE,2021-07-01T11:00:00Z,2021-07-01T13:00:00Z,3600,done,false,5\n"
          "f,carbon-kube-moves,c,,2021-07-01T12:00:00Z,2021-07-01T18:00:00Z,2,,,,,unfinished,,\n");
}

TEST(ScenarioRuns, WhatWasThereStaysUntilAllIsWritten) {
  const TempDir folder;
  const std::string path = folder.Write("runs.csv", "before");
  {
    const auto begun = RunsCsv::Open(path, "a,b");
    ASSERT_TRUE(begun);
    EXPECT_EQ(folder.Read("runs.csv"), "before");
  }
  EXPECT_EQ(folder.Read("runs.csv"), "before");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  auto whole = RunsCsv::Open(path, "a,b");
  whole->Add("1,2");
  EXPECT_TRUE(whole->Close());
  EXPECT_EQ(folder.Read("runs.csv"), "a,b\n1,2\n");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(ScenarioRuns, NoInputIsOverwritten) {
  const TempDir folder;
  const std::string jobs = folder.Write("jobs.csv", "x");
  const std::string same = folder.Path(".") + "/jobs.csv";
  EXPECT_EQ(CheckOutput("--runs", same, {"missing", jobs}).error(),
            Invalid("--runs: " + std::string(Printable(same)) + " is read, and would be lost"));
  EXPECT_TRUE(CheckOutput("--runs", folder.Path("other.csv"), {jobs}));
  EXPECT_TRUE(CheckOutput("--runs", "", {jobs}));
}

}  // namespace
}  // namespace carbon::app
