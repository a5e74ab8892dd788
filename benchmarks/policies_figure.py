#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/figures/policies.svg: what each policy saves in each zone, with its 95 % interval.

The numbers are those of the table in docs/policies.md: four windows of 720 hours from 2021-07-15,
every 40 days, 1000 jobs each, life-cycle intensity, forecasts as they were issued. They come from
`carbon-kube simulate` on the recordings in data/, and the same recordings give the same file. The
release binary is built first.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import sys
from dataclasses import dataclass

import matplotlib as mpl
from figures import BLUE, FAINT, GREEN, MUTED, REPOSITORY, STYLE, VERMILION, save
from matplotlib.axes import Axes
from matplotlib.figure import Figure

CARBON_KUBE = REPOSITORY / "build" / "release" / "src" / "carbon-kube"
ZONES = {
    "US-CAL-CISO": "CISO",
    "DE": "DE",
    "US-MIDA-PJM": "PJM",
    "SE": "SE",
    "US-NW-BPAT": "BPAT",
}


@dataclass(frozen=True)
class Group:
    """Policies that know equally much, from top to bottom."""

    policies: tuple[str, ...]
    colour: str
    marker: str
    caption: str


# The oracle is wait-awhile where lengths are known.
GROUPS = (
    Group(
        ("lowest-slot", "lowest-window", "carbon-time", "ecovisor", "wait-awhile", "oracle"),
        BLUE,
        "o",
        "● knows the future",
    ),
    Group(("threshold", "k-search"), GREEN, "s", "■ knows the present"),
    Group(
        ("plan-once", "rolling", "rolling-learnt"),
        VERMILION,
        "D",
        "◆ knows the forecasts of the time",
    ),
)
GAP = 0.8  # rows between the groups


@dataclass(frozen=True)
class Saved:
    """Shares of what run-now emits, in per cent."""

    mean: float
    half_width: float


def simulate() -> dict[tuple[str, str], Saved]:
    command = [
        *(CARBON_KUBE, "simulate", "--jobs", "data/jobs/pai_1k.csv.gz", "--output", "csv"),
        *("--start", "2021-07-15T00:00Z", "--hours", "720", "--windows", "4", "--every", "40d"),
        *("--policy", ",".join(policy for group in GROUPS for policy in group.policies)),
    ]
    for zone, file in ZONES.items():
        command += ["--signal", f"{zone}=data/carbon/{file}_lifecycle.csv.gz"]
        command += ["--forecast", f"{zone}=data/carbon/{file}_forecast_lifecycle.csv.gz"]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)
    return {
        (row["zone"], row["policy"]): Saved(
            100 * float(row["mean_saved"]), 100 * float(row["mean_saved_ci95"])
        )
        for row in csv.DictReader(io.StringIO(done.stdout))
    }


def rows() -> dict[str, float]:
    """Where each policy stands, counted downwards."""
    places: dict[str, float] = {}
    for index, group in enumerate(GROUPS):
        for policy in group.policies:
            places[policy] = len(places) + GAP * index
    return places


def draw_zone(axes: Axes, zone: str, saved: dict[tuple[str, str], Saved]) -> None:
    for group in GROUPS:
        for policy in group.policies:
            value = saved[zone, policy]
            axes.errorbar(
                value.mean,
                rows()[policy],
                xerr=value.half_width,
                fmt=group.marker,
                color=group.colour,
                markersize=4.6,
                elinewidth=1.5,
                capsize=2.6,
                capthick=1.2,
            )
            axes.annotate(
                f"{value.mean:.1f}",
                (1, rows()[policy]),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="center",
                fontsize=8,
                color=group.colour,
            )
    axes.set_title(zone, pad=8)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_xlim(-10, 38)
    axes.set_xticks((0, 10, 20), ("0", "10", "20 %"))
    axes.xaxis.grid(visible=True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def draw(saved: dict[tuple[str, str], Saved]) -> Figure:
    figure = Figure(figsize=(9.4, 4.8))
    panels = figure.subplots(1, len(ZONES), sharey=True)
    for axes, zone in zip(panels, ZONES, strict=True):
        draw_zone(axes, zone, saved)
    first = panels[0]
    first.set_yticks(list(rows().values()), list(rows()))
    last = max(rows().values())
    first.set_ylim(last + 0.6, -0.6)
    figure.subplots_adjust(left=0.125, right=0.985, top=0.8, bottom=0.12, wspace=0.1)
    for axes in panels:
        for group in GROUPS[1:]:
            axes.axhline(rows()[group.policies[0]] - (1 + GAP) / 2, color=FAINT, linewidth=0.9)
    text = {"fontsize": 9, "transform": figure.transFigure}
    figure.text(0.012, 0.95, "Saved of what run-now emits", fontweight="bold", fontsize=11)
    for left, group in zip((0.34, 0.52, 0.70), GROUPS, strict=True):
        figure.text(left, 0.952, group.caption, color=group.colour, **text)
    figure.text(
        0.012,
        0.02,
        "Mean of four months with its 95 % interval; 1000 jobs each, life-cycle intensity, "
        "July to December 2021",
        color=MUTED,
        fontsize=8,
    )
    return figure


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='example:\n  "$(scripts/bootstrap --print-venv)/bin/python" '
        "benchmarks/policies_figure.py",
    ).parse_args()
    build = ("scripts/build", "release", "carbon-kube")
    subprocess.run(build, cwd=REPOSITORY, check=True, stdout=sys.stderr)
    with mpl.rc_context(STYLE):
        path = save(draw(simulate()), "policies")
    print(path.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
