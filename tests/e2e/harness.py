# SPDX-License-Identifier: Apache-2.0
"""What the tests are made of: paths, processes, planes, pods."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

REPOSITORY = Path(__file__).resolve().parents[2]
CARBON_KUBE = REPOSITORY / "build" / "release" / "src" / "carbon-kube"
CARBON_DEMO = REPOSITORY / "build" / "release" / "lab" / "demo" / "carbon-demo"
PLANE = REPOSITORY / "lab" / "plane"
MANIFESTS = REPOSITORY / "deploy" / "manifests"
DATA = REPOSITORY / "data"

GATE = "carbon-kube.io/window"
PLAN = "carbon-kube.io/plan"

# Every process that a test starts inherits this variable, however it is re-parented: by it the
# last check tells ours from those of others. Its value is this run's.
MARK = "CARBON_KUBE_E2E_RUN"
# The same for the processes of one test.
STEP = "CARBON_KUBE_E2E_STEP"

T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    args: Sequence[str]
    code: int
    out: str
    err: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{' '.join(self.args)}\n  exit code {self.code} after {self.seconds:.1f} s"
            f"\n  stdout: {self.out[-2000:]}\n  stderr: {self.err[-2000:]}"
        )


def run(
    *args: str | Path,
    timeout: float = 60,
    env: dict[str, str] | None = None,
    stdin: str = "",
    cwd: Path = REPOSITORY,
) -> Ended:
    """Runs a command to its end, or kills it with its children and fails after `timeout`."""
    words = [str(arg) for arg in args]
    began = time.monotonic()
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
    try:
        out, err = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise AssertionError(
            f"{' '.join(words)} did not end within {timeout} s\n{out}\n{err}"
        ) from None
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        raise
    return Ended(words, process.returncode, out, err, time.monotonic() - began)


def must(*args: str | Path, timeout: float = 60, stdin: str = "") -> str:
    """Runs a command that has to succeed; returns its stdout."""
    done = run(*args, timeout=timeout, stdin=stdin)
    assert done.code == 0, str(done)
    return done.out


def carbon_kube(*args: str | Path, timeout: float = 60, env: dict[str, str] | None = None) -> Ended:
    return run(CARBON_KUBE, *args, timeout=timeout, env=env)


def error_line(done: Ended) -> str:
    """The only line of stderr, which is an error for people."""
    assert done.out == "", str(done)
    assert len(done.err.splitlines()) == 1, str(done)
    assert done.err.endswith("\n"), str(done)
    assert not re.search(r"terminate called|0x[0-9a-f]{6}|Traceback|\bat .*:\d+\)", done.err)
    return done.err


def wait_for(what: str, probe: Callable[[], T | None], timeout: float, pause: float = 0.2) -> T:
    """The first true value of `probe`; fails with `what` after `timeout` seconds."""
    give_up = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        assert time.monotonic() < give_up, f"not within {timeout:.0f} s: {what}"
        time.sleep(pause)


class Child:
    """A process in the background, in a session of its own, with its output in a file."""

    def __init__(self, *args: str | Path, log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("a") as output:
            self.process = subprocess.Popen(
                [str(arg) for arg in args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=REPOSITORY,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: signal.Signals, patience: float) -> int:
        """Sends a signal to the process and returns its exit code; fails after `patience`."""
        self.process.send_signal(number)
        return self.wait(patience)

    def signal_group(self, number: signal.Signals) -> None:
        """As a Ctrl-C at a terminal, which reaches the whole foreground job."""
        os.killpg(self.process.pid, number)

    def wait(self, timeout: float) -> int:
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.process.args} still runs after {timeout} s\n{self.text()[-3000:]}"
            ) from None

    def end(self) -> None:
        """For clean-up: whatever happens, it runs no longer."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def survivors(mark: str, variable: str = MARK) -> list[tuple[int, str]]:
    """Process id and command line of all that still runs of what this run or step started."""
    found = []
    needle = f"{variable}={mark}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if needle in variables and line:
            found.append((int(entry.name), line.strip()))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Plane:
    """A control plane of lab/plane. It ends with this process, whatever happens."""

    def __init__(self, name: str, nodes_per_region: int = 4) -> None:
        self.name = name
        self._nodes = nodes_per_region

    def up(self) -> None:
        must(
            *(PLANE, "up", "--name", self.name, "--watch-pid", str(os.getpid())),
            *("--nodes-per-region", str(self._nodes)),
            timeout=300,
        )

    def down(self) -> None:
        must(PLANE, "down", "--name", self.name, timeout=120)

    def command(self, word: str) -> str:
        return must(PLANE, word, "--name", self.name, timeout=180)

    @property
    def kubeconfig(self) -> Path:
        return Path(self.command("kubeconfig").strip())

    @property
    def folder(self) -> Path:
        return self.kubeconfig.parent

    @property
    def server(self) -> str:
        return json.loads((self.folder / "plane.json").read_text())["server"]

    def try_kubectl(self, *args: str | Path, stdin: str = "", timeout: float = 60) -> Ended:
        return run(
            *(PLANE, "kubectl", "--name", self.name, "--", *args), stdin=stdin, timeout=timeout
        )

    def kubectl(self, *args: str | Path, stdin: str = "", timeout: float = 60) -> str:
        done = self.try_kubectl(*args, stdin=stdin, timeout=timeout)
        assert done.code == 0, str(done)
        return done.out

    def get(self, *args: str) -> dict[str, Any]:
        return json.loads(self.kubectl("get", *args, "-o", "json"))

    def create(self, *objects: dict[str, Any]) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("create", "-f", "-", stdin=json.dumps(listed))

    def held(self) -> list[str]:
        """NAMESPACE/NAME of every pod behind the gate, in any namespace."""
        return [
            f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
            for pod in self.get("pods", "--all-namespaces")["items"]
            if is_held(pod)
        ]


def is_held(pod: dict[str, Any]) -> bool:
    return any(gate["name"] == GATE for gate in pod["spec"].get("schedulingGates", []))


def pod_object(
    namespace: str,
    name: str,
    annotations: dict[str, str] | None = None,
    region: str | None = "us-west-1",
    managed: bool = True,
) -> dict[str, Any]:
    """A small pod. The keys of `annotations` are those under carbon-kube.io/."""
    selector = {"type": "kwok"}
    if region is not None:
        selector["topology.kubernetes.io/region"] = region
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"carbon-kube.io/managed": "true"} if managed else {},
            "annotations": {f"carbon-kube.io/{k}": v for k, v in (annotations or {}).items()},
        },
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "nodeSelector": selector,
            "tolerations": [{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
            "containers": [
                {
                    "name": "job",
                    "image": "job",
                    "resources": {"requests": {"cpu": "200m", "memory": "1Gi"}},
                }
            ],
        },
    }


def kubeconfig_text(
    server: str, token: str, ca_file: Path | None = None, namespace: str = "default"
) -> str:
    cluster = {"server": server}
    if ca_file is not None:
        cluster["certificate-authority"] = str(ca_file)
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "e2e",
            "clusters": [{"name": "e2e", "cluster": cluster}],
            "users": [{"name": "e2e", "user": {"token": token}}],
            "contexts": [
                {
                    "name": "e2e",
                    "context": {"cluster": "e2e", "user": "e2e", "namespace": namespace},
                }
            ],
        }
    )


def write_private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def apply_manifests(plane: Plane) -> None:
    """As a user does it; returns when the gate is put on managed pods."""
    plane.kubectl("apply", "-f", MANIFESTS / "rbac.yaml")
    plane.kubectl("apply", "-f", MANIFESTS / "gate.yaml")
    probe = json.dumps(pod_object("default", "probe"))
    wait_for(
        "the admission policy puts the gate on a managed pod",
        lambda: is_held(
            json.loads(
                plane.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", stdin=probe)
            )
        ),
        timeout=60,
    )


def make_namespace(plane: Plane, name: str) -> str:
    plane.kubectl("create", "namespace", name)
    wait_for(
        f"namespace {name} has its ServiceAccount",
        lambda: plane.try_kubectl("get", "serviceaccount", "default", "-n", name).code == 0,
        timeout=60,
    )
    return name


@contextlib.contextmanager
def replay_grid(folder: Path, clock: str, *flags: str) -> Iterator[str]:
    """Serves the recordings; yields the URL to give as --provider-url."""
    port_file = folder / "replay-grid.port"
    port_file.unlink(missing_ok=True)
    grid = Child(
        *(CARBON_KUBE, "replay-grid", "--data", DATA, "--clock", clock),
        *("--port-file", port_file, *flags),
        log=folder / "replay-grid.log",
    )
    try:
        port = wait_for(
            "replay-grid has opened its port",
            lambda: port_file.exists() and port_file.read_text().strip(),
            timeout=30,
        )
        yield f"http://127.0.0.1:{port}/v3"
        assert grid.alive(), f"replay-grid ended early\n{grid.text()}"
    finally:
        grid.end()
