// SPDX-License-Identifier: Apache-2.0
#include "workloads/pod_run.h"

#include <gtest/gtest.h>

#include <string>

#include "workloads/json.h"

namespace carbon::workloads {
namespace {

/// Of a pod "NAME" of the namespace jobs, with more metadata.
std::string TemplateOfPod(const std::string& name, const std::string& more = "") {
  return TemplateOf(Json("{'namespace': 'jobs', 'name': '" + name + "'" +
                         (more.empty() ? "" : ", " + more) + "}"));
}

std::string OwnedBy(const std::string& kind, const std::string& name) {
  return "'ownerReferences': [{'apiVersion': 'v1', 'kind': 'Node', 'name': 'other', 'uid': 'u'},"
         "{'apiVersion': 'batch/v1', 'kind': '" +
         kind + "', 'name': '" + name +
         "', 'uid': 'u-2', 'controller': true, 'blockOwnerDeletion': true}]";
}

TEST(TemplateOf, TheRunsOfACronJobAreOfOne) {
  const std::string labels =
      "'generateName': 'etl-28394400-', 'labels': {'batch.kubernetes.io/job-name': "
      "'etl-28394400'},";
  EXPECT_EQ(TemplateOfPod("etl-28394400-x7k2p", labels + OwnedBy("Job", "etl-28394400")),
            "jobs/Job/etl");
  EXPECT_EQ(TemplateOfPod("etl-28394410-8m9cd", OwnedBy("Job", "etl-28394410")), "jobs/Job/etl");
  EXPECT_EQ(TemplateOfPod("q-manual-8m9cd", OwnedBy("Job", "etl-manual-1")),
            "jobs/Job/etl-manual-1");
}

TEST(TemplateOf, AJobIsOneAndSoAreThoseWhoseNamesWereGenerated) {
  const struct {
    std::string owner;
    std::string name;
  } rows[] = {
      {"report", "report"},
      {"report-x7k2p", "report"},
      {"report-x7k2p-28394400", "report-x7k2p"},
      {"report-20210801", "report"},
      {"report-2021", "report-2021"},
      {"load-sales", "load-sales"},
      {"load-x7k2", "load-x7k2"},
      {"load-x7k2pp", "load-x7k2pp"},
      {"load-1234567", "load-1234567"},
      {"-28394400", "-28394400"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(TemplateOfPod("p", OwnedBy("Job", row.owner)), "jobs/Job/" + row.name);
  }
}

TEST(TemplateOf, OperatorsGiveTheirKind) {
  EXPECT_EQ(TemplateOfPod("p", OwnedBy("SparkApplication", "pi-1634567890123456789")),
            "jobs/SparkApplication/pi");
}

TEST(TemplateOf, SparkDriversAreKnownByTheirApplication) {
  const auto list = SparkPod("driver_pod_list.json");
  EXPECT_EQ(TemplateOf(list.at("items").as_array().at(0).at("metadata").as_object()),
            "default/spark-driver/pi");
  EXPECT_EQ(TemplateOf(SparkPod("executor_pod.json").at("metadata").as_object()),
            "default/spark-executor/k8sclient");
}

TEST(TemplateOf, APodOfItsOwnIsOneByItsName) {
  EXPECT_EQ(TemplateOfPod("etl-nightly"), "jobs/Pod/etl-nightly");
  EXPECT_EQ(TemplateOfPod("etl-20210801"), "jobs/Pod/etl");
  EXPECT_EQ(TemplateOfPod("etl-x7k2p", "'generateName': 'etl-'"), "jobs/Pod/etl");
  EXPECT_EQ(TemplateOfPod("p", "'ownerReferences': [{'kind': 'Job', 'name': 'x'}, 7]"),
            "jobs/Pod/p")
      << "only what controls it counts";
}

TEST(TemplateOf, ItsOwnersWordComesFirst) {
  EXPECT_EQ(TemplateOfPod("p", "'annotations': {'carbon-kube.io/template': 'daily-28394400'}," +
                                   OwnedBy("Job", "etl-28394400")),
            "jobs/template/daily-28394400");
  EXPECT_EQ(TemplateOfPod("p", "'annotations': {'carbon-kube.io/template': ''}"), "jobs/Pod/p");
}

/// A pod of a CronJob as the API server of Kubernetes 1.36 tells of it after its end.
constexpr const char* kSucceeded = R"({
  'phase': 'Succeeded', 'startTime': '2026-11-24T20:55:57Z',
  'conditions': [
    {'type': 'PodReadyToStartContainers', 'status': 'False',
     'lastTransitionTime': '2026-11-24T22:57:11Z'},
    {'type': 'Ready', 'status': 'False', 'reason': 'PodCompleted',
     'lastTransitionTime': '2026-11-24T22:57:10Z'}],
  'initContainerStatuses': [
    {'name': 'fetch', 'ready': true, 'restartCount': 0, 'state': {'terminated': {
      'exitCode': 0, 'reason': 'Completed', 'startedAt': '2026-11-24T20:56:00Z',
      'finishedAt': '2026-11-24T20:58:00Z'}}},
    {'name': 'proxy', 'ready': false, 'restartCount': 0, 'state': {'terminated': {
      'exitCode': 0, 'reason': 'Completed', 'startedAt': '2026-11-24T20:58:01Z',
      'finishedAt': '2026-11-24T22:57:20Z'}}}],
  'containerStatuses': [
    {'name': 'etl', 'ready': false, 'restartCount': 0, 'state': {'terminated': {
      'exitCode': 0, 'reason': 'Completed', 'startedAt': '2026-11-24T20:58:02Z',
      'finishedAt': '2026-11-24T22:57:09Z'}}},
    {'name': 'log', 'ready': false, 'restartCount': 0, 'state': {'terminated': {
      'exitCode': 0, 'reason': 'Completed', 'startedAt': '2026-11-24T20:58:02Z',
      'finishedAt': '2026-11-24T21:00:00Z'}}}]})";

std::optional<RunTimes> Read(const boost::json::object& status) { return ReadRun(&status); }

RunTimes Between(const std::string& started, const std::string& ended) {
  return {*ParseTime("2026-11-24T" + started + "Z"), *ParseTime("2026-11-24T" + ended + "Z")};
}

TEST(ReadRun, IsFromTheFirstStartOfAContainerToTheLastEnd) {
  EXPECT_EQ(Read(Json(kSucceeded)), Between("20:56:00", "22:57:09"));
}

TEST(ReadRun, CountsFailedAttemptsOfAPodThatSucceeded) {
  auto status = Json(kSucceeded);
  status["containerStatuses"].as_array()[0].as_object()["restartCount"] = 2;
  EXPECT_EQ(Read(status), Between("20:55:57", "22:57:09"));
}

TEST(ReadRun, TakesThePodsTimesWhereContainersTellNone) {
  auto status = Json(kSucceeded);
  status.erase("containerStatuses");
  EXPECT_EQ(Read(status), Between("20:56:00", "22:57:10"));
  status.erase("initContainerStatuses");
  EXPECT_EQ(Read(status), Between("20:55:57", "22:57:10"));
  status.erase("conditions");
  EXPECT_EQ(Read(status), std::nullopt);
}

TEST(ReadRun, OnlyWhatSucceededIsARun) {
  for (const char* phase : {"Failed", "Running", "Pending", "Unknown", ""}) {
    auto status = Json(kSucceeded);
    status["phase"] = phase;
    EXPECT_EQ(Read(status), std::nullopt) << phase;
  }
  EXPECT_EQ(ReadRun(nullptr), std::nullopt);
}

TEST(ReadRun, TimesThatCannotBeAreNone) {
  auto status = Json(kSucceeded);
  auto& ended = status["containerStatuses"].as_array()[0].as_object()["state"];
  ended.as_object()["terminated"].as_object()["finishedAt"] = "2026-11-24T19:00:00Z";
  status["containerStatuses"].as_array().pop_back();
  EXPECT_EQ(Read(status), std::nullopt) << "it ended before it started";
  ended.as_object()["terminated"].as_object()["finishedAt"] = "yesterday";
  EXPECT_EQ(Read(status), Between("20:56:00", "22:57:10"));
}

TEST(ReadRun, IsReadWithThePod) {
  auto pod = PodOf("{}");
  EXPECT_EQ(ReadPod(pod)->run, std::nullopt);
  pod["status"] = Json(kSucceeded);
  EXPECT_EQ(ReadPod(pod)->run, Between("20:56:00", "22:57:09"));
  EXPECT_EQ(ReadPod(pod)->template_name, "default/Pod/job");
}

}  // namespace
}  // namespace carbon::workloads
