# SPDX-License-Identifier: Apache-2.0
"""The installed plane as tests see it: pods, plans, events, and a controller on a recorded grid."""

from __future__ import annotations

import contextlib
import csv
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness import (
    CARBON_KUBE,
    DATA,
    PLAN,
    Child,
    Plane,
    is_held,
    kubeconfig_text,
    must,
    wait_for,
    write_private,
)

# In California it is Sunday evening: the sun is gone, and noon is 16 hours ahead.
ORIGIN = datetime(2021, 8, 2, 3, tzinfo=UTC)


def stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def ahead(**delta: float) -> str:
    """A moment of the recording."""
    return stamp(ORIGIN + timedelta(**delta))


def in_regions(*regions: str) -> dict[str, Any]:
    """The affinity that lets a pod run only there."""
    expression = {
        "key": "topology.kubernetes.io/region",
        "operator": "In",
        "values": list(regions),
    }
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [expression]}]
            }
        }
    }


def rounded(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same with its numbers to nine digits."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


PATIENT = {"deadline": ahead(hours=24), "expected-duration": "1h"}


class Cluster:
    """The installed plane as the tests of a module see it."""

    def __init__(self, plane: Plane, folder: Path) -> None:
        self.plane = plane
        self.folder = folder
        self.clock = f"{stamp(ORIGIN)}@{stamp(datetime.now(UTC))}x1"
        token = plane.kubectl("create", "token", "-n", "carbon-kube", "carbon-kube").strip()
        self.token = token
        self.kubeconfig = write_private(
            folder / "controller.kubeconfig",
            kubeconfig_text(plane.server, token, plane.folder / "pki" / "ca.crt"),
        )

    def pod(self, namespace: str, name: str) -> dict[str, Any]:
        return self.plane.get("pod", name, "-n", namespace)

    def plan(self, namespace: str, name: str) -> dict[str, Any] | None:
        text = self.pod(namespace, name)["metadata"].get("annotations", {}).get(PLAN)
        return None if text is None else json.loads(text)

    def await_plan(self, namespace: str, name: str, timeout: float = 60) -> dict[str, Any]:
        return wait_for(
            f"pod {namespace}/{name} has a plan",
            lambda: self.plan(namespace, name),
            timeout,
        )

    def await_start(self, namespace: str, name: str, timeout: float = 60) -> dict[str, Any]:
        """Waits until a pod runs, and so was let go; returns its plan."""
        wait_for(
            f"pod {namespace}/{name} runs",
            lambda: self.pod(namespace, name)["status"].get("phase") == "Running",
            timeout,
        )
        assert not is_held(self.pod(namespace, name))
        return self.await_plan(namespace, name, timeout=1)

    def events(self, namespace: str, name: str) -> list[dict[str, Any]]:
        """The events of Carbon-Kube on a pod."""
        found = self.plane.get("events.v1.events.k8s.io", "-n", namespace)["items"]
        return [
            event
            for event in found
            if event["regarding"].get("name") == name
            and event["reportingController"] == "carbon-kube.io/controller"
        ]

    def await_event(self, namespace: str, name: str, reason: str) -> dict[str, Any]:
        return wait_for(
            f"event {reason} on pod {namespace}/{name}",
            lambda: next(
                (event for event in self.events(namespace, name) if event["reason"] == reason),
                None,
            ),
            timeout=30,
        )

    def why(self, namespace: str, name: str, *flags: str) -> str:
        return must(
            *(CARBON_KUBE, "why", f"pod/{name}", "-n", namespace),
            *("--kubeconfig", self.plane.kubeconfig, *flags),
        )

    def forget_the_grid(self) -> None:
        """Deletes what earlier controllers have published, which a new one would know by."""
        self.plane.kubectl(
            "delete", "configmap", "carbon-scores", "-n", "carbon-kube", "--ignore-not-found"
        )

    def start_controller(
        self,
        provider_url: str,
        *flags: str,
        zones: dict[str, str] | None = None,
        instance: str = "e2e",
    ) -> Child:
        """By its ServiceAccount's token. `zones` is what differs from the recordings' regions."""
        with (DATA / "carbon" / "zones.csv").open() as file:
            known = {row["region"]: row["zone"] for row in csv.DictReader(file)}
        regions = [f"--region={region}={zone}" for region, zone in (known | (zones or {})).items()]
        log = self.folder / f"controller-{instance}.log"
        log.unlink(missing_ok=True)
        return Child(
            *(CARBON_KUBE, "controller", "--kubeconfig", self.kubeconfig, "--clock", self.clock),
            *("--provider-url", provider_url, "--instance", instance, *flags, *regions),
            log=log,
        )

    @contextlib.contextmanager
    def controller(
        self, provider_url: str, *flags: str, zones: dict[str, str] | None = None
    ) -> Iterator[Child]:
        """A controller that has to end well on SIGTERM and to keep its token for itself."""
        child = self.start_controller(provider_url, *flags, zones=zones)
        try:
            yield child
            assert child.alive(), child.text()
            assert child.signal(signal.SIGTERM, patience=5) == 0, child.text()
            assert self.token not in child.text()
        finally:
            child.end()
