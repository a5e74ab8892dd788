// SPDX-License-Identifier: Apache-2.0
#include "app/plan_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/command_line.h"
#include "support/temp_dir.h"

namespace carbon::app {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Arguments = std::vector<std::string>;

const std::string kCarbon = CARBON_SOURCE_DIR "/data/carbon/";
const Arguments kRecorded = {
    "--recording",
    "DE=" + kCarbon + "DE_lifecycle.csv.gz," + kCarbon + "DE_forecast_lifecycle.csv.gz", "--at",
    "2021-08-02T06:00Z"};

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran Plan(Arguments arguments, const Arguments& more = {}) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunCommand(AddPlanCommand, arguments);
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

json::object PlanOf(Arguments arguments) {
  arguments.insert(arguments.end(), {"--output", "json"});
  const Ran ran = Plan(std::move(arguments), kRecorded);
  EXPECT_EQ(ran.code, 0) << ran.err;
  return json::parse(ran.out).at("plans").at(0).as_object();
}

TEST(PlanCommand, PlansAJobOnARecordedGrid) {
  const Ran ran = Plan({"--duration", "3h", "--max-delay", "24h", "--cpu", "4", "--memory", "8Gi",
                        "--zone", "DE", "--zone", "US-CAL-CISO", "--ascii"},
                       {"--data", CARBON_SOURCE_DIR "/data", "--at", "2021-08-02T06:00Z"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("job: waiting until "));
  EXPECT_THAT(ran.out, HasSubstr("by recording (fresh, forecast issued 2021-08-02T00:00:00Z, "));
  EXPECT_THAT(ran.out, HasSubstr("\n  23h55m  "));
  EXPECT_THAT(ran.out, HasSubstr("\n  Aug 02 06:00  "));
  EXPECT_THAT(ran.out, HasSubstr("^^^"));
  EXPECT_EQ(ran.err, "");
}

TEST(PlanCommand, ADeadlineIsAnInstantWhateverItsOffset) {
  const Arguments job = {"--zone", "DE", "--duration", "2h", "--deadline"};
  const auto reason = [&](const char* deadline) {
    Arguments all = job;
    all.emplace_back(deadline);
    return PlanOf(all).at("reason").as_object();
  };
  // The hour that Europe had twice.
  EXPECT_EQ(reason("2021-10-31T02:30:00+02:00").at("latestStart"), "2021-10-30T22:30:00Z");
  EXPECT_EQ(reason("2021-10-31T02:30:00+01:00").at("latestStart"), "2021-10-30T23:30:00Z");
}

TEST(PlanCommand, PlansAsAControllerWithTheseParametersWould) {
  const Arguments job = {"--duration", "3h",       "--max-delay", "12h",    "--cpu",
                         "4",          "--memory", "8Gi",         "--zone", "DE"};
  const auto cause = [&](const Arguments& more) {
    Arguments all = job;
    all.insert(all.end(), more.begin(), more.end());
    return PlanOf(all).at("reason").at("cause");
  };
  EXPECT_EQ(cause({}), "CleanerWindow");
  EXPECT_EQ(cause({"--threshold", "300"}), "CleanEnough");
  EXPECT_EQ(cause({"--patience", "100"}), "CleanestNow");
  EXPECT_EQ(cause({"--min-saving", "0.9"}), "CleanestNow");
  EXPECT_EQ(cause({"--start-margin", "12h"}), "DeadlineForcesStart");
}

TEST(PlanCommand, ShowsWhatPausesAndWorkersWouldSave) {
  const Arguments job = {"--duration", "14h", "--max-delay", "24h", "--zone", "DE"};
  const auto flexible = [&](const Arguments& more) {
    Arguments all = job;
    all.insert(all.end(), more.begin(), more.end());
    return PlanOf(all).at("flexible");
  };
  EXPECT_TRUE(flexible({}).is_null());
  const auto free = flexible({"--pausable"});
  const auto costly = flexible({"--pausable", "--pause-energy", "100"});
  const auto wide = flexible({"--max-parallelism", "3", "--scaling", "0.9"});
  const auto grams = [](const json::value& plan) { return plan.at("grams").to_number<double>(); };
  EXPECT_GT(free.at("pauses").to_number<int>(), 0);
  EXPECT_EQ(costly.at("pauses"), 0) << "no pause is worth 100 kWh";
  EXPECT_EQ(wide.at("pauses"), 0);
  EXPECT_LT(grams(free), grams(costly));
  EXPECT_LT(grams(wide), grams(costly));
}

TEST(PlanCommand, PausingAndScalingAreMarkedInTheChart) {
  const Ran ran = Plan({"--duration", "6h", "--max-delay", "24h", "--zone", "DE", "--pausable",
                        "--max-parallelism", "2", "--ascii"},
                       kRecorded);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("which the controller does not carry out:\n"));
  EXPECT_THAT(ran.out, HasSubstr("; ^ the run; + pausing and scaling; blank: not known\n"));
  EXPECT_THAT(ran.out, HasSubstr("++"));
}

TEST(PlanCommand, RegionsAreFoundInTheTablesOrNamedWithTheirZone) {
  const auto plan = PlanOf({"--duration", "1h", "--max-delay", "0s", "--region", "eu-central-1",
                            "--region", "dc-1=DE", "--region", "us-west-1"});
  EXPECT_EQ(plan.at("windows").as_array().size(), 2U);
  EXPECT_EQ(plan.at("windows").at(0).at("zone"), "DE");
  EXPECT_EQ(plan.at("windows").at(1).at("zone"), "DE");
  EXPECT_EQ(plan.at("unknown").at(0), "us-west-1: zone US-CAL-CISO: no reading yet");
}

TEST(PlanCommand, AManifestIsPlannedByItsAnnotationsAndAJobByFlagsAlike) {
  const TempDir folder;
  const std::string pod = folder.Write("pod.yaml", R"(apiVersion: v1
kind: Pod
metadata:
  name: etl
  annotations:
    carbon-kube.io/expected-duration: 3h
    carbon-kube.io/max-delay: 12h
spec:
  nodeSelector: {disktype: ssd}
  containers: [{name: a, resources: {requests: {cpu: 4, memory: 8Gi}}}]
)");
  auto by_manifest = PlanOf({"-f", pod, "--zone", "DE"});
  auto by_flags = PlanOf(
      {"--duration", "3h", "--max-delay", "12h", "--cpu", "4", "--memory", "8Gi", "--zone", "DE"});
  EXPECT_EQ(by_manifest.at("job"), "default/etl");
  EXPECT_EQ(by_manifest.at("managed"), false);
  for (json::object* plan : {&by_manifest, &by_flags}) {
    plan->erase("job");
    plan->erase("managed");
  }
  EXPECT_EQ(by_manifest, by_flags);
}

TEST(PlanCommand, AMistakeInAnAnnotationIsPlannedAsTheControllerWouldAndIsAnError) {
  const TempDir folder;
  const std::string pod = folder.Write(
      "pod.yaml",
      "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, spec: {containers: [{}]}, "
      "metadata: {name: b, annotations: {carbon-kube.io/deadline: '2021-08-01T00:00:00Z', "
      "carbon-kube.io/expected-duration: 1h}}}\n");
  const Ran ran = Plan({"-f", pod, "--zone", "DE"}, kRecorded);
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr("default/a: "));
  EXPECT_THAT(ran.out, HasSubstr("\ndefault/b: starting now: annotation carbon-kube.io/deadline"));
  EXPECT_EQ(ran.err,
            "carbon-kube plan: default/b: annotation carbon-kube.io/deadline: "
            "2021-08-01T00:00:00Z was in the past when the pod was created\n");
}

TEST(PlanCommand, WithoutASignalThePlanIsToRunNowAndThatIsNoFailure) {
  const Ran ran = Plan({"--duration", "1h", "--zone", "FR"}, kRecorded);
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, StartsWith("job: starting now: the carbon intensity is unknown (zone FR: "));
}

TEST(PlanCommand, EndsWithOneClearLineAndCode2WhereTheUserCanMendIt) {
  const TempDir folder;
  const std::string empty = folder.Write("empty.yaml", "");
  const Arguments job = {"--duration", "1h", "--zone", "DE"};
  const auto with = [&](const Arguments& more) {
    Arguments all = job;
    all.insert(all.end(), more.begin(), more.end());
    all.insert(all.end(), kRecorded.begin(), kRecorded.end());
    return all;
  };
  const std::vector<std::pair<Arguments, const char*>> table = {
      {{}, "which job? Give --duration, or --filename with a manifest"},
      {{"--duration", "1h", "--at", "2021-08-02T06:00Z"}, "--at: goes with recordings"},
      {{"--duration", "1h", "--data", "data"}, "--at: when on the recordings is it?"},
      {{"--duration", "1h", "--data", "data", "--at", "noon"}, "--at: 'noon' is not an RFC 3339"},
      {{"--duration", "1h", "--zone", "DE", "--data", "missing", "--at", "2021-08-02T06:00Z"},
       "cannot read missing/carbon/zones.csv"},
      {with({"--zone", "DE"}), "--zone: 'DE' is given twice"},
      {with({"--zone", ""}), "--zone: a name is missing"},
      {with({"--region", "moon-1"}), "of 'moon-1' is not known: --region moon-1=ZONE"},
      {with({"--region", "a=SE", "--region", "a=DE"}), "--region: 'a' is given twice"},
      {with({"--deadline", "2021-08-02T05:00Z"}),
       "--deadline: 2021-08-02T05:00:00Z is in the past: it is 2021-08-02T06:00:00Z"},
      {with({"--deadline", "2021-08-02T18:00"}), "--deadline: '2021-08-02T18:00' is not an RFC"},
      {with({"--max-delay", "-1h"}), "--max-delay: '-1h' is not a duration"},
      {with({"--cpu", "0"}), "--cpu: '0' is not an amount such as 4 or 500m"},
      {with({"--memory", "much"}), "--memory: 'much' is not an amount such as 8Gi"},
      {{"--duration", "0s", "--zone", "DE", "--provider", "file"}, "--duration: must be longer"},
      {with({"--max-parallelism", "0"}), "--max-parallelism: must be from 1 to 100"},
      {with({"--max-parallelism", "2", "--scaling", "1,3"}), "--scaling: the work per hour is not"},
      {with({"--pausable", "--pause-energy", "-1"}), "--pause-energy: must be 0 or more kWh"},
      {with({"--patience", "-1"}), "--patience: must be 0 or more grams per hour"},
      {with({"--threshold", "-1"}), "--threshold: must be 0 or more grams per kWh"},
      {with({"--min-saving", "1"}), "--min-saving: must be a share from 0 to below 1"},
      {with({"--start-margin", "soon"}), "--start-margin: 'soon' is not a duration"},
      {{"-f", "/nowhere.yaml", "--zone", "DE"}, "cannot read /nowhere.yaml: No such file"},
      {{"-f", empty, "--zone", "DE"}, "empty.yaml: no Pod and no Job is in it"},
      {{"--duration", "1h", "--zone", "DE", "--provider", "nobody"}, "there is no provider"},
      {{"--duration", "1h", "--kubeconfig", "/nowhere"},
       "no --region or --zone says where it may run: "},
  };
  for (const auto& [arguments, why] : table) {
    const Ran ran = Plan(arguments);
    EXPECT_EQ(ran.code, 2) << why;
    EXPECT_EQ(ran.out, "") << why;
    EXPECT_THAT(ran.err, StartsWith("carbon-kube plan: "));
    EXPECT_THAT(ran.err, HasSubstr(why));
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST(PlanCommand, WhatBelongsToAnotherFlagNeedsIt) {
  EXPECT_EQ(Plan({"--duration", "1h", "--pause-energy", "1"}).code, 2);
  EXPECT_EQ(Plan({"--duration", "1h", "--scaling", "0.9"}).code, 2);
}

TEST(PlanCommand, AJobIsDescribedByFlagsOrByAManifest) {
  EXPECT_EQ(Plan({"-f", "a.yaml", "--duration", "1h"}).code, 2);
}

TEST(PlanCommand, ExplainsItselfWithAnExample) {
  const Ran ran = Plan({"--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("carbon-kube plan --duration 3h --max-delay 24h"));
}

}  // namespace
}  // namespace carbon::app
