// SPDX-License-Identifier: Apache-2.0
#include "setup.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "net/files.h"
#include "workloads/pod.h"

namespace carbon::demo {
namespace {

using std::chrono::hours;

TEST(ReadManifests, ReadsEveryManifestThatIsShipped) {
  for (const char* file : {"rbac.yaml", "gate.yaml"}) {
    const std::string path = std::string(CARBON_SOURCE_DIR) + "/deploy/manifests/" + file;
    const auto text = net::ReadFile(path, size_t{1} << 20);
    ASSERT_TRUE(text) << text.error().message;
    const auto objects = ReadManifests(*text, path);
    ASSERT_TRUE(objects) << objects.error().message;
    EXPECT_GE(objects->size(), 2U);
    for (const auto& object : *objects) {
      EXPECT_TRUE(PathOf(object)) << boost::json::serialize(object);
    }
  }
}

TEST(ReadManifests, TellsTextFromNumbersAndTruth) {
  const auto objects = ReadManifests("a: \"true\"\nb: true\nc: 5\nd: \"5\"\ne: [x]\n", "m.yaml");
  ASSERT_TRUE(objects);
  ASSERT_EQ(objects->size(), 1U);
  EXPECT_EQ(boost::json::serialize(objects->front()),
            R"({"a":"true","b":true,"c":5,"d":"5","e":["x"]})");
}

TEST(ReadManifests, NamesTheFileThatIsNotYaml) {
  const auto objects = ReadManifests("a: [", "m.yaml");
  ASSERT_FALSE(objects);
  EXPECT_TRUE(objects.error().message.starts_with("m.yaml: "));
}

TEST(PathOf, KnowsWhereKindsLiveAndRefusesOthers) {
  EXPECT_EQ(*PathOf({{"kind", "Role"}, {"metadata", {{"name", "r"}, {"namespace", "n"}}}}),
            "/apis/rbac.authorization.k8s.io/v1/namespaces/n/roles/r");
  EXPECT_EQ(*PathOf({{"kind", "Namespace"}, {"metadata", {{"name", "n"}}}}),
            "/api/v1/namespaces/n");
  EXPECT_FALSE(PathOf({{"kind", "Secret"}, {"metadata", {{"name", "n"}}}}));
}

TEST(PodOf, IsAPodThatTheControllerUnderstands) {
  const Time arrival = *ParseTime("2021-08-02T00:00:00Z");
  const DemoJob job{.name = "job-0001",
                    .region = "eu-north-1",
                    .arrival = arrival,
                    .length = hours(2),
                    .cpus = 2,
                    .deadline = arrival + hours(8)};
  const auto pod = workloads::ReadPod(PodOf(job, Duration(10'250)));
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->id(), "carbon-demo/job-0001");
  EXPECT_DOUBLE_EQ(pod->cpu_cores, 2);
  const auto wish = workloads::ReadWish(*pod, arrival, {});
  ASSERT_TRUE(wish) << wish.error().message;
  EXPECT_EQ(wish->length, plan::AtItsWord(hours(2)));
  EXPECT_EQ(wish->latest_start, arrival + hours(6));
}

}  // namespace
}  // namespace carbon::demo
