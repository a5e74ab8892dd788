#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The share of the oracle's saving that `rolling` keeps on eight grids in 2022.

Direct intensity and the 96-hour forecasts of it that were issued each midnight, which may not be
published: they are read from the folder that CK_DATA names. 1000 jobs, four windows of 720 hours
from day 20, every 90 days; what was observed and forecast in 2021 only teaches.
Prints JSON: {"zones": {"GB": {"rolling": 0.7, ...}}}, or {"zones": null} without CK_DATA.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
CARBON_KUBE = REPOSITORY / "build" / "release" / "src" / "carbon-kube"
JOBS = REPOSITORY / "data" / "jobs" / "pai_1k.csv.gz"
ZONES = ("GB", "FR", "DE", "US-CAL-CISO", "US-MIDA-PJM", "AU-NSW", "SE", "US-NW-PACW")
YEARS = (2021, 2022)
POLICIES = ("plan-once", "rolling", "rolling-learnt")
HOUR = timedelta(hours=1)


def rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%MZ")


def observed(data: Path, zone: str) -> Iterator[tuple[datetime, str]]:
    for year in YEARS:
        table = rows(data / "carbon" / "em_hourly_2021-2022" / f"{zone}_{year}.csv.gz")
        header = next(table)
        direct = next(i for i, name in enumerate(header) if "direct" in name.lower())
        for row in table:
            yield datetime.fromisoformat(row[0]), row[direct]


def write_signal(data: Path, zone: str, path: Path) -> None:
    """A missing value repeats the last one, as in the figures that this is compared with."""
    last = ""
    lines = ["time,g_per_kwh"]
    for time, value in observed(data, zone):
        last = value or last
        lines.append(f"{stamp(time)},{last}")
    path.write_text("\n".join(lines) + "\n")


def write_forecasts(data: Path, zone: str, path: Path) -> None:
    """A block is issued at its first hour; the next one begins where time goes back."""
    lines = ["issued_at,time,g_per_kwh"]
    for year in YEARS:
        table = rows(data / "carbon" / "em_forecast96h_direct_2021-2022" / f"{zone}_{year}.csv.gz")
        next(table)
        issued, last = datetime.min, datetime.max
        for text, value in table:
            time = datetime.fromisoformat(text)
            if time <= last or time > last + HOUR:
                issued = time
            last = time
            lines.append(f"{stamp(issued)},{stamp(time)},{value}")
    path.write_text("\n".join(lines) + "\n")


def shares(data: Path, zone: str, folder: Path) -> dict[str, float]:
    signal, forecasts = folder / "signal.csv", folder / "forecasts.csv"
    write_signal(data, zone, signal)
    write_forecasts(data, zone, forecasts)
    done = subprocess.run(
        [
            *(CARBON_KUBE, "simulate", "--jobs", JOBS, "--policy", ",".join(POLICIES)),
            *("--signal", f"{zone}={signal}", "--forecast", f"{zone}={forecasts}"),
            *("--start", "2022-01-21T00:00Z", "--hours", "720"),
            *("--windows", "4", "--every", "90d", "--output", "json"),
        ],
        check=True,
        stdout=subprocess.PIPE,
    )
    return {row["policy"]: row["oracle_share"] for row in json.loads(done.stdout)["policies"]}


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  CK_DATA=~/recordings benchmarks/oracle_share_2022.py",
    ).parse_args()
    data = Path(os.environ.get("CK_DATA", REPOSITORY.parent / "shared" / "data"))
    if not data.is_dir():
        print("skipped: CK_DATA names no folder of recordings", file=sys.stderr)
        print(json.dumps({"zones": None}))
        return
    build = ("scripts/build", "release", "carbon-kube")
    subprocess.run(build, cwd=REPOSITORY, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        zones = {zone: shares(data, zone, Path(folder)) for zone in ZONES}
    print(json.dumps({"zones": zones}, indent=2))


if __name__ == "__main__":
    main()
