#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what planning costs by the number of jobs, and draws docs/figures/scaling.svg.

CPU time on one core, of the release build, which is built first. The jobs are those of
data/jobs/pai_1k.csv.gz over and over, with arrivals that are moved by up to six hours either way.
`simulate` replays them in one window of 720 hours on the grid of California from 2021-07-15 with
the forecasts as they were issued; its time is the whole command's, with reading the trace and with
run-now and the oracle, by which it measures any policy, less what it takes for a single job: for
reading the recordings, and for what rolling learns of forecasts. `plan::Planner::Decide` plans all
jobs at once, on 96 hours of forecast in five zones, each as if it were alone; `plan::PlanFleet`
gives them room, of which they take 60 % (benchmarks/fleet_bench.cpp). Each time is the least of
several runs.

The grey lines are what n log n would cost from the first point on. Prints the measured times.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import matplotlib as mpl
from figures import BLUE, GREEN, INK, MUTED, PURPLE, REPOSITORY, STYLE, VERMILION, save
from matplotlib.axes import Axes
from matplotlib.figure import Figure

RELEASE = REPOSITORY / "build" / "release"
TRACE = REPOSITORY / "data" / "jobs" / "pai_1k.csv.gz"
SEED = 20261129
SIZES = (1_000, 10_000, 100_000, 1_000_000)
HOURS = 720
JITTER = 6 * 3600  # seconds
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
ONE_CORE = ("taskset", "-c", "0") if shutil.which("taskset") else ()


@dataclass(frozen=True)
class Series:
    """One line of the figure: its name, its colour, and what measures seconds for so many jobs."""

    name: str
    colour: str
    measure: Callable[[int], float]


# ---- Measuring


@cache
def recorded() -> list[dict[str, str]]:
    with gzip.open(TRACE, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@cache
def jobs_file(count: int) -> Path:
    """The trace over and over; each arrival is moved, and stays in the window."""
    source, draw = recorded(), random.Random(SEED)
    path = Path(folder().name) / f"{count}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("arrival_time,length,cpus\n")
        for i in range(count):
            job = source[i % len(source)]
            arrival = float(job["arrival_time"]) + draw.uniform(-JITTER, JITTER)
            arrival = min(max(arrival, 0.0), HOURS * 3600.0 - 1)
            file.write(f"{arrival:.0f},{job['length']},{job['cpus']}\n")
    return path


def time_of_simulate(policy: str, count: int) -> float:
    command = [
        *(*ONE_CORE, str(RELEASE / "src" / "carbon-kube"), "simulate", "--policy", policy),
        *("--jobs", str(jobs_file(count)), "--start", "2021-07-15T00:00Z", "--hours", str(HOURS)),
        *("--signal", "CISO=data/carbon/CISO_lifecycle.csv.gz"),
        *("--forecast", "CISO=data/carbon/CISO_forecast_lifecycle.csv.gz", "--output", "csv"),
    ]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime


@cache
def least_of_simulate(policy: str, count: int) -> float:
    return min(time_of_simulate(policy, count) for _ in range(9 if count <= 10_000 else 3))


def simulated(policy: str, count: int) -> float:
    return least_of_simulate(policy, count) - least_of_simulate(policy, 1)


def benchmarked(program: str, name: str, count: int) -> float:
    """A benchmark of the program that is called NAME.COUNT."""
    pattern = name.replace(".", r"\.")
    command = [
        *(*ONE_CORE, str(RELEASE / "benchmarks" / program)),
        *(f"--benchmark_filter=^{pattern}\\.{count}$", "--benchmark_format=json"),
        "--benchmark_repetitions=3",
    ]
    done = subprocess.run(
        command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return min(
        row["cpu_time"] * SECONDS[row["time_unit"]]
        for row in json.loads(done.stdout)["benchmarks"]
        if row["run_type"] == "iteration"
    )


# What is measured, and built for it.
PROGRAMS = ("carbon-kube", "plan_bench", "fleet_bench")
# A line of the figure is a line here.
SERIES = (
    Series("simulate, rolling", VERMILION, partial(simulated, "rolling")),
    Series("simulate, lowest-window", BLUE, partial(simulated, "lowest-window")),
    Series("simulate, run-now", GREEN, partial(simulated, "run-now")),
    Series("plan::PlanFleet", INK, partial(benchmarked, "fleet_bench", "plan.cold")),
    Series("plan::Planner::Decide", PURPLE, partial(benchmarked, "plan_bench", "plan.decide")),
)


# ---- Drawing


def clock(seconds: float) -> str:
    """Two digits: "4.7 ms", "12 s"."""
    factor, unit = (1.0, "s") if seconds >= 1 else (1e3, "ms")
    value = seconds * factor
    return f"{value:.{max(0, 1 - math.floor(math.log10(value)))}f} {unit}"


def power(exponent: int) -> str:
    return f"{10**exponent:g} s" if exponent >= 0 else f"{10 ** (exponent + 3):g} ms"


def draw_series(axes: Axes, series: Series, seconds: list[float]) -> None:
    first = seconds[0] / (SIZES[0] * math.log2(SIZES[0]))
    bound = [first * size * math.log2(size) for size in SIZES]
    axes.plot(SIZES, bound, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), alpha=0.7)
    axes.plot(SIZES, seconds, color=series.colour, marker="o", markersize=5, linewidth=1.8)


def label_series(axes: Axes, measured: dict[str, list[float]]) -> None:
    """Names at the last points, pushed apart where lines end close together."""
    lowest = 0.0
    for series in sorted(SERIES, key=lambda s: measured[s.name][-1]):
        end = measured[series.name][-1]
        lowest = max(end, lowest * 2.1)
        axes.annotate(
            f"{series.name}: {clock(end)}",
            (SIZES[-1] * 1.25, lowest),
            color=series.colour,
            va="center",
            annotation_clip=False,
        )


def draw(measured: dict[str, list[float]]) -> Figure:
    figure = Figure(figsize=(7.6, 4.4))
    axes = figure.subplots()
    for series in SERIES:
        draw_series(axes, series, measured[series.name])
    axes.set_xscale("log")
    axes.set_yscale("log")
    label_series(axes, measured)
    axes.set_xticks(SIZES, ("1 000", "10 000", "100 000", "1 000 000 jobs"))
    every = [seconds for line in measured.values() for seconds in line]
    low, high = min(every) / 2, max(every) * 6
    axes.set_ylim(low, high)
    exponents = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    axes.set_yticks([10.0**e for e in exponents], [power(e) for e in exponents])
    axes.minorticks_off()
    axes.grid(visible=True)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    figure.subplots_adjust(left=0.085, right=0.7, top=0.86, bottom=0.13)
    title = "CPU time on one core, by the number of jobs"
    figure.text(0.012, 0.94, title, fontsize=11, fontweight="bold")
    note = "dashed: n log n from the first point on; simulate without what a single job takes"
    figure.text(0.012, 0.025, note, color=MUTED, fontsize=8)
    return figure


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='example:\n  "$(scripts/bootstrap --print-venv)/bin/python" '
        "benchmarks/plan_scaling.py",
    ).parse_args()
    subprocess.run(
        ("scripts/build", "release", *PROGRAMS), cwd=REPOSITORY, check=True, stdout=sys.stderr
    )
    print(f"seed {SEED}; seconds of CPU time for {', '.join(map(str, SIZES))} jobs")
    measured: dict[str, list[float]] = {}
    for series in SERIES:
        measured[series.name] = [series.measure(size) for size in SIZES]
        shown = "  ".join(f"{seconds:9.5f}" for seconds in measured[series.name])
        print(f"{series.name:26} {shown}", flush=True)
    fixed = (f"{p} {least_of_simulate(p, 1):.3f}" for p in ("run-now", "rolling"))
    print(f"simulate of a single job, in seconds: {', '.join(fixed)}")
    with mpl.rc_context(STYLE):
        path = save(draw(measured), "scaling")
    print(path.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
