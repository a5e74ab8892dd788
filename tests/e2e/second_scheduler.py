# SPDX-License-Identifier: Apache-2.0
"""A second scheduler, kube-scheduler with CarbonScore, as its manifests install it."""

from __future__ import annotations

import contextlib
import json
import ssl
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from carbon_scores import NAMESPACE
from cluster import Cluster
from harness import (
    REPOSITORY,
    Child,
    Plane,
    free_port,
    kubeconfig_text,
    make_namespace,
    pod_object,
    wait_for,
    write_private,
)

CARBON_SCHEDULER = REPOSITORY / "build" / "release" / "scheduler" / "carbon-scheduler"
CARBON_SCHEDULER_1_24 = CARBON_SCHEDULER.with_name("carbon-scheduler-1.24")
DEPLOYMENT = REPOSITORY / "deploy" / "scheduler" / "carbon-scheduler.yaml"
SCHEDULER = "carbon-scheduler"
REGIONS = {"us-west-2": "US-NW-BPAT", "eu-north-1": "SE"}
# Where the recorded hour of the tests is cleanest.
CLEANEST = "eu-north-1"
# Of 4 degrees of freedom, at 1 %.
CHI_SQUARE = 13.28


def objects_of(plane: Plane, manifest: Path) -> list[dict[str, Any]]:
    """What a file of YAML documents holds; kubectl prints them one behind the other."""
    listed = plane.kubectl("create", "--dry-run=client", "-o", "json", "-f", manifest).rstrip()
    objects: list[dict[str, Any]] = []
    at = 0
    while at < len(listed):
        found, end = json.JSONDecoder().raw_decode(listed, at)
        objects.extend(found["items"] if found["kind"] == "List" else [found])
        at = end + 1
    return objects


class SecondScheduler:
    """What some manifests hold, run as the ServiceAccount in them."""

    def __init__(
        self,
        cluster: Cluster,
        folder: Path,
        program: Path = CARBON_SCHEDULER,
        manifests: Sequence[Path] = (DEPLOYMENT,),
        account: tuple[str, str] = (NAMESPACE, SCHEDULER),
    ) -> None:
        self.cluster = cluster
        self.folder = folder
        self.program = program
        self.objects = [o for manifest in manifests for o in objects_of(cluster.plane, manifest)]
        # The plane runs no containers: the processes are the tests' own.
        cluster.plane.create(*(o for o in self.objects if o["kind"] != "Deployment"))
        for manifest in manifests:
            cluster.plane.kubectl("apply", "--dry-run=server", "-f", manifest)
        namespace, name = account
        token = cluster.plane.kubectl("create", "token", "-n", namespace, name).strip()
        self.kubeconfig = write_private(
            folder / "scheduler.kubeconfig",
            kubeconfig_text(cluster.plane.server, token, cluster.plane.folder / "pki" / "ca.crt"),
        )

    def config(self, name: str = SCHEDULER, regions: dict[str, str] = REGIONS) -> Path:
        """The configuration in the ConfigMap, with what a pod would get from the kubelet."""
        text = next(
            o["data"]["config.yaml"]
            for o in self.objects
            if o["kind"] == "ConfigMap" and o["metadata"]["name"] == name
        ).replace("ranking: {}", "ranking: " + json.dumps({"regions": regions}))
        path = self.folder / f"{name}.yaml"
        path.write_text(f"{text}\nclientConnection: {{kubeconfig: {self.kubeconfig}}}\n")
        return path

    def start(
        self,
        name: str,
        program: Sequence[str | Path] = (),
        config: Path | None = None,
    ) -> tuple[Child, int]:
        """The process, and the port on which it tells its metrics."""
        port = free_port()
        child = Child(
            *(*(program or (self.program,)), "--config", config or self.config()),
            *("--bind-address=127.0.0.1", f"--secure-port={port}"),
            f"--authentication-kubeconfig={self.kubeconfig}",
            f"--authorization-kubeconfig={self.kubeconfig}",
            *("--authorization-always-allow-paths=/healthz,/metrics", "-v=2"),
            log=self.folder / f"{name}.log",
        )
        return child, port

    @contextlib.contextmanager
    def running(self, name: str, config: Path | None = None) -> Iterator[tuple[Child, int]]:
        child, port = self.start(name, config=config)
        try:
            yield child, port
            assert child.alive(), child.text()[-3000:]
        finally:
            child.end()

    def refusal(self, config: Path) -> str:
        """What it says of a configuration with which it does not start."""
        child = Child(
            *(self.program, "--config", config, "--bind-address=127.0.0.1"),
            f"--secure-port={free_port()}",
            log=self.folder / "refusal.log",
        )
        try:
            assert child.wait(30) != 0
            return child.text()
        finally:
            child.end()


def plain_scheduler(plane: Plane) -> tuple[Path, str]:
    """The plane's own kube-scheduler, which is one program with its API server."""
    pid = (plane.folder / "run" / "kube-scheduler.pid").read_text().strip()
    return Path(f"/proc/{pid}/exe").readlink(), "kube-scheduler"


def metrics(port: int) -> dict[str, float]:
    """All that a scheduler tells, by name and labels."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it signs its own certificate
    url = f"https://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(url, context=context, timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    found = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in found}


def run_pods(cluster: Cluster, namespace: str, scheduler: str, count: int) -> Counter[str]:
    """Creates pods that may run anywhere; returns how many each region got, once all are placed."""
    make_namespace(cluster.plane, namespace)
    pods = [pod_object(namespace, f"p-{i}", region=None, managed=False) for i in range(count)]
    for pod in pods:
        pod["spec"]["schedulerName"] = scheduler
    cluster.plane.create(*pods)
    regions = await_placed(cluster, namespace, count)
    # The next ones shall find the nodes as these did.
    cluster.plane.kubectl("delete", "pods", "--all", "-n", namespace, "--grace-period=0", "--force")
    return regions


def await_placed(cluster: Cluster, namespace: str, count: int) -> Counter[str]:
    def placed() -> list[str] | None:
        items = cluster.plane.get("pods", "-n", namespace)["items"]
        nodes = [pod["spec"].get("nodeName") for pod in items]
        return nodes if len(nodes) == count and all(nodes) else None

    nodes = wait_for(f"{count} pods of {namespace} are placed", placed, timeout=90)
    # us-west-1-0003
    return Counter(node.rpartition("-")[0] for node in nodes)


def chi_square(seen: Counter[str], other: Counter[str]) -> float:
    """Of two distributions over the regions, each of as many pods."""
    regions = set(seen) | set(other)
    return sum((seen[r] - other[r]) ** 2 / (seen[r] + other[r]) for r in regions)
