# SPDX-License-Identifier: Apache-2.0
"""Fixtures of all end-to-end tests."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbon_scores import Scores
from cluster import Cluster
from demo_run import DemoRun, small_demo_runs
from harness import (
    CARBON_DEMO,
    CARBON_KUBE,
    MARK,
    Plane,
    apply_manifests,
    make_namespace,
    replay_grid,
    survivors,
    wait_for,
)


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Keeps the user's cluster out and all state in a folder of this run.

    At the very end nothing that this run started may still be there. Yields the run's mark.
    """
    for program in (CARBON_KUBE, CARBON_DEMO):
        if not program.is_file():
            pytest.exit(f"{program} is not built: scripts/test e2e builds it", returncode=2)
    mark = f"{os.getpid()}-{time.time_ns()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARK, mark)
        patch.setenv("CARBON_KUBE_STATE", str(tmp_path_factory.mktemp("state")))
        patch.delenv("KUBECONFIG", raising=False)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.delenv(name, raising=False)
        yield mark
        left: list[tuple[int, str]] = []
        try:
            wait_for("no process is left", lambda: not survivors(mark), timeout=15)
        except AssertionError:
            left = survivors(mark)
        for pid, _ in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not left, f"left behind, and killed now: {left}"


@pytest.fixture(scope="session")
def plane(surroundings: str) -> Iterator[Plane]:
    """The plane that the tests share, without Carbon-Kube."""
    plane = Plane(f"e2e-{surroundings.partition('-')[0]}")
    try:
        plane.up()
        yield plane
    finally:
        plane.down()


@pytest.fixture(scope="session")
def installed(plane: Plane) -> Plane:
    """The same plane with the manifests applied."""
    apply_manifests(plane)
    return plane


@pytest.fixture(scope="session")
def state(surroundings: str) -> Path:  # noqa: ARG001 - sets the variable
    """Where lab/plane keeps the planes of this run."""
    return Path(os.environ["CARBON_KUBE_STATE"])


@pytest.fixture(scope="session", autouse=True)
def background_demos(
    request: pytest.FixtureRequest,
    surroundings: str,  # noqa: ARG001 - has to be there first
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, DemoRun]]:
    """The small demonstrations, all at the same time, each on a plane of its own.

    They take minutes of mostly waiting. So they start before the first test if any test asks for
    them, and the tests of other files go on meanwhile.
    """
    wanted = any("small_demos" in getattr(i, "fixturenames", ()) for i in request.session.items)
    runs = small_demo_runs(tmp_path_factory.mktemp("demos")) if wanted else {}
    try:
        for run in runs.values():
            run.start()
        yield runs
    finally:
        for run in runs.values():
            run.abandon()


@pytest.fixture(scope="session")
def small_demos(background_demos: dict[str, DemoRun]) -> dict[str, DemoRun]:
    """See background_demos. A test that reads the result of one has to join() it."""
    return background_demos


@pytest.fixture(scope="module")
def own_cluster(surroundings: str) -> Iterator[Plane]:
    """A plane in the part of somebody's own cluster: nobody plays nodes there."""
    plane = Plane(f"e2e-own-{surroundings.partition('-')[0]}", nodes_per_region=0)
    try:
        plane.up()
        os.kill(int((plane.folder / "run" / "kwok.pid").read_text()), signal.SIGTERM)
        yield plane
    finally:
        plane.down()


@pytest.fixture(scope="session")
def cluster(installed: Plane, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return Cluster(installed, tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="session")
def grid(cluster: Cluster) -> Iterator[str]:
    """URL of a recorded grid on the cluster's clock."""
    with replay_grid(cluster.folder, cluster.clock) as url:
        yield url


@pytest.fixture(scope="session")
def jobs(installed: Plane) -> str:
    """A namespace of users."""
    return make_namespace(installed, "jobs")


@pytest.fixture
def scores(cluster: Cluster, grid: str) -> Iterator[Scores]:
    """The published intensities, of which there are none before and after."""
    made = Scores(cluster, grid)
    cluster.forget_the_grid()
    yield made
    cluster.forget_the_grid()
