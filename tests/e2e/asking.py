# SPDX-License-Identifier: Apache-2.0
"""A plain kube-scheduler that asks `carbon-kube extender`, as deploy/scheduler configures it."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import yaml

from carbon_scores import NAMESPACE
from certificates import Pair
from cluster import Cluster
from extender import Extender, running_extender
from harness import (
    REPOSITORY,
    Child,
    free_port,
    kubeconfig_text,
    write_private,
)
from second_scheduler import REGIONS, objects_of, plain_scheduler, run_pods

MANIFEST = REPOSITORY / "deploy" / "scheduler" / "extender.yaml"
SCHEDULER = "asking-scheduler"


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

    def remove(self) -> None:
        self.cluster.plane.kubectl("delete", "-f", MANIFEST, "--ignore-not-found")

    def extender(self, *flags: str | Path) -> AbstractContextManager[Extender]:
        return running_extender(self.kubeconfig, self.folder / "extender.log", REGIONS, *flags)

    def config(self, extender_port: int, client: Pair | None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """The manifest's; `changes` are fields of its extender, None takes one away."""
        text = next(o["data"]["config.yaml"] for o in self.objects if o["kind"] == "ConfigMap")
        config = yaml.safe_load(text)
        (extender,) = config["extenders"]
        extender["urlPrefix"] = f"http://127.0.0.1:{extender_port}"
        if client is not None:
            extender["urlPrefix"] = f"https://127.0.0.1:{extender_port}"
            extender["enableHTTPS"] = True
            extender["tlsConfig"] = {
                "caFile": str(client.authority),
                "certFile": str(client.certificate),
                "keyFile": str(client.key),
            }
        extender.update(changes)
        config["extenders"] = [{k: v for k, v in extender.items() if v is not None}]
        config["profiles"] = [{"schedulerName": SCHEDULER}]
        config["leaderElection"] = {"leaderElect": False}
        config["clientConnection"] = {"kubeconfig": str(self.cluster.plane.kubeconfig)}
        return config

    @contextlib.contextmanager
    def scheduler(
        self,
        name: str,
        extender_port: int,
        client: Pair | None = None,
        **changes: Any,  # noqa: ANN401 - whatever YAML holds
    ) -> Iterator[int]:
        """With that configuration; yields the port of its metrics."""
        config = self.folder / f"{name}.yaml"
        config.write_text(json.dumps(self.config(extender_port, client, **changes)))
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

    def run(self, namespace: str, count: int) -> Counter[str]:
        return run_pods(self.cluster, namespace, SCHEDULER, count)
