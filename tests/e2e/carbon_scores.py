# SPDX-License-Identifier: Apache-2.0
"""The ConfigMap that tells a cluster what is known of the grid, and the command that writes it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from cluster import Cluster
from harness import Ended, carbon_kube

NAMESPACE = "carbon-kube"
NAME = "carbon-scores"
REGIONS = ("--region", "us-west-2=US-NW-BPAT", "--region", "eu-north-1=SE")


class Scores:
    """The ConfigMap, and the command that writes it."""

    def __init__(self, cluster: Cluster, grid: str) -> None:
        self.cluster = cluster
        self.grid = grid

    def flags(self, provider: str = "", kubeconfig: Path | None = None) -> tuple[str, ...]:
        """By the ServiceAccount's token, as in a CronJob, unless told otherwise."""
        return (
            *("--kubeconfig", str(kubeconfig or self.cluster.kubeconfig)),
            *("--clock", self.cluster.clock, "--provider-url", provider or self.grid, *REGIONS),
        )

    def poll(self, *flags: str, provider: str = "", kubeconfig: Path | None = None) -> Ended:
        return carbon_kube("poll", "--once", *self.flags(provider, kubeconfig), *flags)

    def found(self) -> dict[str, Any] | None:
        done = self.cluster.plane.try_kubectl(
            "get", "configmap", NAME, "-n", NAMESPACE, "-o", "json", "--show-managed-fields"
        )
        return json.loads(done.out) if done.code == 0 else None

    def zones(self) -> list[dict[str, Any]]:
        found = self.found()
        assert found is not None
        return json.loads(found["data"]["zones"])


def publish_as_of_now(scores: Scores, intensities: dict[str, float] | None = None) -> None:
    """What is published of a recorded hour, as if it were this one.

    `intensities` is what some zones keep, whatever was recorded.
    """
    assert scores.poll().code == 0
    zones = scores.zones()
    later = int(time.time()) // 3600 * 3600 - zones[0]["timestamp"]
    for zone in zones:
        zone["timestamp"] += later
        if intensities and zone["zone"] in intensities:
            kept = intensities[zone["zone"]]
            zone |= {"intensity": kept, "forecast": [kept] * 24, "p10": None, "p90": None}
    scores.cluster.plane.kubectl(
        *("patch", "configmap", NAME, "-n", NAMESPACE, "--type=merge"),
        *("-p", json.dumps({"data": {"zones": json.dumps(zones)}})),
    )
