// SPDX-License-Identifier: Apache-2.0
#include "app/manifest_shape.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace carbon::app {
namespace {

namespace json = boost::json;

std::string WrongIn(const std::string& pod) {
  const Status status = CheckPodShape(json::parse(pod).as_object());
  return status ? "nothing" : status.error().message;
}

TEST(ManifestShape, WhatAnApiServerTakesIsRight) {
  EXPECT_EQ(WrongIn(R"({"spec":{"containers":[{}]}})"), "nothing");
  EXPECT_EQ(WrongIn(R"({"metadata":null,"spec":{"containers":[{}],"nodeSelector":null}})"),
            "nothing");
  EXPECT_EQ(WrongIn(R"({
      "metadata":{"name":"a","labels":{"x":"1"},"annotations":{}},
      "spec":{"containers":[{"resources":{"requests":{"cpu":4,"memory":"8Gi","x/y":1e9},
                                          "limits":{"cpu":0.5}}}],
              "initContainers":[{"restartPolicy":"Always"}],
              "resources":{"requests":{"cpu":"500m"}},"overhead":{"cpu":"1"},
              "nodeSelector":{"a":"b"},"tolerations":[{"operator":"Exists"}],
              "affinity":{"nodeAffinity":{}}}})"),
            "nothing");
}

TEST(ManifestShape, NamesTheFirstFieldThatIsWrong) {
  const std::vector<std::pair<std::string, const char*>> table = {
      {R"({"metadata":[]})", "metadata: must be an object, not a list"},
      {R"({"metadata":{"name":7}})", "metadata.name: must be text, not a number: put it in quotes"},
      {R"({"metadata":{"labels":{"a":true}}})",
       "metadata.labels.a: must be text, not true or false: put it in quotes"},
      {R"({"metadata":{"annotations":{"a":null}}})",
       "metadata.annotations.a: must be text, not null: put it in quotes"},
      {R"({"spec":5})", "spec: must be an object, not a number"},
      {R"({"spec":{"containers":{}}})", "spec.containers: must be a list, not an object"},
      {R"({"spec":{"containers":[{},"a"]}})", "spec.containers[1]: must be an object, not text"},
      {R"({"spec":{"initContainers":[{"resources":3}]}})",
       "spec.initContainers[0].resources: must be an object, not a number"},
      {R"({"spec":{"containers":[{"resources":{"requests":["4"]}}]}})",
       "spec.containers[0].resources.requests: must be an object, not a list"},
      {R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"4 cores"}}}]}})",
       "spec.containers[0].resources.requests.cpu: '4 cores' is not a quantity such as 4, 500m or "
       "8Gi"},
      {R"({"spec":{"containers":[{"resources":{"limits":{"memory":-1}}}]}})",
       "spec.containers[0].resources.limits.memory: '-1' is not a quantity such as 4, 500m or "
       "8Gi"},
      {R"({"spec":{"overhead":{"cpu":true}}})",
       "spec.overhead.cpu: 'true' is not a quantity such as 4, 500m or 8Gi"},
      {R"({"spec":{"nodeSelector":{"disk":1}}})",
       "spec.nodeSelector.disk: must be text, not a number: put it in quotes"},
      {R"({"spec":{"tolerations":[{"key":1}]}})",
       "spec.tolerations[0].key: must be text, not a number: put it in quotes"},
      {R"({"spec":{"affinity":{"nodeAffinity":"x"}}})",
       "spec.affinity.nodeAffinity: must be an object, not text"},
      {R"({"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
          {"nodeSelectorTerms":5}}}}})",
       "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
       "nodeSelectorTerms: must be a list, not a number"},
      {R"({"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
          {"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","values":["1",2]}]}]}}}}})",
       "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
       "nodeSelectorTerms[0].matchExpressions[0].values[1]: must be text, not a number: put it in "
       "quotes"},
      {R"({"metadata":{"creationTimestamp":"yesterday"}})",
       "metadata.creationTimestamp: 'yesterday' is no time such as 2021-07-01T00:00:00Z"},
      {R"({"spec":{"containers":[null]}})", "spec.containers: a pod needs one at least"},
      {R"({"metadata":5,"spec":5})", "metadata: must be an object, not a number"},
      {"{}", "spec.containers: a pod needs one at least"},
      {R"({"spec":{"containers":null}})", "spec.containers: a pod needs one at least"},
      {R"({"spec":{"containers":[]}})", "spec.containers: a pod needs one at least"},
      {R"({"spec":{"container":[{}],"overhead":7}})",
       "spec.overhead: must be an object, not a number"},
  };
  for (const auto& [pod, why] : table) {
    EXPECT_EQ(WrongIn(pod), why);
  }
}

TEST(ManifestShape, OfAJobItIsTheTemplate) {
  const auto wrong = [](const char* job) {
    return CheckJobShape(json::parse(job).as_object()).error().message;
  };
  EXPECT_EQ(wrong(R"({"spec":{"template":[]}})"), "spec.template: must be an object, not a list");
  EXPECT_EQ(wrong(R"({"spec":{"template":{"spec":5}}})"),
            "spec.template.spec: must be an object, not a number");
  EXPECT_EQ(wrong("{}"), "spec.template: a Job needs one");
  EXPECT_EQ(wrong(R"({"spec":{"template":{}}})"),
            "spec.template.spec.containers: a pod needs one at least");
  EXPECT_TRUE(CheckJobShape(
      json::parse(R"({"spec":{"template":{"spec":{"containers":[{}]}}}})").as_object()));
}

}  // namespace
}  // namespace carbon::app
