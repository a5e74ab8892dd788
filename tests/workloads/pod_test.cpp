// SPDX-License-Identifier: Apache-2.0
#include "workloads/pod.h"

#include <gtest/gtest.h>

#include <string>

#include "workloads/json.h"

namespace carbon::workloads {
namespace {

PodView Read(const boost::json::object& object) {
  const auto pod = ReadPod(object);
  EXPECT_TRUE(pod.has_value());
  return pod.value_or(PodView{});
}

TEST(Pod, ReadsItsOwnFields) {
  boost::json::object object = PodOf(R"({'nodeName': 'n-1', 'affinity': {'podAffinity': {}},
    'schedulingGates': [{'name': 'other/gate'}, {'name': 'carbon-kube.io/window'}],
    'nodeSelector': {'a': 'b'}})");
  object["metadata"].as_object()["annotations"] =
      Json("{'carbon-kube.io/deadline': 'x', 'other': 'y', 'carbon-kube.iox': 'z'}");
  object["status"] = Json("{'phase': 'Pending'}");
  const PodView pod = Read(object);
  EXPECT_EQ(pod.ns, "default");
  EXPECT_EQ(pod.name, "job");
  EXPECT_EQ(pod.id(), "default/job");
  EXPECT_EQ(pod.uid, "u-1");
  EXPECT_EQ(pod.resource_version, "7");
  EXPECT_EQ(pod.created, *ParseTime("2021-07-01T00:00:00Z"));
  EXPECT_EQ(pod.annotations, (Labels{{"carbon-kube.io/deadline", "x"}}));
  EXPECT_EQ(pod.gates, (std::vector<std::string>{"other/gate", "carbon-kube.io/window"}));
  EXPECT_EQ(pod.selection.node_selector, (Labels{{"a", "b"}}));
  EXPECT_EQ(pod.affinity, Json("{'podAffinity': {}}"));
  EXPECT_EQ(pod.phase, "Pending");
  EXPECT_EQ(pod.node, "n-1");
  EXPECT_FALSE(pod.deleting);
  EXPECT_TRUE(pod.held());
}

TEST(Pod, IsHeldByItsGateUntilItIsDeleted) {
  EXPECT_FALSE(Read(PodOf("{}")).held());
  EXPECT_FALSE(Read(PodOf("{'schedulingGates': [{'name': 'other/gate'}]}")).held());
  boost::json::object object = PodOf("{'schedulingGates': [{'name': 'carbon-kube.io/window'}]}");
  EXPECT_TRUE(Read(object).held());
  object["metadata"].as_object()["deletionTimestamp"] = "2021-07-01T00:00:00Z";
  EXPECT_TRUE(Read(object).deleting);
  EXPECT_FALSE(Read(object).held());
}

TEST(Pod, WithoutNameOrNamespaceIsNone) {
  for (const char* object :
       {"{}", "{'metadata': 1}", "{'metadata': {'name': 'a'}}", "{'metadata': {'namespace': 'a'}}",
        "{'metadata': {'namespace': 'a', 'generateName': 'b-'}}"}) {
    EXPECT_FALSE(ReadPod(Json(object)).has_value()) << object;
  }
}

TEST(Pod, PartsOfAnotherShapeCountAsAbsent) {
  const PodView pod = Read(Json(R"({
    'metadata': {'namespace': 'a', 'name': 'b', 'uid': 1, 'annotations': [], 'labels': 0,
                 'creationTimestamp': null, 'deletionTimestamp': null},
    'spec': {'containers': {}, 'initContainers': [1, [], null, {'resources': []}],
             'schedulingGates': ['carbon-kube.io/window', {'name': {}}], 'affinity': [],
             'overhead': {'cpu': -1}, 'resources': 'many'},
    'status': []})"));
  EXPECT_EQ(pod.created, Time{});
  EXPECT_FALSE(pod.held());
  EXPECT_FALSE(pod.deleting);
  EXPECT_TRUE(pod.affinity.is_null());
  EXPECT_EQ(pod.cpu_cores, 0);
  EXPECT_TRUE(Read(Json("{'metadata': {'namespace': 'a', 'name': 'b'}, 'spec': 4}")).gates.empty());
}

struct RequestsRow {
  const char* what;
  const char* spec;
  double cpu;
  double memory;
};

TEST(Pod, RequestsAreCountedAsTheSchedulerCounts) {
  const RequestsRow rows[] = {
      {"none", "{'containers': [{'name': 'a'}]}", 0, 0},
      {"one", "{'containers': [{'resources': {'requests': {'cpu': '250m', 'memory': '1Ki'}}}]}",
       0.25, 1024},
      {"limits are no requests", "{'containers': [{'resources': {'limits': {'cpu': '2'}}}]}", 0, 0},
      {"containers add up",
       "{'containers': [{'resources': {'requests': {'cpu': '1'}}}, {}, "
       "{'resources': {'requests': {'cpu': '500m', 'memory': '1k'}}}]}",
       1.5, 1000},
      {"the largest init container counts where it is larger, each resource for itself",
       "{'initContainers': [{'resources': {'requests': {'cpu': '3', 'memory': '1k'}}},"
       " {'resources': {'requests': {'cpu': '2'}}}],"
       " 'containers': [{'resources': {'requests': {'cpu': '1', 'memory': '2k'}}}]}",
       3, 2000},
      {"a sidecar runs beside the containers",
       "{'initContainers': [{'restartPolicy': 'Always', 'resources': {'requests': {'cpu': '1'}}}],"
       " 'containers': [{'resources': {'requests': {'cpu': '2'}}}]}",
       3, 0},
      {"an init container runs beside the sidecars before it",
       "{'initContainers': [{'restartPolicy': 'Always', 'resources': {'requests': {'cpu': '1'}}},"
       " {'resources': {'requests': {'cpu': '5'}}},"
       " {'restartPolicy': 'Always', 'resources': {'requests': {'cpu': '2'}}}],"
       " 'containers': [{'resources': {'requests': {'cpu': '1'}}}]}",
       6, 0},
      {"a sidecar after it does not count with an init container",
       "{'initContainers': [{'resources': {'requests': {'cpu': '5'}}},"
       " {'restartPolicy': 'Always', 'resources': {'requests': {'cpu': '2'}}}],"
       " 'containers': [{'resources': {'requests': {'cpu': '1'}}}]}",
       5, 0},
      {"overhead comes on top",
       "{'overhead': {'cpu': '250m', 'memory': '1k'},"
       " 'containers': [{'resources': {'requests': {'cpu': '1'}}}]}",
       1.25, 1000},
      {"a pod-level request wins, below the overhead and each resource for itself",
       "{'overhead': {'cpu': '1'}, 'resources': {'requests': {'cpu': '4'}},"
       " 'initContainers': [{'resources': {'requests': {'cpu': '9'}}}],"
       " 'containers': [{'resources': {'requests': {'cpu': '1', 'memory': '2k'}}}]}",
       5, 2000},
      {"a pod-level request of none wins too",
       "{'resources': {'requests': {'cpu': '0'}},"
       " 'containers': [{'resources': {'requests': {'cpu': '1'}}}]}",
       0, 0},
      {"pod-level limits are no requests",
       "{'resources': {'limits': {'cpu': '4'}},"
       " 'containers': [{'resources': {'requests': {'cpu': '1'}}}]}",
       1, 0},
      {"what Katalyst calls reclaimed is CPU, in thousandths, and memory",
       "{'containers': [{'resources': {'requests':"
       " {'resource.katalyst.kubewharf.io/reclaimed_millicpu': '2k',"
       "  'resource.katalyst.kubewharf.io/reclaimed_memory': '1Ki'}}}]}",
       2, 1024},
      {"reclaimed resources count like others, and beside them",
       "{'initContainers': [{'restartPolicy': 'Always', 'resources': {'requests': {'cpu': "
       "'250m'}}},"
       " {'resources': {'requests': {'resource.katalyst.kubewharf.io/reclaimed_millicpu': '500',"
       "  'resource.katalyst.kubewharf.io/reclaimed_memory': '3k'}}}],"
       " 'overhead': {'memory': '1k'}, 'containers': [{'resources': {'requests':"
       " {'resource.katalyst.kubewharf.io/reclaimed_millicpu': '1500'}}}]}",
       1.75, 4000},
      {"what is no quantity is none",
       "{'containers': [{'resources': {'requests': {'cpu': 'lots', 'memory': '-1'}}}]}", 0, 0},
  };
  for (const RequestsRow& row : rows) {
    const PodView pod = Read(PodOf(row.spec));
    EXPECT_DOUBLE_EQ(pod.cpu_cores, row.cpu) << row.what;
    EXPECT_DOUBLE_EQ(pod.memory_bytes, row.memory) << row.what;
  }
}

TEST(Pod, WithoutACpuRequestGetsTheDefaultCores) {
  const PodView silent = Read(PodOf("{'containers': [{}]}"));
  EXPECT_FALSE(silent.AsksForCpu());
  EXPECT_EQ(RequestOf(silent, {}).cpu_cores, 1);
  EXPECT_EQ(RequestOf(silent, {.cpu_cores = 3}).cpu_cores, 3);
  EXPECT_EQ(RequestOf(silent, {}).memory_gb, 0);

  const PodView memory_only =
      Read(PodOf("{'containers': [{'resources': {'requests': {'memory': '2G'}}}]}"));
  EXPECT_EQ(RequestOf(memory_only, {}).cpu_cores, 1);
  EXPECT_EQ(RequestOf(memory_only, {}).memory_gb, 2);

  const PodView small = Read(PodOf("{'containers': [{'resources': {'requests': {'cpu': '1m'}}}]}"));
  EXPECT_TRUE(small.AsksForCpu());
  EXPECT_EQ(RequestOf(small, {}).cpu_cores, 0.001);
}

TEST(Pod, ReadsWhatSparkAsksFor) {
  const auto list = SparkPod("driver_pod_list.json");
  const PodView driver = Read(list.at("items").as_array().at(0).as_object());
  EXPECT_EQ(driver.id(), "default/pi-326a7ea20f57f5a9-driver");
  EXPECT_EQ(driver.uid, "f9ac4414-1ac6-4766-8c6d-4100c97ed4cf");
  EXPECT_EQ(driver.created, *ParseTime("2026-11-24T20:55:57Z"));
  EXPECT_EQ(driver.cpu_cores, 1);
  EXPECT_EQ(driver.memory_bytes, 1408.0 * 1024 * 1024);
  EXPECT_EQ(driver.phase, "Pending");
  EXPECT_FALSE(driver.held());

  const PodView executor = Read(SparkPod("executor_pod.json"));
  EXPECT_EQ(executor.cpu_cores, 2);
  EXPECT_EQ(executor.memory_bytes, 984.0 * 1024 * 1024);
  EXPECT_EQ(executor.selection.key, driver.selection.key);
  EXPECT_FALSE(Accepts(executor.selection, "n", {}, {{"spot", "", "NoSchedule"}}));
  EXPECT_TRUE(
      Accepts(executor.selection, "n", {}, {{"node.kubernetes.io/unreachable", "", "NoExecute"}}));
}

}  // namespace
}  // namespace carbon::workloads
