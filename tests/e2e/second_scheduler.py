# SPDX-License-Identifier: Apache-2.0
"""A second scheduler, kube-scheduler with CarbonScore, as deploy/scheduler installs it."""

from __future__ import annotations

import contextlib
import json
import ssl
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from carbon_scores import NAMESPACE
from cluster import Cluster
from harness import REPOSITORY, Child, free_port, kubeconfig_text, write_private

CARBON_SCHEDULER = REPOSITORY / "build" / "release" / "scheduler" / "carbon-scheduler"
DEPLOYMENT = REPOSITORY / "deploy" / "scheduler" / "carbon-scheduler.yaml"
SCHEDULER = "carbon-scheduler"
REGIONS = {"us-west-2": "US-NW-BPAT", "eu-north-1": "SE"}


class SecondScheduler:
    """What deploy/scheduler holds, run as its ServiceAccount."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        listed = cluster.plane.kubectl("create", "--dry-run=client", "-o", "json", "-f", DEPLOYMENT)
        decoder = json.JSONDecoder()
        self.objects: list[dict[str, Any]] = []
        at = 0
        while at < len(listed.rstrip()):
            found, end = decoder.raw_decode(listed, at)
            self.objects.extend(found["items"] if found["kind"] == "List" else [found])
            at = end + 1
        # The plane runs no containers: the processes are the tests' own.
        cluster.plane.create(*(o for o in self.objects if o["kind"] != "Deployment"))
        cluster.plane.kubectl("apply", "--dry-run=server", "-f", DEPLOYMENT)
        token = cluster.plane.kubectl("create", "token", "-n", NAMESPACE, SCHEDULER).strip()
        self.kubeconfig = write_private(
            folder / "scheduler.kubeconfig",
            kubeconfig_text(cluster.plane.server, token, cluster.plane.folder / "pki" / "ca.crt"),
        )

    def config(self) -> Path:
        """The configuration that the manifest holds, with what a pod would get from the kubelet."""
        text = next(
            o["data"]["config.yaml"] for o in self.objects if o["kind"] == "ConfigMap"
        ).replace("ranking: {}", "ranking: " + json.dumps({"regions": REGIONS}))
        path = self.folder / "config.yaml"
        path.write_text(f"{text}\nclientConnection: {{kubeconfig: {self.kubeconfig}}}\n")
        return path

    def start(
        self,
        name: str,
        program: Sequence[str | Path] = (CARBON_SCHEDULER,),
        config: Path | None = None,
    ) -> tuple[Child, int]:
        """The process, and the port on which it tells its metrics."""
        port = free_port()
        child = Child(
            *(*program, "--config", config or self.config(), "--bind-address=127.0.0.1"),
            *(f"--secure-port={port}", f"--authentication-kubeconfig={self.kubeconfig}"),
            f"--authorization-kubeconfig={self.kubeconfig}",
            *("--authorization-always-allow-paths=/healthz,/metrics", "-v=2"),
            log=self.folder / f"{name}.log",
        )
        return child, port

    @contextlib.contextmanager
    def running(self, name: str) -> Iterator[tuple[Child, int]]:
        child, port = self.start(name)
        try:
            yield child, port
            assert child.alive(), child.text()[-3000:]
        finally:
            child.end()


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
