// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "workloads/json.h"
#include "workloads/pod.h"

namespace carbon::workloads {
namespace {

namespace json = boost::json;

/// RFC 7386, section 2, word for word.
json::value MergePatch(json::value target, const json::value& patch) {
  if (!patch.is_object()) {
    return patch;
  }
  if (!target.is_object()) {
    target = json::object();
  }
  json::object& members = target.as_object();
  for (const auto& [key, value] : patch.as_object()) {
    if (value.is_null()) {
      members.erase(key);
    } else {
      members[key] = MergePatch(members.contains(key) ? members.at(key) : json::value(), value);
    }
  }
  return target;
}

plan::Decision For(const std::string& region) {
  plan::Decision decision{.job = "default/job",
                          .action = plan::Decision::Action::release,
                          .region = region,
                          .start = *ParseTime("2021-07-01T00:00:00Z"),
                          .reason = {}};
  decision.reason.cause = plan::Cause::cleanest_now;
  decision.reason.note = "\"quoted\" / ~ \\";
  return decision;
}

json::object Held(const std::string& rest = "") {
  return PodOf("{'schedulingGates': [{'name': 'carbon-kube.io/window'}]" + rest + "}");
}

json::object Released(const json::object& pod, const std::string& region) {
  return MergePatch(pod, ReleasePatch(*ReadPod(pod), For(region))).as_object();
}

const std::string kTerm =
    "{'weight': 100, 'preference': {'matchExpressions': [{'key': 'topology.kubernetes.io/region',"
    " 'operator': 'In', 'values': ['eu-north-1']}]}}";
const std::string kOther =
    "{'weight': 10, 'preference': {'matchExpressions': [{'key': 'x', 'operator': 'Exists'}]}}";
const std::string kPreferred = "'preferredDuringSchedulingIgnoredDuringExecution': ";
const std::string kRequired =
    "'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [{'matchExpressions':"
    " [{'key': 'y', 'operator': 'Exists'}]}]}";

TEST(ReleasePatch, PrefersTheRegionBesideWhateverAffinityThePodHas) {
  const std::string pod_affinity = "'podAffinity': {" + kPreferred + "[{'weight': 1}]}";
  const struct {
    std::string before;
    std::string after;
  } rows[] = {
      {"", "{'nodeAffinity': {" + kPreferred + "[" + kTerm + "]}}"},
      {"{}", "{'nodeAffinity': {" + kPreferred + "[" + kTerm + "]}}"},
      {"{'nodeAffinity': {}}", "{'nodeAffinity': {" + kPreferred + "[" + kTerm + "]}}"},
      {"{" + pod_affinity + "}",
       "{" + pod_affinity + ", 'nodeAffinity': {" + kPreferred + "[" + kTerm + "]}}"},
      {"{'nodeAffinity': {" + kRequired + "}}",
       "{'nodeAffinity': {" + kRequired + ", " + kPreferred + "[" + kTerm + "]}}"},
      {"{'nodeAffinity': {" + kPreferred + "[]}}",
       "{'nodeAffinity': {" + kPreferred + "[" + kTerm + "]}}"},
      {"{" + pod_affinity + ", 'nodeAffinity': {" + kRequired + ", " + kPreferred + "[" + kOther +
           "]}}",
       "{" + pod_affinity + ", 'nodeAffinity': {" + kRequired + ", " + kPreferred + "[" + kOther +
           ", " + kTerm + "]}}"},
  };
  for (const auto& row : rows) {
    const json::object pod = Held(row.before.empty() ? "" : ", 'affinity': " + row.before);
    EXPECT_EQ(Released(pod, "eu-north-1").at("spec").at("affinity"), Json(row.after)) << row.before;
  }
}

TEST(ReleasePatch, WithoutARegionLeavesTheAffinityAlone) {
  EXPECT_FALSE(Released(Held(), "").at("spec").as_object().contains("affinity"));
  const json::object pod = Held(", 'affinity': {'podAffinity': {}}");
  EXPECT_EQ(Released(pod, "").at("spec").at("affinity"), Json("{'podAffinity': {}}"));
}

TEST(ReleasePatch, RemovesItsOwnGateOnly) {
  const struct {
    const char* before;
    const char* after;
  } rows[] = {
      {"[{'name': 'carbon-kube.io/window'}]", "[]"},
      {"[{'name': 'a/a'}, {'name': 'carbon-kube.io/window'}]", "[{'name': 'a/a'}]"},
      {"[{'name': 'carbon-kube.io/window'}, {'name': 'a/a'}]", "[{'name': 'a/a'}]"},
      {"[{'name': 'a/a'}, {'name': 'carbon-kube.io/window'}, {'name': 'b/b'}]",
       "[{'name': 'a/a'}, {'name': 'b/b'}]"},
  };
  for (const auto& row : rows) {
    const json::object pod = PodOf("{'schedulingGates': " + std::string(row.before) + "}");
    const json::object after = Released(pod, "eu-north-1");
    EXPECT_EQ(after.at("spec").at("schedulingGates"),
              Json("{'gates': " + std::string(row.after) + "}").at("gates"))
        << row.before;
    EXPECT_FALSE(ReadPod(after)->held()) << row.before;
  }
}

TEST(ReleasePatch, StoresThePlanBesideOtherAnnotations) {
  for (const char* annotations : {"", "{}", "{'a': 'b', 'carbon-kube.io/max-delay': '1h'}"}) {
    json::object pod = Held();
    if (*annotations != '\0') {
      pod["metadata"].as_object()["annotations"] = Json(annotations);
    }
    json::object want = Json(*annotations == '\0' ? "{}" : annotations);
    want["carbon-kube.io/plan"] = plan::ToJson(For("").reason);
    EXPECT_EQ(Released(pod, "eu-north-1").at("metadata").at("annotations"), want) << annotations;
  }
}

TEST(ReleasePatch, ChangesNothingElse) {
  json::object pod =
      Held(", 'containers': [{'name': 'a'}], 'tolerations': [{'operator': 'Exists'}]");
  pod["status"] = Json("{'phase': 'Pending'}");
  json::object after = Released(pod, "eu-north-1");
  after["spec"].as_object().erase("affinity");
  after["spec"].as_object()["schedulingGates"] = pod.at("spec").at("schedulingGates");
  after["metadata"].as_object().erase("annotations");
  EXPECT_EQ(after, pod);
}

TEST(Patches, AreForThePodAsItWasReadOnly) {
  const PodView pod = *ReadPod(Held());
  for (const json::value& patch : {ReleasePatch(pod, For("eu-north-1")), PlanPatch(pod, For(""))}) {
    EXPECT_EQ(patch.at("metadata").at("uid"), "u-1");
    EXPECT_EQ(patch.at("metadata").at("resourceVersion"), "7");
  }
}

TEST(PlanPatch, StoresThePlanAndNothingElse) {
  json::object pod = Held();
  pod["metadata"].as_object()["annotations"] = Json("{'a': 'b', 'carbon-kube.io/plan': 'old'}");
  const plan::Decision decision = For("eu-north-1");
  const json::object after = MergePatch(pod, PlanPatch(*ReadPod(pod), decision)).as_object();
  pod["metadata"].as_object()["annotations"].as_object()["carbon-kube.io/plan"] =
      plan::ToJson(decision.reason);
  EXPECT_EQ(after, pod);
  EXPECT_EQ(*plan::ReasonFromJson(ReadPod(after)->annotations.at("carbon-kube.io/plan")),
            decision.reason);
}

}  // namespace
}  // namespace carbon::workloads
