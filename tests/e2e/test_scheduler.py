# SPDX-License-Identifier: Apache-2.0
"""kube-scheduler with the plug-in CarbonScore, as deploy/scheduler installs it: a second one."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from carbon_scores import NAMESPACE, Scores, publish_as_of_now
from cluster import Cluster
from harness import (
    make_namespace,
    pod_object,
    wait_for,
)
from second_scheduler import (
    CARBON_SCHEDULER,
    CHI_SQUARE,
    CLEANEST,
    SCHEDULER,
    SecondScheduler,
    await_placed,
    chi_square,
    metrics,
    run_pods,
)

PODS = 60


def requested_millicores(pod: dict[str, Any]) -> int:
    asked = [
        container.get("resources", {}).get("requests", {}).get("cpu", "0")
        for container in pod["spec"]["containers"]
    ]
    return sum(int(cpu[:-1]) if cpu.endswith("m") else 1000 * int(cpu) for cpu in asked)


@pytest.fixture(scope="module")
def second(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> SecondScheduler:
    if not CARBON_SCHEDULER.is_file():
        pytest.fail(f"{CARBON_SCHEDULER} is not built: scripts/test e2e builds it")
    return SecondScheduler(cluster, tmp_path_factory.mktemp("scheduler"))


def mean_score(found: dict[str, float], region: str) -> float:
    """Of the best node that the region had for each pod."""
    name = "carbonkube_scheduler_region_score"
    labels = f'{{region="{region}"}}'
    return found[f"{name}_sum{labels}"] / found[f"{name}_count{labels}"]


def test_pods_land_in_the_cleanest_zone_and_are_counted(
    second: SecondScheduler, scores: Scores
) -> None:
    publish_as_of_now(scores)
    with second.running("clean") as (child, port):
        regions = run_pods(second.cluster, "clean", SCHEDULER, PODS)
        assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
        found = metrics(port)
        assert found[f'carbonkube_scheduler_placed_pods_total{{region="{CLEANEST}"}}'] >= PODS - 1
        assert found["carbonkube_scheduler_rank_duration_seconds_count"] > 0
        assert found["carbonkube_scheduler_published_bytes"] > 1000
        assert mean_score(found, CLEANEST) == 100
        assert 0 < mean_score(found, "us-west-1") < 100
        assert not [name for name in found if name.startswith("carbonkube_scheduler_fallbacks")]
        assert "Disabling signatures" not in child.text(), "pods are still placed in batches"
        attempts = [v for name, v in found.items() if name.startswith("scheduler_batch_attempts")]
        assert sum(attempts) > 0


def test_without_a_signal_pods_go_where_the_plain_scheduler_puts_them(
    second: SecondScheduler, scores: Scores
) -> None:
    scores.cluster.forget_the_grid()
    plain = run_pods(second.cluster, "plain", "default-scheduler", PODS)
    with second.running("blind") as (child, port):
        blind = run_pods(second.cluster, "blind", SCHEDULER, PODS)
        assert chi_square(blind, plain) < CHI_SQUARE, f"{blind} and {plain}"
        found = metrics(port)
        assert found['carbonkube_scheduler_fallbacks_total{reason="no-signal"}'] > 0
        said = child.text().count("placed without regard to emissions")
        assert said == 1, "once, and not for each pod"


def test_where_room_is_scarce_no_node_is_overbooked(
    second: SecondScheduler, scores: Scores
) -> None:
    publish_as_of_now(scores)
    plane = second.cluster.plane
    with second.running("scarce"):
        make_namespace(plane, "scarce")
        pods = [pod_object("scarce", f"p-{i}", region=None, managed=False) for i in range(12)]
        for pod in pods:
            pod["spec"]["schedulerName"] = SCHEDULER
            # One on a node, of which there are four in each region.
            pod["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "12"
        plane.create(*pods)
        regions = await_placed(second.cluster, "scarce", len(pods))
    used: Counter[str] = Counter()
    for pod in plane.get("pods", "--all-namespaces")["items"]:
        if pod["status"].get("phase") in ("Pending", "Running") and "nodeName" in pod["spec"]:
            used[pod["spec"]["nodeName"]] += requested_millicores(pod)
    assert max(used.values()) <= 16_000, str(used)
    assert regions[CLEANEST] == 4, f"the cleanest nodes are filled first: {regions}"
    plane.kubectl("delete", "pods", "--all", "-n", "scarce", "--grace-period=0", "--force")


def test_a_leader_that_dies_loses_no_pod(second: SecondScheduler, scores: Scores) -> None:
    publish_as_of_now(scores)
    plane = second.cluster.plane

    def holder() -> str:
        found = plane.try_kubectl("get", "lease", SCHEDULER, "-n", NAMESPACE, "-o", "json")
        return json.loads(found.out)["spec"].get("holderIdentity", "") if found.code == 0 else ""

    plane.kubectl("delete", "lease", SCHEDULER, "-n", NAMESPACE, "--ignore-not-found")
    leader, _ = second.start("leader")
    try:
        first = wait_for("one leads", holder, timeout=60)
        follower, _ = second.start("follower")
        try:
            make_namespace(plane, "led")
            pods = [pod_object("led", f"p-{i}", region=None, managed=False) for i in range(PODS)]
            for pod in pods:
                pod["spec"]["schedulerName"] = SCHEDULER
            plane.create(*pods[: PODS // 2])
            leader.process.kill()
            plane.create(*pods[PODS // 2 :])
            regions = await_placed(second.cluster, "led", PODS)
            assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
            assert holder() != first
            assert follower.alive()
            plane.kubectl("delete", "pods", "--all", "-n", "led", "--grace-period=0", "--force")
        finally:
            follower.end()
    finally:
        leader.end()


def test_wrong_args_are_one_clear_error(second: SecondScheduler) -> None:
    config = second.config()
    config.write_text(config.read_text().replace('{"regions"', '{"formula": "guess", "regions"'))
    said = second.refusal(config)
    assert "CarbonScore: args: ranking: formula: is not expected-emissions" in said
