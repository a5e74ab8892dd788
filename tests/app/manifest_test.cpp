// SPDX-License-Identifier: Apache-2.0
#include "app/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/gzip.h"
#include "support/temp_dir.h"

namespace carbon::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kPod = R"(apiVersion: v1
kind: Pod
metadata:
  name: etl
  namespace: jobs
  labels: {carbon-kube.io/managed: "true"}
  annotations:
    carbon-kube.io/expected-duration: 2h
    carbon-kube.io/deadline: 2021-08-02T18:00:00Z
spec:
  nodeSelector: {topology.kubernetes.io/region: eu-central-1}
  containers:
    - name: main
      resources: {requests: {cpu: 4, memory: 8Gi}}
)";

const std::string kJob = R"(apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
  parallelism: 3
  template:
    metadata:
      annotations: {carbon-kube.io/max-delay: 6h}
    spec:
      restartPolicy: Never
      containers:
        - resources: {limits: {cpu: 500m, memory: 1Gi}, requests: {memory: 1e9}}
)";

std::vector<ManifestPod> Pods(const std::string& text) {
  auto pods = ParseManifest(text, "a.yaml");
  EXPECT_TRUE(pods) << (pods ? "" : pods.error().message);
  return pods ? *std::move(pods) : std::vector<ManifestPod>();
}

std::string ErrorOf(const std::string& text) {
  const auto pods = ParseManifest(text, "a.yaml");
  return pods ? "no error" : pods.error().message;
}

/// 1, `depth` deep.
std::string Nested(const std::string& open, size_t depth, const std::string& shut) {
  std::string text = "1";
  for (size_t i = 0; i < depth; ++i) {
    text.insert(0, open);
    text += shut;
  }
  return text;
}

TEST(Manifest, ReadsAPod) {
  const auto pods = Pods(kPod);
  ASSERT_EQ(pods.size(), 1U);
  const workloads::PodView& pod = pods[0].pod;
  EXPECT_TRUE(pods[0].managed);
  EXPECT_EQ(pod.id(), "jobs/etl");
  EXPECT_EQ(pod.cpu_cores, 4);
  EXPECT_EQ(pod.memory_bytes, 8.0 * (1 << 30));
  EXPECT_EQ(pod.annotations.at("carbon-kube.io/deadline"), "2021-08-02T18:00:00Z");
  EXPECT_EQ(pod.selection.node_selector.at("topology.kubernetes.io/region"), "eu-central-1");
}

TEST(Manifest, ReadsTheTemplateOfAJobAsTheApiServerWouldCompleteIt) {
  const auto pods = Pods(kJob);
  ASSERT_EQ(pods.size(), 1U);
  EXPECT_FALSE(pods[0].managed) << "the template carries no label";
  EXPECT_EQ(pods[0].pod.id(), "default/report");
  EXPECT_EQ(pods[0].pod.cpu_cores, 0.5) << "what is limited is asked for";
  EXPECT_EQ(pods[0].pod.memory_bytes, 1e9) << "what is asked for stays";
  EXPECT_EQ(pods[0].pod.annotations.at("carbon-kube.io/max-delay"), "6h");
}

/// CPUs of a pod with that spec, in flow style.
double CpusOf(const std::string& spec) {
  const auto pods =
      Pods("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {" + spec + "}}\n");
  return pods.at(0).pod.cpu_cores;
}

TEST(Manifest, ReadsNumbersAndLimitsOfThePodAsTheApiServerWould) {
  EXPECT_EQ(CpusOf("containers: [{}], resources: {requests: {cpu: 4}}"), 4);
  EXPECT_EQ(CpusOf("containers: [{}], resources: {limits: {cpu: 3}}"), 3);
  EXPECT_EQ(CpusOf("containers: [{resources: {requests: {cpu: 1}}}], "
                   "resources: {limits: {cpu: 3}}"),
            1)
      << "what containers ask for is what is asked for";
  EXPECT_EQ(CpusOf("containers: [{resources: {requests: {cpu: 1}}}], overhead: {cpu: 3}"), 4);
}

TEST(Manifest, ReadsDocumentsInTheirOrderAndPassesOverEmptyOnes) {
  const auto pods = Pods("# nothing\n---\n" + kPod + "---\n---  # again\n" + kJob + "---\n");
  ASSERT_EQ(pods.size(), 2U);
  EXPECT_EQ(pods[0].pod.name, "etl");
  EXPECT_EQ(pods[1].pod.name, "report");
}

TEST(Manifest, ReadsJsonOneObjectAfterAnotherAndLists) {
  const std::string pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"b-"},
      "spec":{"containers":[{}]}})";
  const auto pods = Pods("  " + pod + "\n" + R"({"apiVersion":"v1","kind":"List","items":[)" + pod +
                         "," + pod + "]}\n");
  ASSERT_EQ(pods.size(), 3U);
  EXPECT_EQ(pods[2].pod.id(), "default/b-");
}

TEST(Manifest, ReadsYamlThatBeginsLikeJson) {
  EXPECT_EQ(
      Pods("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{}]}}\n---\n" +
           kPod)
          .size(),
      2U);
}

TEST(Manifest, WhatExistsKeepsTheTimeOfItsCreation) {
  const auto pods = Pods(
      R"({"apiVersion":"v1","kind":"Pod","metadata":
          {"name":"a","creationTimestamp":"2026-11-24T23:00:00Z"},
          "spec":{"containers":[{}]}})");
  EXPECT_EQ(pods.at(0).pod.created, *ParseTime("2026-11-24T23:00:00Z"));
  EXPECT_EQ(Pods(kPod).at(0).pod.created, Time{});
}

TEST(Manifest, EndsWithOneLineThatSaysWhereAndWhat) {
  const std::vector<std::pair<std::string, const char*>> table = {
      {"", "a.yaml: no Pod and no Job is in it"},
      {"---\n# nothing\n---\n", "a.yaml: no Pod and no Job is in it"},
      {R"({"apiVersion":"v1","kind":"List"})", "a.yaml: no Pod and no Job is in it"},
      {"just text", "a.yaml: document 1: this is no object of Kubernetes: give a Pod (v1) or a"},
      {"[1, 2]", "document 1: this is no object"},
      {"a: 1", "document 1: this is no object"},
      {"apiVersion: apps/v1\nkind: Deployment\n",
       "document 1: a Deployment (apps/v1) cannot be planned: give a Pod (v1) or a Job (batch/v1)"},
      {"apiVersion: batch/v1\nkind: CronJob\n", "a CronJob (batch/v1) cannot be planned"},
      {kPod + "---\napiVersion: v1\nkind: ConfigMap\n", "document 2: a ConfigMap (v1) cannot"},
      {"apiVersion: v1\nkind: Pod\nspec: {containers: [{}]}\n", "document 1: it has no name"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {container: [{}]}\n",
       "document 1: spec.containers: a pod needs one at least"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {carbon-kube.io/managed: true}}\n",
       "a.yaml: document 1: metadata.labels.carbon-kube.io/managed: must be text, not true or "
       "false: put it in quotes"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {carbon-kube.io/x: 6}}\n",
       "metadata.annotations.carbon-kube.io/x: must be text, not a number"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\nb\"}\nspec: {containers: [{}]}\n",
       "metadata.name: 'a?b' is no name: at most 253 of a-z, 0-9, - and ."},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: B}\nspec: {containers: [{}]}\n",
       "metadata.namespace: 'B' is no name"},
      {kPod + "---\na: [\n", "a.yaml:"},
      {"{\"a\": ", "a.yaml:1: not JSON: it ends too early"},
      {"{\"apiVersion\": \"v1\",\n\"kind\": \"Pod\"\n\"metadata\": {}}\n",
       "a.yaml:3: not JSON: syntax error"},
      {R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})"
       "\n{\"a\" 1}",
       "a.yaml:2: not JSON: syntax error"},
      {Nested("{\"a\":", 200, "}"), "a.yaml:1: nests more than 100 deep"},
      {Nested("{a: ", 200, "}"), "a.yaml:1: nests more than 100 deep"},
      {Nested("[", 600, "]") + "\n", "a.yaml:1: nests more than 100 deep"},
      {"{a: 1", "a.yaml:2: not YAML: end of map flow not found"},
      {"a: " + std::string(3 << 20, 'x'), "document 1 is larger than 2097152 bytes"},
      {std::string("\x00\x01\xff", 3), "a.yaml:"},
  };
  for (const auto& [text, why] : table) {
    const std::string error = ErrorOf(text);
    EXPECT_THAT(error, HasSubstr(why)) << text.substr(0, 100);
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
  EXPECT_THAT(ErrorOf(kPod + "---\nb: 1\nb: 2\n"), StartsWith("a.yaml:17: key 'b' stands twice"));
}

TEST(Manifest, NamesTheItemOfAList) {
  const std::string list = R"({"apiVersion":"v1","kind":"List","items":)";
  const std::string pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},
      "spec":{"containers":[{}]}})";
  EXPECT_EQ(ErrorOf(list + "[" + pod + ", 5]}"),
            "a.yaml: document 1: items[1]: this is no object of Kubernetes: give a Pod (v1) or a "
            "Job (batch/v1)");
  EXPECT_EQ(ErrorOf(list + "5}"), "a.yaml: document 1: items: must be a list");
}

TEST(Manifest, WhatNoApiServerTakesIsNotTakenForNotGiven) {
  std::string job = kJob;
  job.replace(job.find("500m"), 4, "4 cores");
  EXPECT_EQ(ErrorOf(kPod + "---\n" + job),
            "a.yaml: document 2: spec.template.spec.containers[0].resources.limits.cpu: '4 cores' "
            "is not a quantity such as 4, 500m or 8Gi");
}

TEST(Manifest, ReadsGzippedFilesAndRefusesHugeOnes) {
  const TempDir folder;
  const auto pods = ReadManifest(folder.Write("a.yaml.gz", Gzip(kPod)));
  ASSERT_TRUE(pods);
  EXPECT_EQ(pods->size(), 1U);
  const std::string huge = folder.Write("huge.yaml", std::string(size_t{100} << 20, '#'));
  EXPECT_EQ(ReadManifest(huge).error(),
            Invalid("cannot read " + huge + ": larger than 16777216 bytes"));
  const std::string packed = folder.Write("huge.gz", Gzip(std::string(size_t{20} << 20, '#')));
  EXPECT_EQ(ReadManifest(packed).error(),
            Invalid("cannot read " + packed + ": larger than 16777216 bytes"));
}

TEST(Manifest, TenThousandDocumentsAreTenThousandPods) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    text += "---\n{apiVersion: v1, kind: Pod, metadata: {name: p" + std::to_string(i) +
            "}, spec: {containers: [{}]}}\n";
  }
  const auto pods = Pods(text);
  ASSERT_EQ(pods.size(), 10'000U);
  EXPECT_EQ(pods.back().pod.id(), "default/p9999");
}

}  // namespace
}  // namespace carbon::app
