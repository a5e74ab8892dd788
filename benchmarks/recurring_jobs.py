#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it is worth to know which jobs are runs of the same thing: `rolling-learnt` with templates.

The jobs recur and their lengths were measured: TPC-H on Spark at 2, 5, 20 and 50 GB with two
executors, task by task (recordings that may not be published, read from the folder that CK_DATA
names). Each of the 88 pairs of query and size is a template. A run draws each task of each stage
from those measured of that stage, the first tasks of an executor from first ones, gives them to the
executors as these become free, stage after stage, and takes --times as long: as if that many times
the data took that many times as long. Templates recur every 12, 24 or 48 hours for 30 days, each
run within an hour of its time; runs of less than five minutes are left out.

Prints JSON, the shares of the oracle's saving: {"zones": {"CISO": {"known": 0.95, "templates": …,
"class": …}}}, or {"zones": null} without CK_DATA. Prints the jobs as CSV with --jobs.
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
CARBON_KUBE = REPOSITORY / "build" / "release" / "src" / "carbon-kube"
ZONES = ("CISO", "DE", "PJM", "SE", "BPAT")
SIZES = ("2g", "5g", "20g", "50g")
EXECUTORS = 2
HOUR = 3600.0
SHORTEST = 300.0
DAYS = 30
SEED = 20261129


def stage_seconds(stage: dict[str, Any], draw: random.Random) -> float:
    """The tasks of a stage, each to the executor that is free first."""
    measured = stage["task_ms_by_executors"]
    first = measured["first_wave"][str(EXECUTORS)]
    rest = measured["rest_wave"][str(EXECUTORS)] or first
    free = [0.0] * EXECUTORS
    for task in range(stage["n_tasks"]):
        ms = draw.choice(first if task < EXECUTORS and first else rest)
        heapq.heappush(free, heapq.heappop(free) + ms / 1000)
    return max(free)


def run_seconds(query: dict[str, Any], draw: random.Random) -> float:
    return sum(stage_seconds(stage, draw) for stage in query["stages"])


def jobs(data: Path, times: float) -> list[tuple[float, float, str]]:
    """Arrival and length in seconds, and template."""
    draw = random.Random(SEED)
    rows = []
    for size in SIZES:
        path = data / "jobs" / "tpch_spark_decima" / f"tpch_{size}.json.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            queries = json.load(file)
        for query in queries:
            period = draw.choice((12, 24, 48)) * HOUR
            at = draw.uniform(0, period)
            while at < DAYS * 24 * HOUR:
                length = times * run_seconds(query, draw)
                if length >= SHORTEST:
                    arrival = at + draw.uniform(0, HOUR)
                    rows.append((arrival, length, f"q{query['query']}-{size}"))
                at += period
    return sorted(rows)


def csv_of(rows: list[tuple[float, float, str]], templates: bool) -> str:
    lines = ["arrival_time,length,cpus" + (",template" if templates else "")]
    for arrival, length, template in rows:
        lines.append(
            f"{arrival:.3f},{length:.3f},{EXECUTORS}" + (f",{template}" if templates else "")
        )
    return "\n".join(lines) + "\n"


def shares(zone: str, path: Path, arguments: argparse.Namespace) -> dict[str, float]:
    carbon = REPOSITORY / "data" / "carbon"
    done = subprocess.run(
        [
            *(CARBON_KUBE, "simulate", "--jobs", path, "--policy", "rolling,rolling-learnt"),
            *("--signal", f"{zone}={carbon / f'{zone}_lifecycle.csv.gz'}"),
            *("--forecast", f"{zone}={carbon / f'{zone}_forecast_lifecycle.csv.gz'}"),
            *("--start", arguments.start, "--hours", "720", "--output", "json"),
            *("--windows", str(arguments.windows), "--every", "40d"),
        ],
        check=True,
        stdout=subprocess.PIPE,
    )
    return {row["policy"]: row["oracle_share"] for row in json.loads(done.stdout)["policies"]}


def compare(zone: str, folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    named = shares(zone, folder / "templates.csv", arguments)
    nameless = shares(zone, folder / "class.csv", arguments)
    return {
        "known": named["rolling"],
        "templates": named["rolling-learnt"],
        "class": nameless["rolling-learnt"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  CK_DATA=~/recordings benchmarks/recurring_jobs.py",
    )
    parser.add_argument("--times", type=float, default=100, help="how much longer (100)")
    parser.add_argument("--start", default="2021-07-15T00:00Z", help="of the first window")
    parser.add_argument("--windows", type=int, default=4, help="of 720 hours, every 40 days (4)")
    parser.add_argument("--zones", nargs="+", default=ZONES, help="zones of data/carbon (all)")
    parser.add_argument("--jobs", action="store_true", help="print the jobs and simulate nothing")
    arguments = parser.parse_args()
    data = Path(os.environ.get("CK_DATA", ""))
    if "CK_DATA" not in os.environ or not (data / "jobs" / "tpch_spark_decima").is_dir():
        print("skipped: CK_DATA names no folder of recordings", file=sys.stderr)
        print(json.dumps({"zones": None}))
        return
    rows = jobs(data, arguments.times)
    if arguments.jobs:
        print(csv_of(rows, templates=True), end="")
        return
    build = ("scripts/build", "release", "carbon-kube")
    subprocess.run(build, cwd=REPOSITORY, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        for templates in (True, False):
            name = "templates.csv" if templates else "class.csv"
            (Path(folder) / name).write_text(csv_of(rows, templates))
        zones = {zone: compare(zone, Path(folder), arguments) for zone in arguments.zones}
    print(json.dumps({"zones": zones}, indent=2))


if __name__ == "__main__":
    main()
