# SPDX-License-Identifier: Apache-2.0
"""A kube-scheduler 1.24, on which Katalyst's is built, as deploy/katalyst configures it.

Katalyst's own scheduler cannot be built here: docs/tasks/katalyst.md says why. Its API version of
the configuration, its names and its pods are what is tried.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from carbon_scores import Scores, publish_as_of_now
from cluster import Cluster
from extender import running_extender
from harness import REPOSITORY, Child, make_namespace, pod_object
from second_scheduler import (
    CARBON_SCHEDULER_1_24,
    CHI_SQUARE,
    CLEANEST,
    REGIONS,
    SecondScheduler,
    await_placed,
    chi_square,
    metrics,
    run_pods,
)

MANIFESTS = REPOSITORY / "deploy" / "katalyst"
NAMESPACE = "katalyst-system"
SCHEDULER = "katalyst-scheduler"
PODS = 60

QOS_LEVEL = "katalyst.kubewharf.io/qos_level"
RECLAIMED_CPU = "resource.katalyst.kubewharf.io/reclaimed_millicpu"
RECLAIMED_MEMORY = "resource.katalyst.kubewharf.io/reclaimed_memory"

# Two places: one has the CPUs that draw less (1.2 W a core, the other's 3.7 W), the other has the
# grid that emits less. What needs cores belongs in the first, what needs memory in the second.
THRIFTY = "thrifty-cpus"
CLEAN = "clean-grid"
PLACES = {THRIFTY: ("m6a.4xlarge", "DE", 175.0), CLEAN: ("c4.4xlarge", "SE", 100.0)}
ALL_REGIONS = REGIONS | {region: zone for region, (_, zone, _) in PLACES.items()}
INTENSITIES = {zone: intensity for _, zone, intensity in PLACES.values()}


@dataclass(frozen=True)
class Class:
    """Some pods, what they ask for, and the place where they are expected to emit least."""

    name: str
    qos_level: str
    requests: dict[str, str]
    place: str


CLASSES = (
    Class("shared-cores", "shared_cores", {"cpu": "2", "memory": "256Mi"}, THRIFTY),
    Class("shared-memory", "shared_cores", {"cpu": "50m", "memory": "8Gi"}, CLEAN),
    Class("dedicated-cores", "dedicated_cores", {"cpu": "2", "memory": "256Mi"}, THRIFTY),
    Class("dedicated-memory", "dedicated_cores", {"cpu": "50m", "memory": "8Gi"}, CLEAN),
    # If its cores did not count, this one would be taken for a single core, and belong elsewhere.
    Class(
        "reclaimed-cores",
        "reclaimed_cores",
        {RECLAIMED_CPU: "8k", RECLAIMED_MEMORY: "8Gi"},
        THRIFTY,
    ),
    # If its memory did not, this one would.
    Class(
        "reclaimed-memory", "reclaimed_cores", {RECLAIMED_CPU: "50", RECLAIMED_MEMORY: "8Gi"}, CLEAN
    ),
)
PODS_OF_A_CLASS = 4


def place_node(region: str, instance_type: str) -> dict[str, Any]:
    name = f"{region}-0001"
    room = {"cpu": "64", "memory": "512Gi", "pods": "110"}
    room |= {RECLAIMED_CPU: "64k", RECLAIMED_MEMORY: "512Gi"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "node.kubernetes.io/instance-type": instance_type,
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": f"{region}-a",
                "type": "katalyst",
            },
        },
        "status": {"allocatable": room, "capacity": room},
    }


def qos_pod(namespace: str, kind: Class, number: int) -> dict[str, Any]:
    pod = pod_object(namespace, f"{kind.name}-{number}", region=None, managed=False)
    pod["metadata"]["annotations"][QOS_LEVEL] = kind.qos_level
    pod["spec"] |= {"schedulerName": SCHEDULER, "nodeSelector": {"type": "katalyst"}}
    pod["spec"]["containers"][0]["resources"] = {"requests": kind.requests, "limits": kind.requests}
    return pod


class Katalyst(SecondScheduler):
    """The scheduler in either of the two ways."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        make_namespace(cluster.plane, NAMESPACE)
        files = [MANIFESTS / name for name in ("rbac.yaml", "plugin.yaml", "extender.yaml")]
        super().__init__(cluster, folder, CARBON_SCHEDULER_1_24, files, (NAMESPACE, SCHEDULER))

    @contextlib.contextmanager
    def with_plugin(self, name: str) -> Iterator[tuple[Child, int]]:
        config = self.config("carbon-katalyst-plugin", ALL_REGIONS)
        with self.running(name, config) as found:
            yield found

    @contextlib.contextmanager
    def with_extender(self, name: str) -> Iterator[Child]:
        log = self.folder / f"{name}-extender.log"
        with running_extender(self.kubeconfig, log, ALL_REGIONS) as extender:
            config = self.config("carbon-katalyst-extender")
            config.write_text(config.read_text().replace(":9410", f":{extender.port}"))
            with self.running(name, config):
                yield extender.child


@pytest.fixture(scope="module")
def katalyst(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Katalyst:
    if not CARBON_SCHEDULER_1_24.is_file():
        pytest.fail(f"{CARBON_SCHEDULER_1_24} is not built: scripts/test e2e builds it")
    return Katalyst(cluster, tmp_path_factory.mktemp("katalyst"))


@pytest.fixture
def places(katalyst: Katalyst) -> Iterator[None]:
    """Nodes that have what Katalyst's pods ask for."""
    plane = katalyst.cluster.plane
    plane.create(*(place_node(region, kind) for region, (kind, _, _) in PLACES.items()))
    yield
    plane.kubectl("delete", "nodes", "-l", "type=katalyst")


def test_the_plugin_sends_pods_to_the_cleanest_zone(katalyst: Katalyst, scores: Scores) -> None:
    publish_as_of_now(scores)
    with katalyst.with_plugin("clean-124") as (_, port):
        regions = run_pods(katalyst.cluster, "clean-124", SCHEDULER, PODS)
        assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
        found = metrics(port)
        assert [name for name in found if 'git_version="v1.24.6"' in name], "it is another version"
        assert found[f'carbonkube_scheduler_placed_pods_total{{region="{CLEANEST}"}}'] >= PODS - 1
        assert found["carbonkube_scheduler_rank_duration_seconds_count"] >= PODS
        assert not [name for name in found if name.startswith("carbonkube_scheduler_fallbacks")]


def test_without_a_signal_the_plugin_leaves_pods_to_the_others(
    katalyst: Katalyst, scores: Scores
) -> None:
    scores.cluster.forget_the_grid()
    plain = run_pods(katalyst.cluster, "plain-124", "default-scheduler", PODS)
    with katalyst.with_plugin("blind-124") as (child, port):
        blind = run_pods(katalyst.cluster, "blind-124", SCHEDULER, PODS)
        assert chi_square(blind, plain) < CHI_SQUARE, f"{blind} and {plain}"
        assert metrics(port)['carbonkube_scheduler_fallbacks_total{reason="no-signal"}'] >= PODS
        assert child.text().count("placed without regard to emissions") == 1


def test_the_extender_sends_pods_to_the_cleanest_zone(katalyst: Katalyst, scores: Scores) -> None:
    publish_as_of_now(scores)
    with katalyst.with_extender("asking-124") as extender:
        regions = run_pods(katalyst.cluster, "asking-124", SCHEDULER, PODS)
        assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
    (answered,) = re.findall(r"answered (\d+)", extender.text())
    assert int(answered) >= PODS


@pytest.mark.parametrize("way", ["plugin", "extender"])
@pytest.mark.usefixtures("places")
def test_pods_of_each_qos_level_are_ranked_by_what_they_ask_for(
    katalyst: Katalyst, scores: Scores, way: str
) -> None:
    publish_as_of_now(scores, INTENSITIES)
    plane, namespace = katalyst.cluster.plane, f"qos-{way}"
    make_namespace(plane, namespace)
    pods = [qos_pod(namespace, kind, i) for kind in CLASSES for i in range(PODS_OF_A_CLASS)]
    running = katalyst.with_plugin if way == "plugin" else katalyst.with_extender
    with running(namespace):
        plane.create(*pods)
        await_placed(katalyst.cluster, namespace, len(pods))
    found = {
        pod["metadata"]["name"]: pod["spec"]["nodeName"].rpartition("-")[0]
        for pod in plane.get("pods", "-n", namespace)["items"]
    }
    wanted = {f"{kind.name}-{i}": kind.place for kind in CLASSES for i in range(PODS_OF_A_CLASS)}
    plane.kubectl("delete", "pods", "--all", "-n", namespace, "--grace-period=0", "--force")
    assert found == wanted


def test_wrong_args_are_one_clear_error(katalyst: Katalyst) -> None:
    config = katalyst.config("carbon-katalyst-plugin")
    config.write_text(config.read_text().replace('{"regions"', '{"formula": "guess", "regions"'))
    said = katalyst.refusal(config)
    assert "CarbonScore: args: ranking: formula: is not expected-emissions" in said
