# SPDX-License-Identifier: Apache-2.0
"""`carbon-kube extender`, running."""

from __future__ import annotations

import contextlib
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import CARBON_KUBE, Child, wait_for


@dataclass
class Extender:
    """One that runs."""

    child: Child
    port: int
    metrics_url: str = ""  # where it tells them by plain HTTP


@contextlib.contextmanager
def running_extender(
    kubeconfig: Path, log: Path, regions: dict[str, str], *flags: str | Path
) -> Iterator[Extender]:
    """It has to end well on SIGTERM. Its log is begun anew."""
    port_file = log.with_suffix(".port")
    port_file.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    child = Child(
        *(CARBON_KUBE, "extender", "--kubeconfig", kubeconfig),
        *(f"--region={region}={zone}" for region, zone in regions.items()),
        *("--port", "0", "--port-file", port_file, *flags),
        log=log,
    )
    try:
        wait_for("the extender is up", port_file.is_file, timeout=30)
        wait_for("it says where", lambda: "ranking" in child.text(), timeout=5)
        told = re.search(r"metrics on (\S+)", child.text())
        yield Extender(child, int(port_file.read_text()), told[1] if told else "")
        assert child.alive(), child.text()
        assert child.signal(signal.SIGTERM, patience=5) == 0, child.text()
    finally:
        child.end()
