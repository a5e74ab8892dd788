// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace carbon::app {
namespace {

const std::string kGood = R"({
  "start": "2021-08-02T00:00Z", "hours": 24.5, "jobs": "jobs.csv", "jobUnit": "hours",
  "jobsEvery": "12h", "maxWait": "3h",
  "zones": [
    {"zone": "DE", "signal": "a/DE.csv", "forecast": "DE_f.csv", "cpus": 40, "wattsPerCpu": 10},
    {"zone": "SE", "signal": "SE.csv", "cpus": 0.5, "wattsPerCpu": 7.5}],
  "planner": {"minSaving": 0.02, "patience": 5, "threshold": 90, "startMargin": "10m",
              "tick": "30m"},
  "migration": {"downtime": "5m", "recomputed": "10m", "checkpointKwhPerCpu": 0.001,
                "transferKwhPerCpu": 0.002, "leastSaving": 5, "leastIntensity": 200,
                "mostLate": 0.01, "standardErrors": 2, "returnFactor": 3, "leastStay": "90m",
                "movesPerHour": 4},
  "faults": [
    {"kind": "forecast-outage", "zone": "SE", "from": "2021-08-02T01:00Z",
     "to": "2021-08-02T02:00Z"},
    {"kind": "signal-outage", "zone": "DE", "from": "2021-08-02T01:00Z",
     "to": "2021-08-02T02:00Z"},
    {"kind": "zone-down", "zone": "SE", "from": "2021-08-02T01:00Z", "to": "2021-08-02T02:00Z"},
    {"kind": "eviction", "zone": "DE", "at": "2021-08-02T03:00Z", "share": 0.2},
    {"kind": "decision-latency", "delay": "90s"}],
  "seed": 7})";

const std::string kLeast = R"({"start": "2021-08-02T00:00Z", "hours": 1, "jobs": "j",
  "zones": [{"zone": "DE", "signal": "s", "cpus": 1, "wattsPerCpu": 1}]})";

TEST(ScenarioJson, ReadsAllThatCanBeSaid) {
  const auto read = ParseScenario(kGood, "scenario.json");
  ASSERT_TRUE(read) << read.error().message;
  const sim::FleetScenario& scenario = read->scenario;
  EXPECT_EQ(FormatTime(scenario.start), "2021-08-02T00:00:00Z");
  EXPECT_EQ(scenario.window, std::chrono::minutes(24 * 60 + 30));
  EXPECT_EQ(read->jobs, "jobs.csv");
  EXPECT_EQ(read->job_unit, sim::JobUnit::hours);
  EXPECT_EQ(scenario.jobs_every, std::chrono::hours(12));
  EXPECT_EQ(scenario.longest_wait, std::chrono::hours(3));
  ASSERT_EQ(scenario.zones.size(), 2U);
  EXPECT_EQ(scenario.zones[1].name, "SE");
  EXPECT_EQ(scenario.zones[1].cpus, 0.5);
  EXPECT_EQ(scenario.zones[1].per_cpu, Watts(7.5));
  EXPECT_EQ(read->files[0].signal, "a/DE.csv");
  EXPECT_EQ(read->files[0].forecast, "DE_f.csv");
  EXPECT_EQ(read->files[1].forecast, "");
  EXPECT_EQ(scenario.planner.min_saving, 0.02);
  EXPECT_EQ(scenario.planner.patience, plan::GramsPerHour(5));
  EXPECT_EQ(scenario.planner.threshold, GramsPerKwh(90));
  EXPECT_EQ(scenario.planner.start_margin, std::chrono::minutes(10));
  EXPECT_EQ(scenario.tick, std::chrono::minutes(30));
  ASSERT_TRUE(scenario.migration);
  EXPECT_EQ(scenario.migration->downtime, std::chrono::minutes(5));
  EXPECT_EQ(scenario.migration->recomputed, std::chrono::minutes(10));
  EXPECT_EQ(scenario.migration->checkpoint_per_cpu, KilowattHours(0.001));
  EXPECT_EQ(scenario.migration->transfer_per_cpu, KilowattHours(0.002));
  EXPECT_EQ(scenario.migration->rules.least_saving, Grams(5));
  EXPECT_EQ(scenario.migration->rules.least_intensity, GramsPerKwh(200));
  EXPECT_EQ(scenario.migration->rules.most_late, 0.01);
  EXPECT_EQ(scenario.migration->rules.standard_errors, 2);
  EXPECT_EQ(scenario.migration->rules.return_factor, 3);
  EXPECT_EQ(scenario.migration->rules.least_stay, std::chrono::minutes(90));
  EXPECT_EQ(scenario.migration->moves_per_hour, 4U);
  EXPECT_EQ(scenario.latency, std::chrono::seconds(90));
  ASSERT_EQ(scenario.faults.size(), 4U);
  for (const sim::Fault& fault : scenario.faults) {
    EXPECT_NE(read->scenario.zones[fault.zone].name, "");
    EXPECT_THAT(kGood, testing::HasSubstr('"' + std::string(NameOfFault(fault.kind)) + '"'));
  }
  EXPECT_EQ(scenario.faults[2].zone, 1U);
  EXPECT_EQ(scenario.faults[3].share, 0.2);
  EXPECT_EQ(scenario.seed, 7U);
}

TEST(ScenarioJson, LeavesTheRestToTheController) {
  const auto read = ParseScenario(kLeast, "scenario.json");
  ASSERT_TRUE(read) << read.error().message;
  const plan::Parameters usual;
  EXPECT_EQ(read->scenario.planner.min_saving, usual.min_saving);
  EXPECT_EQ(read->scenario.planner.start_margin, usual.start_margin);
  EXPECT_EQ(read->scenario.planner.threshold, std::nullopt);
  EXPECT_EQ(read->scenario.tick, std::chrono::hours(1));
  EXPECT_EQ(read->scenario.longest_wait, std::nullopt);
  EXPECT_EQ(read->scenario.jobs_every, std::nullopt);
  EXPECT_EQ(read->job_unit, sim::JobUnit::seconds);
  EXPECT_EQ(read->scenario.seed, 1U);
  EXPECT_FALSE(read->scenario.migration);
}

TEST(ScenarioJson, LeavesTheRuleForMovingToItsOwnDefaults) {
  const auto read = ParseScenario(
      R"({"migration": {"downtime": "0s", "recomputed": "0s", "checkpointKwhPerCpu": 0,
          "transferKwhPerCpu": 0}, )" +
          kLeast.substr(1),
      "scenario.json");
  ASSERT_TRUE(read) << read.error().message;
  const plan::MigrationRules usual;
  const sim::FleetMigration& migration = *read->scenario.migration;
  EXPECT_EQ(migration.rules.least_saving, usual.least_saving);
  EXPECT_EQ(migration.rules.least_intensity, std::nullopt);
  EXPECT_EQ(migration.rules.most_late, usual.most_late);
  EXPECT_EQ(migration.rules.standard_errors, usual.standard_errors);
  EXPECT_EQ(migration.rules.return_factor, usual.return_factor);
  EXPECT_EQ(migration.rules.least_stay, usual.least_stay);
  EXPECT_EQ(migration.moves_per_hour, 10U);
}

/// What is replaced in kGood, by what, and what is said then.
struct Case {
  const char* name;
  const char* from;
  const char* to;
  const char* says;
};

class ScenarioJsonRefuses : public testing::TestWithParam<Case> {};

TEST_P(ScenarioJsonRefuses, InOneLineThatNamesTheKey) {
  std::string text = kGood;
  const size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().from).size(), GetParam().to);
  const auto read = ParseScenario(text, "scenario.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Error::Kind::invalid);
  EXPECT_EQ(read.error().message, std::string("scenario.json: ") + GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
    Case, ScenarioJsonRefuses,
    testing::Values(
        Case{"NoJson", "\"seed\": 7}", "", "is not JSON: incomplete JSON"},
        Case{"UnknownKey", "\"seed\"", "\"seeds\"",
             "seeds: there is no such key: choose from start, hours, jobs, jobUnit, jobsEvery, "
             "maxWait, zones, planner, migration, faults, seed"},
        Case{"UnknownKeyOfAZone", "\"cpus\": 0.5", "\"cpus\": 0.5, \"cpu\": 1",
             "zones[1].cpu: there is no such key: choose from zone, signal, forecast, cpus, "
             "wattsPerCpu"},
        Case{"UnknownKeyOfAFault", "\"share\": 0.2", "\"share\": 0.2, \"to\": 1",
             "faults[3].to: there is no such key: choose from kind, zone, at, share"},
        Case{"UnknownKeyOfThePlanner", "\"tick\"", "\"tock\"",
             "planner.tock: there is no such key: choose from minSaving, patience, threshold, "
             "startMargin, tick"},
        Case{"Missing", "\"hours\": 24.5,", "", "hours: is missing"},
        Case{"MissingDelay", "\"delay\": \"90s\"", "\"zone\": \"DE\"",
             "faults[4].delay: is missing"},
        Case{"NoTime", "2021-08-02T00:00Z", "2021-08-02",
             "start: '2021-08-02' is not an RFC 3339 time with an offset, such as "
             "2021-07-01T00:00:00Z"},
        Case{"NoHours", "24.5", "0", "hours: must be a number from 0.001 to 878400"},
        Case{"HoursAsText", "24.5", "\"24\"", "hours: must be a number from 0.001 to 878400"},
        Case{"NoUnit", "\"hours\",", "\"days\",", "jobUnit: 'days' is neither seconds nor hours"},
        Case{"TooOften", "\"12h\"", "\"1m\"", "jobsEvery: must be from 1h to 8784h"},
        Case{"TooLongWait", "\"3h\"", "\"400d\"", "maxWait: must be from 0s to 8784h"},
        Case{"OutOfTheFolder", "a/DE.csv", "a/../../DE.csv",
             "zones[0].signal: 'a/../../DE.csv' leaves the folder of the data"},
        Case{"Absolute", "jobs.csv", "/etc/passwd",
             "jobs: '/etc/passwd' leaves the folder of the data"},
        Case{"TwiceTheSame", "\"zone\": \"SE\", \"signal\"", "\"zone\": \"DE\", \"signal\"",
             "zones[1].zone: 'DE' is given twice"},
        Case{"ABadName", "\"zone\": \"SE\", \"signal\"", "\"zone\": \"S,E\", \"signal\"",
             "zones[1].zone: 'S,E' cannot be a zone's name"},
        Case{"NoRoom", "\"cpus\": 0.5", "\"cpus\": -1",
             "zones[1].cpus: must be a number from 0.001 to 1e+06"},
        Case{"NoPower", "7.5", "1e300",
             "zones[1].wattsPerCpu: must be a number from 0.001 to 1e+06"},
        Case{"NoShareOfSaving", "0.02", "1", "planner.minSaving: must be a number from 0 to 0.99"},
        Case{"NegativePatience", "\"patience\": 5", "\"patience\": -5",
             "planner.patience: must be a number from 0 to 1e+09"},
        Case{"NoThreshold", "\"threshold\": 90", "\"threshold\": null",
             "planner.threshold: must be a number from 0 to 10000"},
        Case{"NoMargin", "\"10m\"", "\"-10m\"",
             "planner.startMargin: '-10m' is not a duration such as 90s, 1h30m or 2d"},
        Case{"TooFastATick", "\"30m\"", "\"1s\"", "planner.tick: must be from 1m to 24h"},
        Case{"UnknownKeyOfTheMigration", "\"leastStay\"", "\"leastStop\"",
             "migration.leastStop: there is no such key: choose from downtime, recomputed, "
             "checkpointKwhPerCpu, transferKwhPerCpu, leastSaving, leastIntensity, mostLate, "
             "standardErrors, returnFactor, leastStay, movesPerHour"},
        Case{"NoDowntime", "\"downtime\": \"5m\", ", "", "migration.downtime: is missing"},
        Case{"NegativeDowntime", "\"5m\"", "\"-5m\"",
             "migration.downtime: '-5m' is not a duration such as 90s, 1h30m or 2d"},
        Case{"DowntimeAsNumber", "\"5m\"", "5",
             "migration.downtime: must be a text of 1 to 1000 bytes"},
        Case{"TooMuchRecomputed", "\"recomputed\": \"10m\"", "\"recomputed\": \"25h\"",
             "migration.recomputed: must be from 0s to 24h"},
        Case{"NoCheckpoint", "\"checkpointKwhPerCpu\": 0.001,", "",
             "migration.checkpointKwhPerCpu: is missing"},
        Case{"NegativeCheckpoint", "0.001", "-0.001",
             "migration.checkpointKwhPerCpu: must be a number from 0 to 1000"},
        Case{"TransferAsText", "0.002", "\"0.002\"",
             "migration.transferKwhPerCpu: must be a number from 0 to 1000"},
        Case{"NegativeLeastSaving", "\"leastSaving\": 5", "\"leastSaving\": -5",
             "migration.leastSaving: must be a number from 0 to 1e+09"},
        Case{"NegativeLeastIntensity", "\"leastIntensity\": 200", "\"leastIntensity\": -200",
             "migration.leastIntensity: must be a number from 0 to 10000"},
        Case{"NoChanceOfBeingLate", "\"mostLate\": 0.01", "\"mostLate\": 0",
             "migration.mostLate: must be a number from 0.001 to 1"},
        Case{"NegativeStandardErrors", "\"standardErrors\": 2", "\"standardErrors\": -2",
             "migration.standardErrors: must be a number from 0 to 100"},
        Case{"TooSmallAReturnFactor", "\"returnFactor\": 3", "\"returnFactor\": 0.9",
             "migration.returnFactor: must be a number from 1 to 1000"},
        Case{"NegativeLeastStay", "\"90m\"", "\"-90m\"",
             "migration.leastStay: '-90m' is not a duration such as 90s, 1h30m or 2d"},
        Case{"NegativeMoves", "\"movesPerHour\": 4", "\"movesPerHour\": -4",
             "migration.movesPerHour: must be a number from 0 to 10000"},
        Case{"HalfAMove", "\"movesPerHour\": 4", "\"movesPerHour\": 4.5",
             "migration.movesPerHour: must be a whole number"},
        Case{"NoMigration", "\"migration\": {\"downtime\": \"5m\",", "\"migration\": [], \"x\": {",
             "migration: must be an object"},
        Case{"NoKind", "forecast-outage", "flood",
             "faults[0].kind: 'flood' is none of forecast-outage, signal-outage, zone-down, "
             "eviction, decision-latency"},
        Case{"NoZone", "\"zone\": \"SE\", \"from\"", "\"zone\": \"FR\", \"from\"",
             "faults[0].zone: 'FR' is none of the zones"},
        Case{"EndsBefore", "2021-08-02T02:00Z", "2021-08-02T01:00Z",
             "faults[0].to: must be after \"from\""},
        Case{"NoShare", "\"share\": 0.2", "\"share\": 1.2",
             "faults[3].share: must be a number from 0 to 1"},
        Case{"NoSeed", "\"seed\": 7", "\"seed\": -7",
             "seed: must be a number from 0 to 9007199254740992"},
        Case{"ABrokenSeed", "\"seed\": 7", "\"seed\": 7.5", "seed: must be a whole number"},
        Case{"AListOfNothing", "\"DE_f.csv\"", "[]",
             "zones[0].forecast: must be a text of 1 to 1000 bytes"}),
    [](const auto& tested) { return tested.param.name; });

TEST(ScenarioJson, RefusesWhatIsNoObjectAndTooMuch) {
  EXPECT_EQ(ParseScenario("[]", "s").error().message, "s: the document: must be an object");
  EXPECT_EQ(
      ParseScenario(std::regex_replace(kLeast, std::regex("\\[.*\\]"), "[]"), "s").error().message,
      "s: zones: there must be one at least");
  EXPECT_EQ(
      ParseScenario(std::regex_replace(kLeast, std::regex("\\[.*\\]"), "[3]"), "s").error().message,
      "s: zones[0]: must be an object");
  std::string many = "{\"faults\": [1";
  for (int i = 0; i < 10'000; ++i) {
    many += ",1";
  }
  EXPECT_EQ(ParseScenario(many + "]," + kLeast.substr(1), "s").error().message,
            "s: faults: must be a list of at most 10000");
}

}  // namespace
}  // namespace carbon::app
