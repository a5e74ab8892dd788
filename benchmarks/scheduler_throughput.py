#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pods per second of kube-scheduler with CarbonScore or an extender, as ratios to the plain one.

A plane of its own, with as many nodes in each of five regions; each run makes pods that wait,
then starts a scheduler and reads its metrics until all are placed. The kinds take turns: plain,
with the plug-in, with `carbon-kube extender` asked by names or by whole nodes, with an extender
that answers the same list at once.
Prints JSON: per kind the runs, and ratios of their medians.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import operator
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests" / "e2e"))

from carbon_scores import Scores, publish_as_of_now  # noqa: E402
from cluster import Cluster  # noqa: E402
from extender import running_extender  # noqa: E402
from harness import (  # noqa: E402
    Child,
    Plane,
    apply_manifests,
    make_namespace,
    pod_object,
    replay_grid,
    wait_for,
)
from second_scheduler import (  # noqa: E402
    CARBON_SCHEDULER,
    CLEANEST,
    REGIONS,
    SCHEDULER,
    SecondScheduler,
    metrics,
    plain_scheduler,
)

KINDS = ("plain", "plugin", "extender", "whole-nodes", "null")
NULL_EXTENDER = REPOSITORY / "build" / "release" / "benchmarks" / "null_extender"
# Name, pods per second of the one, over those of the other.
RATIOS = (
    ("plugin_ratio", "plugin", "plain"),
    ("extender_ratio", "extender", "plain"),
    ("whole_nodes_ratio", "whole-nodes", "plain"),
    ("extender_vs_null", "extender", "null"),
)
ALGORITHM = "scheduler_scheduling_algorithm_duration_seconds"
RANK = "carbonkube_scheduler_rank_duration_seconds"
BATCH = 500
SCORED = 420  # of 1000 nodes a scheduler looks at so many
BUILDS = (
    ("scripts/build", "release", "carbon-kube", "null_extender"),
    ("scripts/build-scheduler",),
)


@dataclass
class Times:
    """A histogram that the scheduler keeps itself."""

    seconds: float
    count: float
    buckets: dict[float, float]  # bound in seconds: how many took no longer

    @property
    def mean_ms(self) -> float:
        return 1000 * self.seconds / self.count

    @property
    def p99_ms(self) -> float:
        """As Prometheus' histogram_quantile: linear within the bucket that holds it."""
        rank = 0.99 * self.count
        below, lower = 0.0, 0.0
        for bound, count in sorted(self.buckets.items()):
            if count >= rank:
                return 1000 * (lower + (bound - lower) * (rank - below) / (count - below))
            below, lower = count, bound
        return float("inf")

    def __add__(self, other: Times) -> Times:
        buckets = {bound: n + other.buckets[bound] for bound, n in self.buckets.items()}
        return Times(self.seconds + other.seconds, self.count + other.count, buckets)


@dataclass
class Run:
    pods_per_second: float
    algorithm: Times
    rank: Times | None  # what the plug-in took of it, where there is one
    cleanest_share: float

    def report(self) -> dict[str, float]:
        return {
            "pods_per_second": self.pods_per_second,
            "algorithm_mean_ms": self.algorithm.mean_ms,
            "algorithm_p99_ms": self.algorithm.p99_ms,
            "cleanest_share": self.cleanest_share,
        }


def placed(port: int) -> float:
    try:
        found = metrics(port)
    except OSError:
        return 0  # not up yet
    return sum(
        value
        for name, value in found.items()
        if name.startswith("scheduler_schedule_attempts_total") and 'result="scheduled"' in name
    )


def times(found: dict[str, float], name: str, labels: str) -> Times | None:
    """The histogram of that name whose other labels are `labels`, as they are written."""
    bucket = re.compile(re.escape(f"{name}_bucket{{{labels}") + r',?le="([^"]+)"}')
    buckets = {float(m[1]): value for key, value in found.items() if (m := bucket.fullmatch(key))}
    suffix = f"{{{labels}}}" if labels else ""
    if not buckets:
        return None
    return Times(found[f"{name}_sum{suffix}"], found[f"{name}_count{suffix}"], buckets)


def constant_answer(second: SecondScheduler) -> Path:
    """As many nodes as ours names in an answer, each with the same score."""
    nodes = second.cluster.plane.get("nodes")["items"][:SCORED]
    path = second.folder / "answer.json"
    scores = [{"Host": node["metadata"]["name"], "Score": 5} for node in nodes]
    path.write_text(json.dumps(scores, separators=(",", ":")))
    return path


@contextlib.contextmanager
def running_null_extender(second: SecondScheduler) -> Iterator[int]:
    port_file = second.folder / "null.port"
    port_file.unlink(missing_ok=True)
    child = Child(
        *(NULL_EXTENDER, port_file, constant_answer(second)),
        log=second.folder / "null-extender.log",
    )
    try:
        wait_for("the extender is up", lambda: port_file.is_file() and port_file.read_text(), 60)
        yield int(port_file.read_text())
    finally:
        child.end()


@contextlib.contextmanager
def extender_of(kind: str, second: SecondScheduler) -> Iterator[int]:
    """The port of whom the scheduler of that kind asks; 0 where it asks nobody."""
    if kind == "null":
        with running_null_extender(second) as port:
            yield port
    elif kind in ("extender", "whole-nodes"):
        log = second.folder / f"{kind}-extender.log"
        with running_extender(second.cluster.plane.kubeconfig, log, REGIONS) as extender:
            yield extender.port
    else:
        yield 0


def config_of(kind: str, second: SecondScheduler, extender_port: int) -> Path:
    """The manifest's, for one process without a limit of requests; plain is without the plug-in."""
    text = second.config().read_text()
    text = text.replace("leaderElect: true", "leaderElect: false")
    text = text.replace("clientConnection: {", "clientConnection: {qps: 5000, burst: 5000, ")
    if kind != "plugin":
        head, _, rest = text.partition("    plugins:\n")
        text = head + rest[rest.index("clientConnection:") :]
    if extender_port:
        extender = {
            "urlPrefix": f"http://127.0.0.1:{extender_port}",
            "prioritizeVerb": "prioritize",
            "weight": 12,
            "nodeCacheCapable": kind != "whole-nodes",
            "httpTimeout": "5s",
            "ignorable": True,
        }
        text += f"extenders: {json.dumps([extender])}\n"
    path = second.folder / f"{kind}.yaml"
    path.write_text(text)
    return path


@contextlib.contextmanager
def running(kind: str, second: SecondScheduler) -> Iterator[tuple[Child, int]]:
    plain = plain_scheduler(second.cluster.plane)
    program = (CARBON_SCHEDULER,) if kind == "plugin" else plain
    with extender_of(kind, second) as extender_port:
        child, port = second.start(kind, program, config_of(kind, second, extender_port))
        try:
            yield child, port
        finally:
            child.end()


def one_run(kind: str, number: int, second: SecondScheduler, pods: int) -> Run:
    cluster = second.cluster
    namespace = make_namespace(cluster.plane, f"run-{number}-{kind}")
    waiting = [pod_object(namespace, f"p-{i}", region=None, managed=False) for i in range(pods)]
    for pod in waiting:
        pod["spec"]["schedulerName"] = SCHEDULER
        pod["spec"]["containers"][0]["resources"]["requests"] = {"cpu": "1", "memory": "2Gi"}
    for begin in range(0, pods, BATCH):
        cluster.plane.create(*waiting[begin : begin + BATCH])
    with running(kind, second) as (child, port):
        began, base = 0.0, 0.0
        give_up = time.monotonic() + 300
        while (done := placed(port)) < pods:
            if done > 0 and began == 0:
                began, base = time.monotonic(), done
            if time.monotonic() > give_up or not child.alive():
                sys.exit(f"{kind}: {done:.0f} of {pods} pods placed\n{child.text()[-2000:]}")
            time.sleep(0.05)
        seconds = time.monotonic() - began
        told = metrics(port)
    items = cluster.plane.get("pods", "-n", namespace)["items"]
    clean = sum(item["spec"].get("nodeName", "").startswith(CLEANEST) for item in items)
    cluster.plane.kubectl("delete", "namespace", namespace, timeout=300)
    algorithm = times(told, ALGORITHM, "")
    assert algorithm is not None
    rank = times(told, RANK, "")
    return Run((pods - base) / seconds, algorithm, rank, clean / pods)


def measure(second: SecondScheduler, kinds: Sequence[str], pods: int, runs: int) -> dict[str, Any]:
    found: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for number in range(runs):
        # Whoever is first in a round would always find the machine as the other left it.
        for kind in kinds if number % 2 == 0 else reversed(kinds):
            run = one_run(kind, number, second, pods)
            found[kind].append(run)
            print(f"{kind} {number + 1}: {json.dumps(run.report())}", file=sys.stderr, flush=True)
    speed = {
        kind: statistics.median(run.pods_per_second for run in each) for kind, each in found.items()
    }
    report: dict[str, Any] = {
        name: speed[kind] / speed[other]
        for name, kind, other in RATIOS
        if kind in speed and other in speed
    }
    together = {
        kind: functools.reduce(operator.add, (run.algorithm for run in each))
        for kind, each in found.items()
    }
    if "plugin" in together and "plain" in together:
        plugin, plain = together["plugin"], together["plain"]
        report["added_ms"] = plugin.mean_ms - plain.mean_ms
    ranks = [run.rank for run in found.get("plugin", []) if run.rank is not None]
    if ranks:
        rank = functools.reduce(operator.add, ranks)
        report["rank_p99_ms"] = rank.p99_ms
        report["ranked"] = rank.count  # pods; the others were placed in a batch with one of them
    report["runs"] = {kind: [run.report() for run in each] for kind, each in found.items()}
    return report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  benchmarks/scheduler_throughput.py --nodes-per-region 200 --pods 2000",
    )
    parser.add_argument("--nodes-per-region", type=int, default=200)
    parser.add_argument("--pods", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3, help="of each kind")
    parser.add_argument(
        "--kind", action="append", choices=KINDS, help="only this; may be repeated; else all"
    )
    options = parser.parse_args()
    for build in BUILDS:
        subprocess.run(build, cwd=REPOSITORY, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CARBON_KUBE_STATE"] = f"{folder}/state"
        plane = Plane(f"bench-{os.getpid()}", nodes_per_region=options.nodes_per_region)
        try:
            plane.up()
            apply_manifests(plane)
            cluster = Cluster(plane, Path(folder))
            with replay_grid(Path(folder), cluster.clock) as grid:
                publish_as_of_now(Scores(cluster, grid))
                report = measure(
                    SecondScheduler(cluster, Path(folder)),
                    options.kind or KINDS,
                    options.pods,
                    options.runs,
                )
        finally:
            plane.down()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
