// SPDX-License-Identifier: Apache-2.0
#include "workloads/selection.h"

#include <gtest/gtest.h>

#include <string>

#include "workloads/json.h"

namespace carbon::workloads {
namespace {

const std::string kName = "node-1";
const Labels kLabels = {{"zone", "a"}, {"cores", "8"}, {"metadata.name", "a label"}};

/// `terms`: what stands between the brackets of nodeSelectorTerms.
Selection WithTerms(const std::string& terms) {
  return ReadSelection(
      Json("{'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution':"
           " {'nodeSelectorTerms': [" +
           terms + "]}}}}"));
}

Selection Tolerating(const std::string& tolerations) {
  return ReadSelection(Json("{'tolerations': [" + tolerations + "]}"));
}

TEST(Selection, WithoutConstraintsAcceptsEveryNodeWithoutTaints) {
  EXPECT_TRUE(Accepts(ReadSelection({}), kName, {}, {}));
  EXPECT_TRUE(Accepts(ReadSelection({}), kName, kLabels, {}));
  EXPECT_FALSE(Accepts(ReadSelection({}), kName, kLabels, {{"a", "b", "NoSchedule"}}));
}

TEST(Selection, NodeSelectorWantsEveryLabel) {
  EXPECT_TRUE(Accepts(ReadSelection(Json("{'nodeSelector': {'zone': 'a', 'cores': '8'}}")), kName,
                      kLabels, {}));
  EXPECT_FALSE(Accepts(ReadSelection(Json("{'nodeSelector': {'zone': 'a', 'cores': '4'}}")), kName,
                       kLabels, {}));
  EXPECT_FALSE(
      Accepts(ReadSelection(Json("{'nodeSelector': {'absent': ''}}")), kName, kLabels, {}));
}

TEST(Selection, ExpressionsMeanWhatTheyMeanToTheScheduler) {
  const struct {
    const char* expression;
    bool accepts;
  } rows[] = {
      {"{'key': 'zone', 'operator': 'In', 'values': ['b', 'a']}", true},
      {"{'key': 'zone', 'operator': 'In', 'values': ['b']}", false},
      {"{'key': 'zone', 'operator': 'In', 'values': []}", false},
      {"{'key': 'absent', 'operator': 'In', 'values': ['a']}", false},
      {"{'key': 'absent', 'operator': 'In', 'values': ['absent']}", false},
      {"{'key': 'zone', 'operator': 'NotIn', 'values': ['b']}", true},
      {"{'key': 'zone', 'operator': 'NotIn', 'values': ['b', 'a']}", false},
      {"{'key': 'absent', 'operator': 'NotIn', 'values': ['a']}", true},
      {"{'key': 'zone', 'operator': 'Exists'}", true},
      {"{'key': 'absent', 'operator': 'Exists'}", false},
      {"{'key': 'zone', 'operator': 'DoesNotExist'}", false},
      {"{'key': 'absent', 'operator': 'DoesNotExist'}", true},
      {"{'key': 'cores', 'operator': 'Gt', 'values': ['7']}", true},
      {"{'key': 'cores', 'operator': 'Gt', 'values': ['8']}", false},
      {"{'key': 'cores', 'operator': 'Gt', 'values': ['10']}", false},
      {"{'key': 'cores', 'operator': 'Lt', 'values': ['9']}", true},
      {"{'key': 'cores', 'operator': 'Lt', 'values': ['8']}", false},
      {"{'key': 'cores', 'operator': 'Lt', 'values': ['10']}", true},
      {"{'key': 'cores', 'operator': 'Gt', 'values': []}", false},
      {"{'key': 'cores', 'operator': 'Gt', 'values': ['1', '2']}", false},
      {"{'key': 'cores', 'operator': 'Gt', 'values': ['1.5']}", false},
      {"{'key': 'zone', 'operator': 'Lt', 'values': ['9']}", false},
      {"{'key': 'absent', 'operator': 'Lt', 'values': ['9']}", false},
      {"{'key': 'cores', 'operator': 'Le', 'values': ['9']}", false},
      {"{'key': 'cores', 'values': ['9']}", false},
      {"{'key': 'metadata.name', 'operator': 'In', 'values': ['a label']}", true},
      {"{'key': 'metadata.name', 'operator': 'In', 'values': ['node-1']}", false},
  };
  for (const auto& row : rows) {
    const Selection selection =
        WithTerms("{'matchExpressions': [" + std::string(row.expression) + "]}");
    EXPECT_EQ(Accepts(selection, kName, kLabels, {}), row.accepts) << row.expression;
  }
}

TEST(Selection, FieldsAreAboutTheNodesName) {
  const struct {
    const char* expression;
    bool accepts;
  } rows[] = {
      {"{'key': 'metadata.name', 'operator': 'In', 'values': ['node-1']}", true},
      {"{'key': 'metadata.name', 'operator': 'In', 'values': ['node-2']}", false},
      {"{'key': 'metadata.name', 'operator': 'NotIn', 'values': ['node-2']}", true},
      {"{'key': 'metadata.name', 'operator': 'NotIn', 'values': ['node-1']}", false},
      {"{'key': 'metadata.name', 'operator': 'Exists'}", false},
      {"{'key': 'metadata.uid', 'operator': 'NotIn', 'values': ['x']}", false},
      {"{'key': 'zone', 'operator': 'In', 'values': ['a']}", false},
  };
  for (const auto& row : rows) {
    const Selection selection = WithTerms("{'matchFields': [" + std::string(row.expression) + "]}");
    EXPECT_EQ(Accepts(selection, kName, kLabels, {}), row.accepts) << row.expression;
  }
}

TEST(Selection, TermsAreOredAndTheirRequirementsAnded) {
  const std::string yes = "{'key': 'zone', 'operator': 'Exists'}";
  const std::string no = "{'key': 'zone', 'operator': 'DoesNotExist'}";
  const auto accepts = [](const std::string& terms) {
    return Accepts(WithTerms(terms), kName, kLabels, {});
  };
  EXPECT_TRUE(accepts("{'matchExpressions': [" + yes + "," + yes + "]}"));
  EXPECT_FALSE(accepts("{'matchExpressions': [" + yes + "," + no + "]}"));
  EXPECT_TRUE(accepts("{'matchExpressions': [" + no + "]}, {'matchExpressions': [" + yes + "]}"));
  EXPECT_FALSE(accepts("{'matchExpressions': [" + no + "]}, {'matchExpressions': [" + no + "]}"));
  EXPECT_FALSE(accepts("{'matchExpressions': [" + yes +
                       "], 'matchFields': [{'key': 'metadata.name', 'operator': 'In',"
                       " 'values': ['other']}]}"));
}

TEST(Selection, AnEmptyTermMatchesNothing) {
  EXPECT_FALSE(Accepts(WithTerms("{}"), kName, kLabels, {}));
  EXPECT_FALSE(
      Accepts(WithTerms("{'matchExpressions': [], 'matchFields': []}"), kName, kLabels, {}));
  EXPECT_TRUE(
      Accepts(WithTerms("{}, {'matchExpressions': [{'key': 'zone', 'operator': 'Exists'}]}"), kName,
              kLabels, {}));
}

TEST(Selection, ATaintRepelsUnlessTolerated) {
  const Taint spot{"spot", "yes", "NoSchedule"};
  const struct {
    const char* tolerations;
    Taint taint;
    bool accepts;
  } rows[] = {
      {"", spot, false},
      {"", {"spot", "yes", "NoExecute"}, false},
      {"", {"spot", "yes", "PreferNoSchedule"}, true},
      {"{'key': 'spot', 'operator': 'Equal', 'value': 'yes'}", spot, true},
      {"{'key': 'spot', 'value': 'yes'}", spot, true},
      {"{'key': 'spot', 'value': 'no'}", spot, false},
      {"{'key': 'spot'}", spot, false},
      {"{'key': 'spot'}", {"spot", "", "NoSchedule"}, true},
      {"{'key': 'spot', 'operator': 'Exists'}", spot, true},
      {"{'key': 'gpu', 'operator': 'Exists'}", spot, false},
      {"{'operator': 'Exists'}", spot, true},
      {"{'operator': 'Exists', 'effect': 'NoSchedule'}", spot, true},
      {"{'operator': 'Exists', 'effect': 'NoExecute'}", spot, false},
      {"{'key': 'spot', 'operator': 'Exists', 'effect': 'NoExecute'}", spot, false},
      {"{'key': 'spot', 'operator': 'Exists', 'effect': 'NoSchedule'}", spot, true},
      {"{'key': 'n', 'operator': 'Gt', 'value': '1'}", {"n", "2", "NoSchedule"}, false},
      {"{'key': 'n', 'operator': 'Gt', 'value': '1'}", {"n", "1", "NoSchedule"}, false},
      {"{'key': 'gpu', 'operator': 'Exists'}, {'operator': 'Exists'}", spot, true},
      {"{}", spot, false},
      {"'spot', null", spot, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Accepts(Tolerating(row.tolerations), kName, kLabels, {row.taint}), row.accepts)
        << row.tolerations << " against " << row.taint.value << ":" << row.taint.effect;
  }
}

TEST(Selection, EveryTaintMustBeTolerated) {
  const Selection selection = Tolerating("{'key': 'a', 'operator': 'Exists'}");
  EXPECT_TRUE(Accepts(selection, kName, {}, {{"a", "", "NoSchedule"}, {"a", "", "NoExecute"}}));
  EXPECT_FALSE(Accepts(selection, kName, {}, {{"a", "", "NoSchedule"}, {"b", "", "NoSchedule"}}));
}

TEST(Selection, EqualSelectionsHaveEqualKeys) {
  EXPECT_EQ(ReadSelection(Json("{'nodeSelector': {'a': '1', 'b': '2'}}")).key,
            ReadSelection(Json("{'nodeSelector': {'b': '2', 'a': '1'}, 'containers': []}")).key);
  EXPECT_EQ(Tolerating("{'key': 'a', 'effect': 'NoExecute', 'tolerationSeconds': 300}").key,
            Tolerating("{'effect': 'NoExecute', 'operator': 'Equal', 'key': 'a'}").key);
  EXPECT_EQ(
      WithTerms("{'matchExpressions': [{'key': 'a', 'operator': 'Exists'}]}").key,
      WithTerms("{'matchExpressions': [{'operator': 'Exists', 'key': 'a', 'values': []}]}").key);
}

TEST(Selection, DifferentSelectionsHaveDifferentKeys) {
  const std::vector<Selection> all = {
      ReadSelection({}),
      ReadSelection(Json("{'nodeSelector': {'a': '1'}}")),
      ReadSelection(Json("{'nodeSelector': {'a': '2'}}")),
      ReadSelection(Json("{'nodeSelector': {'a': '1;b=2'}}")),
      ReadSelection(Json("{'nodeSelector': {'a': '1', 'b': '2'}}")),
      WithTerms("{}"),
      WithTerms("{}, {}"),
      Tolerating("{}"),
      Tolerating("{'operator': 'Exists'}"),
      WithTerms("{'matchExpressions': [{'key': 'metadata.name', 'operator': 'In'}]}"),
      WithTerms("{'matchFields': [{'key': 'metadata.name', 'operator': 'In'}]}"),
      WithTerms("{'matchFields': [{'key': 'metadata.name', 'operator': 'In', 'values': ['a,b']}]}"),
      WithTerms(
          "{'matchFields': [{'key': 'metadata.name', 'operator': 'In', 'values': ['a', 'b']}]}"),
  };
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      EXPECT_NE(all[i].key, all[k].key) << i << " and " << k;
    }
  }
}

TEST(Selection, PartsOfAnotherShapeCountAsAbsent) {
  for (const char* spec :
       {"{'nodeSelector': [], 'affinity': 1, 'tolerations': {}}",
        "{'nodeSelector': {'a': 1}, 'affinity': {'nodeAffinity': []}, 'tolerations': [1, null]}",
        "{'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution':"
        " {'nodeSelectorTerms': [7]}}}}"}) {
    EXPECT_EQ(ReadSelection(Json(spec)).key, ReadSelection({}).key) << spec;
  }
}

}  // namespace
}  // namespace carbon::workloads
