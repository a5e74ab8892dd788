// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/gzip.h"
#include "support/temp_dir.h"

namespace carbon::app {
namespace {

using testing::HasSubstr;

class ScenarioFilesTest : public testing::Test {
 protected:
  ScenarioFilesTest() {
    folder_.Write("scenario.json", R"({"start": "2021-07-01T00:00Z", "hours": 2,
      "jobs": "jobs.csv", "zones": [{"zone": "DE", "signal": "de.csv.gz", "forecast": "f.csv",
      "cpus": 1, "wattsPerCpu": 1000}]})");
    folder_.Write("jobs.csv", "arrival_time,length,cpus\n0,3600,1\n");
    folder_.Write("de.csv.gz", Gzip("time,g_per_kwh\n2021-07-01T00:00Z,100\n"
                                    "2021-07-01T01:00Z,50\n2021-07-01T02:00Z,80\n"));
    folder_.Write("f.csv",
                  "issued_at,time,g_per_kwh\n2021-07-01T00:00Z,2021-07-01T00:00Z,90\n"
                  "2021-07-01T00:00Z,2021-07-01T01:00Z,60\n");
  }

  std::string WhyNot(const std::string& data = "") const {
    const auto loaded = LoadScenario(folder_.Path(""), data);
    return loaded ? "" : loaded.error().message;
  }

  TempDir folder_;
};

TEST_F(ScenarioFilesTest, AreReadAndHashed) {
  const auto loaded = LoadScenario(folder_.Path(""), "");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->scenario.jobs.size(), 1U);
  EXPECT_EQ(loaded->scenario.zones[0].signal.size(), 3U);
  EXPECT_EQ(loaded->scenario.zones[0].forecasts.size(), 1U);
  ASSERT_EQ(loaded->inputs.size(), 4U);
  EXPECT_THAT(loaded->inputs[1].path, HasSubstr("/jobs.csv"));
  EXPECT_EQ(loaded->inputs[1].sha256,
            "06efc49a06a511fefab854992a9f33aed56c5b94d3bf0c671906d674c663ac25");
}

TEST_F(ScenarioFilesTest, TheSampleCanBeRead) {
  const std::string data = CARBON_SOURCE_DIR "/data";
  const auto loaded = LoadScenario(data + "/scenarios/three-zones", data);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->inputs.size(), 2 + 2 * loaded->scenario.zones.size());
  EXPECT_EQ(loaded->scenario.jobs.size(), 1000U);
  const auto moving = LoadScenario(data + "/scenarios/three-zones-moves", data);
  ASSERT_TRUE(moving) << moving.error().message;
  EXPECT_TRUE(moving->scenario.migration);
}

TEST_F(ScenarioFilesTest, MayLieElsewhere) {
  const TempDir elsewhere;
  std::filesystem::copy(folder_.Path("jobs.csv"), elsewhere.Path("jobs.csv"));
  EXPECT_THAT(WhyNot(elsewhere.Path("")), HasSubstr("cannot read " + elsewhere.Path("")));
  for (const char* const name : {"de.csv.gz", "f.csv"}) {
    std::filesystem::copy(folder_.Path(name), elsewhere.Path(name));
  }
  EXPECT_EQ(WhyNot(elsewhere.Path("")), "");
}

TEST_F(ScenarioFilesTest, ALinkMayNotLeadOut) {
  const TempDir elsewhere;
  elsewhere.Write("jobs.csv", folder_.Read("jobs.csv"));
  std::filesystem::remove(folder_.Path("jobs.csv"));
  std::filesystem::create_symlink(elsewhere.Path("jobs.csv"), folder_.Path("jobs.csv"));
  EXPECT_THAT(WhyNot(), HasSubstr("jobs.csv: leads out of "));
}

TEST_F(ScenarioFilesTest, WhatIsWrongInOneIsSaidWithItsNameAndLine) {
  folder_.Write("f.csv", "issued_at,time,g_per_kwh\nnow,then,90\n");
  EXPECT_THAT(WhyNot(), HasSubstr("/f.csv:2: "));
  folder_.Write("jobs.csv", "arrival_time,length\n");
  EXPECT_THAT(WhyNot(), HasSubstr("/jobs.csv"));
  std::filesystem::remove(folder_.Path("scenario.json"));
  EXPECT_THAT(WhyNot(), HasSubstr("scenario.json: No such file or directory"));
}

TEST_F(ScenarioFilesTest, ASignalMustHoldTheStart) {
  folder_.Write("de.csv.gz", "time,g_per_kwh\n2021-07-02T00:00Z,100\n2021-07-02T01:00Z,50\n");
  EXPECT_THAT(WhyNot(), HasSubstr("scenario.json: zone DE: "));
}

TEST_F(ScenarioFilesTest, ATraceMayNotBeRepeatedTooOften) {
  std::string jobs = "arrival_time,length,cpus\n";
  for (int i = 0; i < 1000; ++i) {
    jobs += "0,1,1\n";
  }
  folder_.Write("jobs.csv", jobs);
  std::string text = folder_.Read("scenario.json");
  text.replace(text.find("\"hours\": 2"), 10, "\"hours\": 20000, \"jobsEvery\": \"1h\"");
  folder_.Write("scenario.json", text);
  EXPECT_THAT(WhyNot(), HasSubstr("repeated 20000 times that is more than 10 million jobs"));
}

}  // namespace
}  // namespace carbon::app
