# SPDX-License-Identifier: Apache-2.0
"""A hard limit of carbon intensity: managed pods that can wait are refused dirty nodes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asking import SCHEDULER, Asking
from carbon_scores import Scores, publish_as_of_now
from cluster import Cluster, stamp
from harness import make_namespace, pod_object, wait_for

CLEAN, DIRTY = "eu-north-1", "us-west-1"


@pytest.fixture(scope="module")
def asking(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    made = Asking(cluster, tmp_path_factory.mktemp("extender-filter"))
    yield made
    made.remove()


def limit_above_the_cleanest(scores: Scores) -> str:
    means = sorted(sum(zone["forecast"]) / len(zone["forecast"]) for zone in scores.zones())
    return str((means[0] + means[1]) / 2)


def create(asking: Asking, namespace: str, pods: dict[str, dict[str, Any]]) -> None:
    """Managed pods without the gate: as those that the controller has released."""
    plane = asking.cluster.plane
    make_namespace(plane, namespace)
    for pod in pods.values():
        pod["spec"]["schedulerName"] = SCHEDULER
        pod["metadata"]["labels"].pop("carbon-kube.io/managed", None)
    managed = [name for name in pods if name != "unmanaged"]
    plane.create(*pods.values())
    label = "carbon-kube.io/managed=true"
    plane.kubectl("label", "pods", "-n", namespace, *managed, label)


def nodes_of(asking: Asking, namespace: str) -> dict[str, str]:
    items = asking.cluster.plane.get("pods", "-n", namespace)["items"]
    return {item["metadata"]["name"]: item["spec"].get("nodeName", "") for item in items}


def refusals(asking: Asking, namespace: str, pod: str) -> str:
    events = asking.cluster.plane.get("events", "-n", namespace)["items"]
    return "\n".join(
        e["message"]
        for e in events
        if e["reason"] == "FailedScheduling" and e["involvedObject"]["name"] == pod
    )


@pytest.mark.parametrize("whole_nodes", [False, True], ids=["names", "whole-nodes"])
def test_only_managed_pods_that_can_wait_are_refused_dirty_nodes(
    asking: Asking, scores: Scores, whole_nodes: bool
) -> None:
    publish_as_of_now(scores)
    namespace = f"limited-{'nodes' if whole_nodes else 'names'}"
    soon = {
        "deadline": stamp(datetime.now(UTC) + timedelta(minutes=65)),
        "expected-duration": "1h",
    }
    anywhere = {f"p-{i}": pod_object(namespace, f"p-{i}", region=None) for i in range(10)}
    pods = {
        **anywhere,
        "patient": pod_object(namespace, "patient", region=DIRTY),
        "urgent": pod_object(namespace, "urgent", soon, region=DIRTY),
        "unmanaged": pod_object(namespace, "unmanaged", region=DIRTY),
    }
    create(asking, namespace, pods)
    with (
        asking.extender("--max-intensity", limit_above_the_cleanest(scores)) as extender,
        asking.scheduler(
            namespace, extender.port, filterVerb="filter", nodeCacheCapable=not whole_nodes
        ),
    ):
        rest = set(pods) - {"patient"}
        nodes = wait_for(
            "all but one are placed",
            lambda: (n := nodes_of(asking, namespace)) and all(n[p] for p in rest) and n,
            timeout=60,
        )
        assert all(nodes[pod].startswith(CLEAN) for pod in anywhere), str(nodes)
        assert nodes["urgent"].startswith(DIRTY)
        assert nodes["unmanaged"].startswith(DIRTY)
        why = wait_for(
            "the refusal is told", lambda: refusals(asking, namespace, "patient"), timeout=30
        )
        assert "g/kWh there, over the limit of" in why
        assert nodes_of(asking, namespace)["patient"] == ""
        scores.cluster.forget_the_grid()
    asking.cluster.plane.kubectl("delete", "namespace", namespace, "--wait=false")


def test_without_a_limit_nothing_is_refused_and_that_is_said(
    asking: Asking, scores: Scores
) -> None:
    publish_as_of_now(scores)
    create(asking, "unlimited", {"p": pod_object("unlimited", "p", region=DIRTY)})
    with (
        asking.extender() as extender,
        asking.scheduler("unlimited", extender.port, filterVerb="filter"),
    ):
        wait_for("it is placed", lambda: nodes_of(asking, "unlimited")["p"], timeout=60)
        scores.cluster.forget_the_grid()  # a change wakes it
        wait_for(
            "it is said",
            lambda: "as there is no --max-intensity" in extender.child.text(),
            timeout=75,
        )
    asking.cluster.plane.kubectl("delete", "namespace", "unlimited", "--wait=false")
