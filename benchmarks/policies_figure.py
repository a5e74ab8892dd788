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
from figures import BLUE, FAINT, MUTED, REPOSITORY, STYLE, VERMILION, save
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
# From top to bottom; the second group knows only what was known at the time. The oracle is
# wait-awhile where lengths are known.
FORESIGHT = ("lowest-slot", "lowest-window", "carbon-time", "ecovisor", "wait-awhile", "oracle")
FORECASTS = ("plan-once", "rolling", "rolling-learnt")
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
        *("--policy", ",".join((*FORESIGHT, *FORECASTS))),
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
    places = {policy: float(i) for i, policy in enumerate(FORESIGHT)}
    places.update({p: len(FORESIGHT) + GAP + i for i, p in enumerate(FORECASTS)})
    return places


def draw_zone(axes: Axes, zone: str, saved: dict[tuple[str, str], Saved]) -> None:
    for policies, colour, marker in ((FORESIGHT, BLUE, "o"), (FORECASTS, VERMILION, "D")):
        for policy in policies:
            value = saved[zone, policy]
            axes.errorbar(
                value.mean,
                rows()[policy],
                xerr=value.half_width,
                fmt=marker,
                color=colour,
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
                color=colour,
            )
    axes.set_title(zone, pad=8)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_xlim(-2, 36)
    axes.set_xticks((0, 10, 20), ("0", "10", "20 %"))
    axes.xaxis.grid(visible=True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def draw(saved: dict[tuple[str, str], Saved]) -> Figure:
    figure = Figure(figsize=(9.4, 4.1))
    panels = figure.subplots(1, len(ZONES), sharey=True)
    for axes, zone in zip(panels, ZONES, strict=True):
        draw_zone(axes, zone, saved)
    first = panels[0]
    first.set_yticks(list(rows().values()), list(rows()))
    last = max(rows().values())
    first.set_ylim(last + 0.6, -0.6)
    figure.subplots_adjust(left=0.125, right=0.985, top=0.8, bottom=0.12, wspace=0.1)
    for axes in panels:
        axes.axhline(len(FORESIGHT) - 0.5 + GAP / 2, color=FAINT, linewidth=0.9)
    text = {"fontsize": 9, "transform": figure.transFigure}
    figure.text(0.012, 0.95, "Saved of what run-now emits", fontweight="bold", fontsize=11)
    figure.text(0.40, 0.952, "● with perfect foresight", color=BLUE, **text)
    figure.text(0.62, 0.952, "◆ with what was known at the time", color=VERMILION, **text)
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
