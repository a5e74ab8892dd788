# SPDX-License-Identifier: Apache-2.0
"""The plain kube-scheduler that asks `carbon-kube extender`, as deploy/scheduler configures it."""

from __future__ import annotations

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from asking import Asking
from carbon_scores import Scores, publish_as_of_now
from cluster import Cluster
from harness import carbon_kube, free_port
from second_scheduler import CLEANEST, metrics

PODS = 60


@pytest.fixture(scope="module")
def asking(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    made = Asking(cluster, tmp_path_factory.mktemp("extender"))
    yield made
    made.remove()


@pytest.mark.parametrize("whole_nodes", [False, True], ids=["names", "whole-nodes"])
def test_pods_land_in_the_cleanest_zone(asking: Asking, scores: Scores, whole_nodes: bool) -> None:
    publish_as_of_now(scores)
    name = f"asked-{'nodes' if whole_nodes else 'names'}"
    with (
        asking.extender() as extender,
        asking.scheduler(name, extender.port, nodeCacheCapable=not whole_nodes),
    ):
        regions = asking.run(name, PODS)
        assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
        assert extender.child.alive()
    (answered,) = re.findall(r"answered (\d+)", extender.child.text())
    # A scheduler asks again for a pod that it could not bind at once.
    assert int(answered) >= PODS


def test_a_dead_extender_is_in_no_pods_way(asking: Asking, scores: Scores) -> None:
    publish_as_of_now(scores)
    with asking.scheduler("dead", free_port()):
        regions = asking.run("dead", PODS)
        assert len(regions) > 1, str(regions)


def test_one_that_hangs_costs_a_pod_at_most_200_ms(asking: Asking) -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=64) as silent,
        asking.scheduler("hanging", silent.getsockname()[1]) as port,
    ):
        asking.run("hanging", count=10)
        found = metrics(port)
    prefix = "scheduler_scheduling_algorithm_duration_seconds"
    mean = found[f"{prefix}_sum"] / found[f"{prefix}_count"]
    assert 0.15 < mean < 0.4  # its own work on a busy machine included


def test_one_that_answers_nonsense_is_passed_over(asking: Asking, scores: Scores) -> None:
    scores.cluster.forget_the_grid()
    with asking.extender() as extender, asking.scheduler("blind-asking", extender.port):
        regions = asking.run("blind-asking", count=20)
        # Others have pods in some regions, which fills their nodes unevenly.
        assert regions[CLEANEST] < 20, f"as without a signal: {regions}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{extender.port}/prioritize", data=b"<html>"
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 400
        assert "not a JSON object" in json.loads(refused.value.read())["error"]
    assert "no intensities are published: nodes are ranked alike" in extender.child.text()
    assert "without a signal 20, refused 1" in extender.child.text()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--address", "0.0.0.0"), "--address: 0.0.0.0 is not an address of this machine alone"),
        (("--stale-after", "soon"), "--stale-after: 'soon' is not a duration"),
        (("--stale-after", "0s"), "--stale-after: must be longer than 0s"),
        (("--scores-configmap", ""), "--scores-configmap: which? NAMESPACE/NAME"),
        (("--region", "x"), "--region: 'x' is not REGION=ZONE"),
    ],
)
def test_wrong_flags_are_one_clear_error(flags: tuple[str, ...], words: str) -> None:
    done = carbon_kube("extender", *flags)
    assert done.code == 2, str(done)
    assert words in done.err
    assert done.err.count("\n") == 1
