// SPDX-License-Identifier: Apache-2.0
#include "workloads/node.h"

#include <gtest/gtest.h>

#include <string>

#include "workloads/json.h"

namespace carbon::workloads {
namespace {

TEST(Node, ReadsWhatDecides) {
  const auto node = ReadNode(Json(R"({
    'metadata': {'name': 'n-1', 'labels': {'topology.kubernetes.io/region': 'eu-north-1',
      'node.kubernetes.io/instance-type': 'm6i.xlarge'}},
    'spec': {'taints': [{'key': 'spot', 'value': 'yes', 'effect': 'NoSchedule'}]},
    'status': {'conditions': [{'type': 'MemoryPressure', 'status': 'False'},
                              {'type': 'Ready', 'status': 'True'}]}})"));
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->name, "n-1");
  EXPECT_EQ(node->region(), "eu-north-1");
  EXPECT_EQ(node->instance_type(), "m6i.xlarge");
  ASSERT_EQ(node->taints.size(), 1U);
  EXPECT_EQ(node->taints[0].key, "spot");
  EXPECT_EQ(node->taints[0].value, "yes");
  EXPECT_EQ(node->taints[0].effect, "NoSchedule");
  EXPECT_TRUE(node->usable);
}

TEST(Node, IsUsableWhereReadyAndNotCordoned) {
  const struct {
    const char* rest;
    bool usable;
  } rows[] = {
      {"'status': {'conditions': [{'type': 'Ready', 'status': 'True'}]}", true},
      {"'status': {'conditions': [{'type': 'Ready', 'status': 'False'}]}", false},
      {"'status': {'conditions': [{'type': 'Ready', 'status': 'Unknown'}]}", false},
      {"'status': {'conditions': []}", false},
      {"'status': {}", false},
      {"'spec': {}", false},
      {"'spec': {'unschedulable': true}, 'status': {'conditions': [{'type': 'Ready', 'status': "
       "'True'}]}",
       false},
      {"'spec': {'unschedulable': false}, 'status': {'conditions': [{'type': 'Ready', 'status': "
       "'True'}]}",
       true},
  };
  for (const auto& row : rows) {
    const auto node = ReadNode(Json("{'metadata': {'name': 'n'}, " + std::string(row.rest) + "}"));
    ASSERT_TRUE(node.has_value()) << row.rest;
    EXPECT_EQ(node->usable, row.usable) << row.rest;
  }
}

TEST(Node, HasNoRegionOrTypeWithoutTheLabel) {
  const auto node = ReadNode(Json("{'metadata': {'name': 'n'}}"));
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->region(), "");
  EXPECT_EQ(node->instance_type(), "");
}

TEST(Node, WithoutANameIsNone) {
  for (const char* object : {"{}", "{'metadata': {}}", "{'metadata': {'name': 7}}",
                             "{'metadata': null}", "{'metadata': {'name': ''}}"}) {
    EXPECT_FALSE(ReadNode(Json(object)).has_value()) << object;
  }
}

}  // namespace
}  // namespace carbon::workloads
