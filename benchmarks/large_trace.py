#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory and time of `carbon-kube simulate` on a trace of ten million jobs.

Generates a year of jobs in any order, as CSV in a temporary folder (some 220 MB): arrivals spread
evenly, lengths from a minute on, 40 minutes on average (exponential), 1 to 16 CPUs, on CISO 2020.
Each policy is a run of its own, which also runs run-now and the oracle, as ever.

Prints JSON: {"rows": 10000000, "policies": {"run-now": {"mib": 900, "seconds": 60}, ...},
"most_mib": 1100}; the largest resident set and the processor time of the run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
CARBON_KUBE = REPOSITORY / "build" / "release" / "src" / "carbon-kube"
SIGNAL = REPOSITORY / "data" / "carbon" / "CISO_lifecycle.csv.gz"
YEAR = 8760 * 3600
MEAN_SECONDS = 2400
SEED = 20261129


def write_trace(path: Path, rows: int) -> None:
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8") as file:
        file.write("arrival_time,length,cpus\n")
        for _ in range(rows):
            length = 60 + draw.expovariate(1 / (MEAN_SECONDS - 60))
            cpus = 1 << draw.getrandbits(2) + draw.getrandbits(1)
            file.write(f"{draw.random() * YEAR:.0f},{length:.0f},{cpus}\n")


def measure(trace: Path, policy: str) -> dict[str, float]:
    process = subprocess.Popen(
        [
            *(CARBON_KUBE, "simulate", "--jobs", trace, "--signal", f"CISO={SIGNAL}"),
            *("--start", "2020-01-01T00:00Z", "--hours", "8760"),
            *("--policy", policy, "--output", "json"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"large_trace: carbon-kube simulate --policy {policy} failed")
    seconds = usage.ru_utime + usage.ru_stime
    return {"mib": round(usage.ru_maxrss / 1024), "seconds": round(seconds, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  benchmarks/large_trace.py --rows 1000000 --policies rolling",
    )
    parser.add_argument("--rows", type=int, default=10_000_000, help="jobs (10000000)")
    policies = ["run-now", "lowest-window", "rolling"]
    parser.add_argument("--policies", nargs="+", default=policies, help=" ".join(policies))
    arguments = parser.parse_args()
    build = ("scripts/build", "release", "carbon-kube")
    subprocess.run(build, cwd=REPOSITORY, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "jobs.csv"
        write_trace(trace, arguments.rows)
        measured = {policy: measure(trace, policy) for policy in arguments.policies}
    most = max(each["mib"] for each in measured.values())
    print(json.dumps({"rows": arguments.rows, "policies": measured, "most_mib": most}, indent=2))


if __name__ == "__main__":
    main()
