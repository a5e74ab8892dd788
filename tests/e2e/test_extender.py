# SPDX-License-Identifier: Apache-2.0
"""The plain kube-scheduler that asks `carbon-kube extender`, as deploy/scheduler configures it."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbon_scores import NAMESPACE, Scores, publish_as_of_now
from cluster import Cluster
from harness import (
    CARBON_KUBE,
    REPOSITORY,
    Child,
    carbon_kube,
    free_port,
    kubeconfig_text,
    wait_for,
    write_private,
)
from second_scheduler import REGIONS, metrics, objects_of, plain_scheduler, run_pods

MANIFEST = REPOSITORY / "deploy" / "scheduler" / "extender.yaml"
SCHEDULER = "asking-scheduler"
CLEANEST = "eu-north-1"
PODS = 60


class Asking:
    """A plain scheduler of another name, and the extender it asks."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        self.objects = objects_of(cluster.plane, MANIFEST)
        cluster.plane.create(*self.objects)
        token = cluster.plane.kubectl("create", "token", "-n", NAMESPACE, "carbon-extender").strip()
        self.kubeconfig = write_private(
            folder / "extender.kubeconfig",
            kubeconfig_text(cluster.plane.server, token, cluster.plane.folder / "pki" / "ca.crt"),
        )

    @contextlib.contextmanager
    def extender(self) -> Iterator[tuple[Child, int]]:
        port_file = self.folder / "extender.port"
        port_file.unlink(missing_ok=True)
        regions = [f"--region={region}={zone}" for region, zone in REGIONS.items()]
        log = self.folder / "extender.log"
        log.unlink(missing_ok=True)
        child = Child(
            *(CARBON_KUBE, "extender", "--kubeconfig", self.kubeconfig, *regions),
            *("--port", "0", "--port-file", port_file),
            log=log,
        )
        try:
            wait_for("the extender is up", port_file.is_file, timeout=30)
            yield child, int(port_file.read_text())
            assert child.alive(), child.text()
            assert child.signal(signal.SIGTERM, patience=5) == 0, child.text()
        finally:
            child.end()

    @contextlib.contextmanager
    def scheduler(self, name: str, extender_port: int, whole_nodes: bool = False) -> Iterator[int]:
        """With the manifest's configuration; yields the port of its metrics."""
        text = next(o["data"]["config.yaml"] for o in self.objects if o["kind"] == "ConfigMap")
        text = text.replace(":9410", f":{extender_port}")
        if whole_nodes:
            text = text.replace("nodeCacheCapable: true", "nodeCacheCapable: false")
        text += f"profiles: [{{schedulerName: {SCHEDULER}}}]\n"
        text += "leaderElection: {leaderElect: false}\n"
        text += f"clientConnection: {{kubeconfig: {self.cluster.plane.kubeconfig}}}\n"
        config = self.folder / f"{name}.yaml"
        config.write_text(text)
        port = free_port()
        child = Child(
            *(*plain_scheduler(self.cluster.plane), "--config", config),
            *("--bind-address=127.0.0.1", f"--secure-port={port}"),
            f"--authentication-kubeconfig={self.cluster.plane.kubeconfig}",
            f"--authorization-kubeconfig={self.cluster.plane.kubeconfig}",
            "--authorization-always-allow-paths=/healthz,/metrics",
            log=self.folder / f"{name}.log",
        )
        try:
            yield port
            assert child.alive(), child.text()[-3000:]
        finally:
            child.end()

    def run(self, namespace: str, count: int = PODS) -> Counter[str]:
        return run_pods(self.cluster, namespace, SCHEDULER, count)


@pytest.fixture(scope="module")
def asking(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Asking:
    return Asking(cluster, tmp_path_factory.mktemp("extender"))


@pytest.mark.parametrize("whole_nodes", [False, True], ids=["names", "whole-nodes"])
def test_pods_land_in_the_cleanest_zone(asking: Asking, scores: Scores, whole_nodes: bool) -> None:
    publish_as_of_now(scores)
    name = f"asked-{'nodes' if whole_nodes else 'names'}"
    with asking.extender() as (extender, port), asking.scheduler(name, port, whole_nodes):
        regions = asking.run(name)
        assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
        assert extender.alive()
    (answered,) = re.findall(r"answered (\d+)", extender.text())
    # A scheduler asks again for a pod that it could not bind at once.
    assert int(answered) >= PODS


def test_a_dead_extender_is_in_no_pods_way(asking: Asking, scores: Scores) -> None:
    publish_as_of_now(scores)
    with asking.scheduler("dead", free_port()):
        regions = asking.run("dead")
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
    with asking.extender() as (extender, port), asking.scheduler("blind-asking", port):
        regions = asking.run("blind-asking", count=20)
        # Others have pods in some regions, which fills their nodes unevenly.
        assert regions[CLEANEST] < 20, f"as without a signal: {regions}"
        request = urllib.request.Request(f"http://127.0.0.1:{port}/prioritize", data=b"<html>")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 400
        assert "not a JSON object" in json.loads(refused.value.read())["error"]
    assert "no intensities are published: nodes are ranked alike" in extender.text()
    assert "without a signal 20, refused 1" in extender.text()


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
