# SPDX-License-Identifier: Apache-2.0
"""The plan command on recorded grids, without a cluster: what people type, and what is wrong."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from harness import CARBON_KUBE, DATA, error_line, run

POD = "{apiVersion: v1, kind: Pod, metadata: {name: etl}"
SPEC = ", spec: {containers: [{}]}}"
FILES = {
    "empty": "",
    "deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
    "huge.yaml": "#" * (17 << 20),
    "broken.yaml": "users:\n- user: {token: x\n",
    "cores.yaml": POD + ", spec: {containers: [{resources: {requests: {cpu: 4 cores}}}]}}\n",
    "number.yaml": POD + SPEC + "\n---\n" + POD + ", spec: 5}\n",
    "container.yaml": POD + ", spec: {container: [{}]}}\n",
    "deep.yaml": "a: " + "[" * 700 + "]" * 700,
    "damaged.json": '{"apiVersion": "v1",\n "kind": "Pod"\n "metadata": {"name": "a"}}\n',
}
PLACE = f"--zone DE --data {DATA} --at 2021-08-02T06:00Z"
PLAN = f"plan --duration 1h {PLACE}"

# (command, what its one line of stderr says)
WRONG = [
    ("plan", "which job? Give --duration, or --filename with a manifest"),
    ("plan --duration 1h", "no --region or --zone says where it may run: no cluster found"),
    ("plan --duration soon --zone DE", "--duration: 'soon' is not a duration"),
    (f"{PLAN} --deadline 2021-08-01T00:00Z", "--deadline: 2021-08-01T00:00:00Z is in the past"),
    (f"{PLAN} --zone DE", "--zone: 'DE' is given twice"),
    (f"{PLAN} --filename empty", "--filename"),
    (f"{PLAN} --patience -1", "--patience: must be 0 or more grams per hour"),
    (f"{PLAN} --threshold nan", "--threshold"),
    (f"{PLAN} --min-saving 1", "--min-saving: must be a share from 0 to below 1"),
    (f"{PLAN} --pause-energy 1", "--pause-energy requires --pausable"),
    (f"{PLAN} --pausable --pause-energy nan", "--pause-energy: must be 0 or more kWh"),
    (f"{PLAN} --pausable --pause-delay soon", "--pause-delay: 'soon' is not a duration"),
    (f"{PLAN} --max-parallelism 0", "--max-parallelism: must be from 1 to 100"),
    (f"{PLAN} --scaling 0.9", "--scaling requires --max-parallelism"),
    (f"{PLAN} --max-parallelism 2 --scaling fast", "--scaling: 'fast' is neither an exponent"),
    (f"{PLAN} --max-parallelism 2 --scaling 1,3", "--scaling: the work per hour is not concave"),
    ("plan -f empty --zone DE", "empty: no Pod and no Job is in it"),
    ("plan -f missing --zone DE", "cannot read missing: No such file"),
    ("plan -f huge.yaml --zone DE", "cannot read huge.yaml: larger than 16777216 bytes"),
    ("plan -f deployment.yaml --zone DE", "a Deployment (apps/v1) cannot be planned"),
    ("plan -f broken.yaml --zone DE", "broken.yaml:"),
    (
        "plan -f cores.yaml --zone DE",
        "cores.yaml: document 1: spec.containers[0].resources.requests.cpu: '4 cores' is not a "
        "quantity such as 4, 500m or 8Gi",
    ),
    ("plan -f number.yaml --zone DE", "document 2: spec: must be an object, not a number"),
    (
        "plan -f container.yaml --zone DE",
        "container.yaml: document 1: spec.containers: a pod needs one at least",
    ),
    ("plan -f deep.yaml --zone DE", "deep.yaml:1: nests more than 100 deep"),
    ("plan -f damaged.json --zone DE", "damaged.json:3: not JSON: syntax error"),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with FILES."""
    folder = tmp_path_factory.mktemp("desk")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(("command", "fragment"), WRONG, ids=lambda value: str(value)[:70])
def test_wrong_input_is_one_clear_error(desk: Path, command: str, fragment: str) -> None:
    # Without a HOME there is no ~/.kube/config of the user's.
    done = run(CARBON_KUBE, *shlex.split(command), cwd=desk, env={"HOME": str(desk)}, timeout=100)
    line = error_line(done)
    assert done.code == 2, str(done)
    assert fragment in line
    assert line.startswith("carbon-kube plan: "), str(done)


def test_a_manifest_is_planned_from_stdin() -> None:
    done = subprocess.run(
        [CARBON_KUBE, "plan", "-f", "-", *PLACE.split()],
        input=f"{POD}{SPEC}\n---\n{POD}{SPEC}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("default/etl: ") == 2
